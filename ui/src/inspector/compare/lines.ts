// The lines of a comparison as they are drawn: long runs of what is the same are one line, and the changes are known.
import type { ComparedLine } from '../../host/bindings';

export type Drawn = { line: ComparedLine; at: number } | { fold: number; at: number };

/** Lines of what is the same that stay in sight on each side of a difference. */
const around = 2;

export function isChange(line: ComparedLine): boolean {
  return !line.inside && (line.moved || (line.what !== 'same' && line.what !== 'holds'));
}

/** Every line, with runs of equal ones folded but for those a person opened, known by where they begin. */
export function drawn(lines: ComparedLine[], opened: ReadonlySet<number>): Drawn[] {
  const found: Drawn[] = [];
  for (let at = 0; at < lines.length;) {
    let end = at;
    while (end < lines.length && lines[end]!.what === 'same' && !lines[end]!.moved) end += 1;
    const head = at === 0 ? at : Math.min(end, at + around);
    const tail = end === lines.length ? end : Math.max(head, end - around);
    // What a fold would save must be worth a line.
    const folded = tail - head > 2 && !opened.has(head);
    for (let line = at; line < end; line++) {
      if (folded && line === head) found.push({ fold: tail - head, at: head });
      if (!folded || line < head || line >= tail) found.push({ line: lines[line]!, at: line });
    }
    if (end < lines.length) found.push({ line: lines[end]!, at: end });
    at = end + 1;
  }
  return found;
}

/** Where the next difference is among the drawn lines, from one of them on; the first again behind the last. */
export function nextChange(all: Drawn[], from: number, by: 1 | -1): number | undefined {
  for (let step = 1; step <= all.length; step++) {
    const at = (((from + by * step) % all.length) + all.length) % all.length;
    const each = all[at]!;
    if ('line' in each && isChange(each.line)) return at;
  }
  return undefined;
}

/** The name of a line: its name in an object, its place in a list, or its number in a text. */
export function nameOf(line: ComparedLine): string {
  if (line.name !== undefined) return line.name;
  const number = (side: ComparedLine['left']) =>
    side?.line === undefined ? side?.pointer?.match(/\/(\d+)$/)?.[1] : String(side.line);
  const [before, after] = [number(line.left), number(line.right)];
  return before === after || after === undefined || (before === undefined && after !== undefined)
    ? (after ?? before ?? '')
    : `${before} → ${after}`;
}

/** A value in one line. */
export function valueOf(side: ComparedLine['left']): string {
  if (!side) return '';
  if (side.kind === 'object') return side.count ? `{…} ${side.count}` : '{}';
  if (side.kind === 'array') return side.count ? `[…] ${side.count}` : '[]';
  if (side.kind === 'null') return 'null';
  const text = (side.text ?? '') + (side.cut ? '…' : '');
  return side.kind === 'string' ? `"${text}"` : text;
}

/** Whether two texts are so much alike that their words are best told piece by piece; else both are shown whole. */
export function isAlike(line: ComparedLine): boolean {
  if (line.left?.cut || line.right?.cut) return line.pieces.length > 0;
  const length = (what: string) =>
    line.pieces
      .filter((piece) => piece.what === what)
      .reduce((sum, piece) => sum + piece.text.trim().length, 0);
  return length('same') > Math.max(length('removed'), length('added'));
}
