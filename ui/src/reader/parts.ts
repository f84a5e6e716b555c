// A message of any length, a part at a time: a browser takes seconds to draw millions of letters.
import type { Piece } from '../host/bindings';

/** The beginning of a text, at most so many letters of it. */
export function beginning(pieces: Piece[], most: number): Piece[] {
  const shown: Piece[] = [];
  let left = most;
  for (const piece of pieces) {
    if (left <= 0) break;
    // Not between the two halves of a letter.
    const end =
      piece.text.length > left ? piece.text.slice(0, left).replace(/[\ud800-\udbff]$/, '') : piece.text;
    shown.push(end === piece.text ? piece : { ...piece, text: end });
    left -= piece.text.length;
  }
  return shown;
}

export const lengthOf = (pieces: Piece[]): number => pieces.reduce((sum, { text }) => sum + text.length, 0);
