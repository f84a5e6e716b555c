import { expect, test } from 'vitest';
import { withHitInSight } from './snippet';

const told = (lead: string) =>
  withHitInSight([{ text: lead }, { text: 'board', hit: true }, { text: ' over night' }]);

test('words that fit before a hit stay', () => {
  expect(told('on the oak ')).toEqual([
    { text: 'on the oak ' },
    { text: 'board', hit: true },
    { text: ' over night' },
  ]);
});

test('a long lead is cut at a word, so that the hit is in sight', () => {
  expect(told('a cup of beetroot juice on the oak ')[0]).toEqual({ text: '… juice on the oak ' });
});

test('a long word without a gap is cut anywhere, but never inside a character', () => {
  expect(told('😀'.repeat(40))[0]).toEqual({ text: `…${'😀'.repeat(18)}` });
});

test('words without a hit are left alone', () => {
  const words = [{ text: 'nothing was searched, and this is a long line of words' }];
  expect(withHitInSight(words)).toBe(words);
});
