import { expect, test } from 'vitest';
import type { PathStretch } from '../host/bindings';
import { continued } from './stretches';

const stretch = (conversation: string, before: number, urls: string, of = 9): PathStretch => ({
  conversation,
  provider: 'chatlio',
  at: '2026-01-05T12:00:00.000Z',
  before,
  of,
  pages: [...urls].map((url) => ({ url, role: 'visited' })),
});
const shown = (stretches: PathStretch[]) =>
  stretches.map((each) => `${each.conversation}:${each.pages.map((page) => page.url).join('')}`);

test('a conversation whose path goes on stays one stretch', () => {
  const parts = continued([stretch('x', 0, 'ab')], [stretch('x', 2, 'cd'), stretch('y', 0, 'e')]);
  expect(shown(parts)).toEqual(['x:abcd', 'y:e']);
});

test('another conversation begins a stretch of its own', () => {
  expect(shown(continued([stretch('x', 0, 'ab')], [stretch('y', 0, 'c')]))).toEqual(['x:ab', 'y:c']);
  expect(shown(continued([], [stretch('y', 0, 'c')]))).toEqual(['y:c']);
  expect(shown(continued([stretch('x', 0, 'ab')], []))).toEqual(['x:ab']);
});

test('steps that were told twice are shown once', () => {
  expect(shown(continued([stretch('x', 0, 'abc')], [stretch('x', 2, 'cd')]))).toEqual(['x:abcd']);
});
