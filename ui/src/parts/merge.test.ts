import { describe, expect, test } from 'vitest';
import { joined, refreshed, waiting } from './merge';

interface Row {
  id: string;
  position: number;
  words?: string;
}
const row = (id: string, position: number, words?: string): Row => ({ id, position, words });
const placeOf = (each: Row) => String(each.position);
const ids = (rows: Row[]) => rows.map((each) => each.id).join('');

const shown = { rows: [row('d', 4), row('c', 3), row('b', 2), row('a', 1)], next: 'more' };

describe('joining a fresh first page', () => {
  test('puts new rows on top and keeps the older ones', () => {
    const fresh = { rows: [row('e', 5), row('d', 4), row('c', 3)], next: '3' };
    const result = joined(shown, fresh, placeOf);
    expect(ids(result.rows)).toBe('edcba');
    expect(result.next, 'the older rows still end where they ended').toBe('more');
  });

  test('moves a row that became active instead of showing it twice', () => {
    const fresh = { rows: [row('a', 9), row('d', 4), row('c', 3)], next: '3' };
    expect(ids(joined(shown, fresh, placeOf).rows)).toBe('adcb');
  });

  test('drops rows that are gone from the part the page covers', () => {
    const fresh = { rows: [row('d', 4), row('b', 2)], next: '2' };
    expect(ids(joined(shown, fresh, placeOf).rows)).toBe('dba');
  });

  test('starts over when so much is new that rows in between are unknown', () => {
    const fresh = { rows: [row('h', 8), row('g', 7), row('f', 6)], next: '6' };
    expect(joined(shown, fresh, placeOf)).toBe(fresh);
  });

  test('takes a page that holds everything as it is', () => {
    const fresh = { rows: [row('a', 1)] };
    expect(joined(shown, fresh, placeOf)).toBe(fresh);
  });
});

test('refreshing in place changes words but never the order', () => {
  const fresh = [row('e', 5), row('a', 9, 'new words'), row('d', 4)];
  const rows = refreshed(shown.rows, fresh, (now, old) => ({ ...now, position: old.position }));
  expect(ids(rows)).toBe('dcba');
  expect(rows[3]).toEqual(row('a', 1, 'new words'));
});

describe('what waits', () => {
  test('counts new rows and rows that moved to the top', () => {
    const fresh = [row('e', 5), row('a', 9), row('d', 4), row('c', 3)];
    expect(waiting(shown.rows, fresh, placeOf)).toBe(2);
  });

  test('does not count rows that merely follow the shown ones', () => {
    expect(waiting([row('d', 4)], [row('d', 4), row('c', 3)], placeOf)).toBe(0);
  });

  test('counts everything when nothing is shown', () => {
    expect(waiting([], [row('a', 1)], placeOf)).toBe(1);
  });
});
