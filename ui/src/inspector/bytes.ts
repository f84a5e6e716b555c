// Offsets of the payload tree count UTF-8 bytes; text in the page counts UTF-16 units. Pure.

/** How many bytes each kind of leading byte announces, by code point. */
const width = (code: number) => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);

/** Where the given byte offsets stand in the text. Ascending offsets; an offset inside a character means its start. */
export function positions(text: string, offsets: number[]): number[] {
  const found: number[] = [];
  let byte = 0;
  let unit = 0;
  for (const offset of offsets) {
    while (byte < offset && unit < text.length) {
      const code = text.codePointAt(unit)!;
      const next = byte + width(code);
      if (next > offset) break;
      byte = next;
      unit += code > 0xffff ? 2 : 1;
    }
    found.push(unit);
  }
  return found;
}

/** A longer line is drawn in pieces: most bodies are one line, and a megabyte of it is not laid out at once. */
const longest = 2000;

export interface RawLine {
  /** Where the line begins in the text, in UTF-16 units. */
  start: number;
  text: string;
  /** The number of the line, from 0; a piece that goes on with a line has none. */
  number?: number;
}

export function linesOf(text: string): RawLine[] {
  const lines: RawLine[] = [];
  let start = 0;
  text.split('\n').forEach((line, number) => {
    let from = 0;
    do {
      const to = pieceEnd(line, from + longest);
      lines.push({
        start: start + from,
        text: line.slice(from, to),
        number: from === 0 ? number : undefined,
      });
      from = to;
    } while (from < line.length);
    start += line.length + 1;
  });
  return lines;
}

/** The end of a piece that would end here, moved off the middle of a character. */
function pieceEnd(line: string, end: number): number {
  if (end >= line.length) return line.length;
  return line.codePointAt(end - 1)! > 0xffff ? end + 1 : end;
}

/** The parts of a line before, within and after a marked range of the text. */
export function split(
  line: RawLine,
  from: number,
  to: number,
): [before: string, marked: string, after: string] {
  const begin = Math.max(0, Math.min(line.text.length, from - line.start));
  const end = Math.max(begin, Math.min(line.text.length, to - line.start));
  return [line.text.slice(0, begin), line.text.slice(begin, end), line.text.slice(end)];
}

/** The index of the line that holds a position. */
export function lineAt(lines: RawLine[], position: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (lines[middle]!.start <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
