import { describe, expect, test } from 'vitest';
import type { ComparedLine, Difference } from '../../host/bindings';
import { drawn, isAlike, nameOf, nextChange, valueOf } from './lines';

const line = (what: Difference, more: Partial<ComparedLine> = {}): ComparedLine => ({
  depth: 0,
  what,
  moved: false,
  inside: false,
  pieces: [],
  ...more,
});

const marks = (lines: ComparedLine[], opened = new Set<number>()) =>
  drawn(lines, opened).map((each) => ('fold' in each ? `fold ${each.fold}` : `${each.at} ${each.line.what}`));

const same = (count: number) => Array.from({ length: count }, () => line('same'));

describe('lines of a comparison', () => {
  test('long runs of what is the same are folded around the differences', () => {
    const lines = [line('holds'), ...same(10), line('changed'), ...same(3), line('added'), ...same(9)];
    expect(marks(lines)).toEqual([
      '0 holds',
      '1 same',
      '2 same',
      'fold 6',
      '9 same',
      '10 same',
      '11 changed',
      '12 same',
      '13 same',
      '14 same',
      '15 added',
      '16 same',
      '17 same',
      'fold 7',
    ]);
    expect(marks(lines, new Set([3]))).toHaveLength(19);
  });

  test('nothing is lost when every fold is open', () => {
    const lines = [...same(8), line('removed'), ...same(8)];
    expect(drawn(lines, new Set([0, 11]))).toHaveLength(lines.length);
    expect(drawn([], new Set())).toEqual([]);
  });

  test('differences are gone through in a circle', () => {
    const all = drawn(
      [line('holds'), line('changed'), line('same', { moved: true }), line('added', { inside: true })],
      new Set(),
    );
    expect(nextChange(all, 0, 1)).toBe(1);
    expect(nextChange(all, 1, 1)).toBe(2);
    expect(nextChange(all, 2, 1)).toBe(1);
    expect(nextChange(all, 1, -1)).toBe(2);
    expect(nextChange(drawn(same(3), new Set()), 0, 1)).toBeUndefined();
  });

  test('names and values are written in one line', () => {
    const side = (pointer: string, more = {}) => ({ pointer, cut: false, count: 0, ...more });
    expect(nameOf(line('same', { name: 'id' }))).toBe('id');
    expect(nameOf(line('same', { left: side('/a/2'), right: side('/a/0') }))).toBe('2 → 0');
    expect(nameOf(line('added', { right: side('/a/7') }))).toBe('7');
    expect(valueOf(side('', { kind: 'string', text: 'x', cut: true }))).toBe('"x…"');
    expect(valueOf(side('', { kind: 'object', count: 3 }))).toBe('{…} 3');
    expect(valueOf(undefined)).toBe('');
  });

  test('texts that have little in common are shown whole', () => {
    const of = (...pieces: [Difference, string][]) =>
      isAlike(line('changed', { pieces: pieces.map(([what, text]) => ({ what, text })) }));
    expect(of(['same', 'Thank you, '], ['removed', 'Jim'], ['added', 'Jane'])).toBe(true);
    expect(of(['removed', 'Vera'], ['added', '<img'], ['same', ' '], ['added', 'src=x'])).toBe(false);
    expect(of()).toBe(false);
  });
});
