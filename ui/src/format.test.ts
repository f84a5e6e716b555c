import { describe, expect, test } from 'vitest';
import { ago, bytes, duration, pathOf, range, rating, rowTime, utc, visible } from './format';

const local = (text: string) => new Date(text).toISOString();

describe('times in a row', () => {
  const now = new Date('2026-11-20T15:00:00');

  test('get shorter as they get older', () => {
    expect(rowTime(local('2026-11-20T09:05:00'), now)).toBe('09:05');
    expect(rowTime(local('2026-11-17T09:05:00'), now)).toBe('Tue');
    expect(rowTime(local('2026-03-27T09:05:00'), now)).toBe('27 Mar');
    expect(rowTime(local('2015-03-27T09:05:00'), now)).toBe('Mar 2015');
  });

  test('of tomorrow name their day, because a service’s clock may run ahead', () => {
    expect(rowTime(local('2026-11-21T09:05:00'), now)).toBe('21 Nov');
  });
});

describe('a range', () => {
  const start = local('2015-03-27T16:33:59');

  test('names the day once', () => {
    expect(range(start, local('2015-03-27T16:34:36'))).toMatch(/27 March 2015, 16:33–16:34$/);
  });

  test('names both days when they differ', () => {
    expect(range(start, local('2015-03-28T00:10:00'))).toMatch(/16:33 – .*28 March 2015, 00:10$/);
  });

  test('has no end when there is none, or one before its start', () => {
    expect(range(start)).toMatch(/16:33$/);
    expect(range(start, local('2015-03-27T16:00:00'))).toMatch(/16:33$/);
  });
});

test('the past is told in the largest unit that fits', () => {
  const now = new Date('2026-11-20T15:00:00Z');
  expect(ago('2026-11-20T14:59:40Z', now)).toBe('just now');
  expect(ago('2026-11-20T14:58:00Z', now)).toBe('2 min ago');
  expect(ago('2026-11-20T12:00:00Z', now)).toBe('3 hr ago');
  expect(ago('2026-11-19T12:00:00Z', now)).toBe('yesterday');
});

test('sizes, durations and ratings are short', () => {
  expect([0, 999, 1500, 84_211, 10_485_760].map(bytes)).toEqual(['0 B', '999 B', '1.5 kB', '84 kB', '10 MB']);
  expect([14, 60, 125, 4800].map(duration)).toEqual(['14 s', '1 min', '2 min 5 s', '1 h 20 min']);
  expect(rating({ value: 5 })).toBe('★5');
  expect(rating({ value: 8, max: 10 })).toBe('★8/10');
  expect(rating({ comment: 'only words' })).toBe('');
});

test('the exact time is the stored one', () => {
  expect(utc('2015-03-27T15:33:59.703Z')).toBe('2015-03-27 15:33:59.703 UTC');
});

describe('what a stranger wrote', () => {
  test('hides nothing: control characters and direction overrides become escapes', () => {
    expect(visible('a\u0000b\u0007\u007f\u202Egpj.exe')).toBe('a\\u0000b\\u0007\\u007f\\u202egpj.exe');
  });

  test('keeps its lines, tabs, letters and emoji', () => {
    expect(visible('one\r\ntwo\tمرحبا 😀')).toBe('one\ntwo\tمرحبا 😀');
  });

  test('is shown as it is when it is no address', () => {
    expect(pathOf('not an address')).toBe('not an address');
    expect(pathOf('https://shop.example/a?b=1#c')).toBe('/a?b=1#c');
    expect(pathOf('https://shop.example/')).toBe('shop.example');
  });
});
