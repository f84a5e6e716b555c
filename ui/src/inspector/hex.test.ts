import { expect, test } from 'vitest';
import { line, rowsOf, sign } from './hex';

const digits = (from: number, length: number) =>
  Array.from({ length }, (_, at) => ((from + at) % 256).toString(16).padStart(2, '0')).join('');

test('rows are cut out of the chunks that are there, and end with the last byte', () => {
  const chunks = new Map([
    [0, digits(0, 32)],
    [2, digits(64, 5)],
  ]);
  const rows = rowsOf(chunks, 32, 69, 0, 5);
  expect(rows.map((row) => row.offset)).toEqual([0, 16, 32, 48, 64]);
  expect(rows[1]!.pairs[0]).toBe('10');
  expect(rows[2]!.pairs).toEqual(Array(16).fill(undefined));
  expect(rows[4]!.pairs).toEqual(['40', '41', '42', '43', '44']);
});

test('a line has its offset, its digits and what they would be as text', () => {
  const [row] = rowsOf(new Map([[0, '48690a00ff']]), 16, 5, 0, 1);
  expect(line(row!)).toBe(`00000000  48 69 0a 00 ff${' '.repeat(33)}  Hi...`);
});

test.each([
  ['41', 'A'],
  ['20', ' '],
  ['7f', '.'],
  ['c3', '.'],
  [undefined, ' '],
])('the byte %s is shown as %j', (pair, shown) => expect(sign(pair)).toBe(shown));
