// The words of a row, so cut that the first hit is in sight.
import type { Piece } from '../host/bindings';

/** As much as fits before a hit in a narrow list. */
const before = 18;

export function withHitInSight(words: Piece[]): Piece[] {
  const hit = words.findIndex((piece) => piece.hit);
  if (hit < 1) return words;
  const lead = words
    .slice(0, hit)
    .map((piece) => piece.text)
    .join('');
  if (lead.length <= before) return words;
  const tail = [...lead].slice(-before).join('');
  const wordStart = tail.search(/\s\S/);
  return [{ text: `…${wordStart < 0 ? tail : tail.slice(wordStart)}` }, ...words.slice(hit)];
}
