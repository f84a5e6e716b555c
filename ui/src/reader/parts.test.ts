import { expect, test } from 'vitest';
import { beginning, lengthOf } from './parts';

const pieces = [{ text: 'abc' }, { text: 'd\ud83d\ude00', url: 'https://a.example' }, { text: 'ef' }];

test('a text is cut between letters, and what is whole stays as it is', () => {
  expect(lengthOf(pieces)).toBe(8);
  expect(beginning(pieces, 8)).toEqual(pieces);
  expect(beginning(pieces, 3)).toEqual([{ text: 'abc' }]);
  expect(beginning(pieces, 5)).toEqual([{ text: 'abc' }, { text: 'd', url: 'https://a.example' }]);
  expect(beginning(pieces, 6)).toEqual(pieces.slice(0, 2));
});
