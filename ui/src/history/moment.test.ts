import { expect, test } from 'vitest';
import { moment } from './services.svelte';

test('a range runs from the beginning of its first day to the end of its last', () => {
  const begin = moment('2026-03-01');
  const end = moment('2026-03-01', true);
  expect(new Date(begin!).getHours()).toBe(0);
  expect(new Date(end!).getTime() - new Date(begin!).getTime()).toBe(86_400_000);
});

test('no date is no limit', () => {
  expect(moment('')).toBeUndefined();
  expect(moment('nonsense')).toBeUndefined();
});
