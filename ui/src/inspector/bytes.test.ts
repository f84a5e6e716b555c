import { expect, test } from 'vitest';
import { lineAt, linesOf, positions, split } from './bytes';

const encoder = new TextEncoder();
/** The byte offset of a part of a text, as the host counts. */
const byteOf = (text: string, part: string) => encoder.encode(text.slice(0, text.indexOf(part))).length;

test.each(['plain', 'wörld', '„quotes“', '😀😀', 'مرحبا', '\u0000', '�'])(
  'byte offsets find the value after %j',
  (before) => {
    const text = `{"a": "${before}", "b": "here"}`;
    const start = byteOf(text, '"here"');
    const [from, to] = positions(text, [start, start + 6]);
    expect(text.slice(from, to)).toBe('"here"');
  },
);

test('an offset inside a character means its start', () => {
  expect(positions('a😀b', [3])).toEqual([1]);
});

test('an offset beyond the shown part of a body means its end', () => {
  expect(positions('abc', [2, 99])).toEqual([2, 3]);
});

test('lines know where they start, whatever their length', () => {
  const lines = linesOf('one\n\nthree');
  expect(lines.map((line) => line.start)).toEqual([0, 4, 5]);
  expect([0, 3, 4, 5, 9].map((at) => lineAt(lines, at))).toEqual([0, 0, 1, 2, 2]);
});

test('a range over several lines marks the part of each', () => {
  const lines = linesOf('one\ntwo\nthree');
  expect(lines.map((line) => split(line, 2, 9))).toEqual([
    ['on', 'e', ''],
    ['', 'two', ''],
    ['', 't', 'hree'],
  ]);
});

test('a very long line is drawn in pieces, cut between characters, of which the first has the number', () => {
  const text = `short\n${'😀'.repeat(2500)}\nend`;
  const lines = linesOf(text);
  expect(lines.map((line) => line.number)).toEqual([0, 1, undefined, undefined, 2]);
  expect(lines.map((line) => text.slice(line.start, line.start + line.text.length))).toEqual(
    lines.map((line) => line.text),
  );
  expect(lines.slice(1, 4).map((line) => line.text)).toEqual(
    [1000, 1000, 500].map((count) => '😀'.repeat(count)),
  );
  const odd = linesOf(`a${'😀'.repeat(1500)}`).map((line) => line.text);
  expect(odd.join('')).toBe(`a${'😀'.repeat(1500)}`);
  expect(odd.every((piece) => !/[\uD800-\uDBFF]$/.test(piece))).toBe(true);
});
