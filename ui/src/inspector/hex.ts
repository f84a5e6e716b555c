// Bytes as rows of sixteen. Pure.

export const perRow = 16;

export interface HexRow {
  /** Of its first byte. */
  offset: number;
  /** Pairs of digits; of bytes that are not there yet `undefined`. */
  pairs: (string | undefined)[];
}

/** The rows from one to another, out of chunks of `size` bytes that have come so far. */
export function rowsOf(
  chunks: ReadonlyMap<number, string>,
  size: number,
  total: number,
  first: number,
  last: number,
): HexRow[] {
  const rows: HexRow[] = [];
  for (let row = first; row < last; row++) {
    const offset = row * perRow;
    const digits = chunks.get(Math.floor(offset / size));
    const from = (offset % size) * 2;
    const length = Math.min(perRow, total - offset);
    const pairs = Array.from({ length }, (_, at) => digits?.slice(from + at * 2, from + at * 2 + 2));
    rows.push({ offset, pairs });
  }
  return rows;
}

/** A byte as a person would read it as text. */
export function sign(pair: string | undefined): string {
  const code = pair === undefined ? NaN : parseInt(pair, 16);
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : pair === undefined ? ' ' : '.';
}

/** A row as a line to copy. */
export function line({ offset, pairs }: HexRow): string {
  const digits = pairs.map((pair) => pair ?? '  ').join(' ');
  return `${offset.toString(16).padStart(8, '0')}  ${digits.padEnd(perRow * 3 - 1)}  ${pairs.map(sign).join('')}`;
}
