// JSON as it is being written: where it stops being JSON, and the same values set out or packed without touching a digit.
import {
  createScanner,
  format as edits,
  applyEdits,
  parse,
  type ParseError,
  printParseErrorCode,
} from 'jsonc-parser';
import { words } from '../words';

export interface Problem {
  /** Where in the text, in UTF-16 units; an empty stretch at the end of the text. */
  from: number;
  to: number;
  line: number;
  column: number;
  text: string;
}

/** The first thing that keeps a text from being JSON; undefined for JSON, and for what is meant as something else. */
export function problemOf(text: string): Problem | undefined {
  if (!meantAsJson(text)) return undefined;
  const errors: ParseError[] = [];
  parse(text, errors, { allowTrailingComma: false, disallowComments: true });
  const first = errors[0];
  if (!first) return undefined;
  const from = Math.min(first.offset, text.length);
  const before = text.slice(0, from);
  const line = before.split('\n').length;
  const code = printParseErrorCode(first.error) as keyof typeof words.send.problems;
  return {
    from,
    to: Math.min(from + first.length, text.length),
    line,
    column: from - before.lastIndexOf('\n'),
    text: words.send.problems[code] ?? words.send.problems.InvalidSymbol,
  };
}

/** Forms and XML are bodies too; what begins like JSON is meant as JSON. */
export const meantAsJson = (text: string): boolean => /^\s*[[{]/.test(text);

/** The same JSON with one value a line. Numbers, escapes and repeated names stay as they are written. */
export const setOut = (text: string): string =>
  applyEdits(text, edits(text, undefined, { tabSize: 2, insertSpaces: true, eol: '\n' }));

/** The same JSON without the space between its parts. */
export function pack(text: string): string {
  const scanner = createScanner(text, true);
  let packed = '';
  for (let token = scanner.scan(); token !== 17 /* the end */; token = scanner.scan())
    packed += text.slice(scanner.getTokenOffset(), scanner.getTokenOffset() + scanner.getTokenLength());
  return packed;
}
