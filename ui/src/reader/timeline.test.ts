import { expect, test } from 'vitest';
import type { PageVisit, ShownMessage } from '../host/bindings';
import { hitsBefore, lineOfHit, timeline } from './timeline';

const said = (at: string, author: string, more: Partial<ShownMessage> = {}): ShownMessage => ({
  at: new Date(at).toISOString(),
  at_inferred: false,
  role: 'visitor',
  author,
  text: [{ text: 'words' }],
  translations: [],
  attachments: [],
  ...more,
});
const visited = (at: string | undefined, more: Partial<PageVisit> = {}): PageVisit => ({
  url: 'https://shop.example/',
  role: 'visited',
  at: at && new Date(at).toISOString(),
  ...more,
});
const kinds = (lines: { kind: string }[]) => lines.map((line) => line.kind).join(' ');

test('a day is named once, before its first line', () => {
  const { lines } = timeline(
    [said('2026-01-01T10:00', 'A'), said('2026-01-01T23:59', 'A'), said('2026-01-02T00:01', 'A')],
    [],
  );
  expect(kinds(lines)).toBe('day message message day message');
});

test('page visits stand between the lines where their time puts them', () => {
  const { lines } = timeline(
    [said('2026-01-01T10:00', 'A'), said('2026-01-01T10:05', 'A')],
    [visited('2026-01-01T10:03'), visited('2026-01-01T09:59'), visited('2026-01-01T11:00')],
  );
  expect(kinds(lines)).toBe('day page message page message page');
});

test('pages without a time, and where the visitor came from, are not part of the play', () => {
  const { lines } = timeline(
    [said('2026-01-01T10:00', 'A')],
    [visited(undefined), visited('2026-01-01T10:00', { role: 'referrer' })],
  );
  expect(kinds(lines)).toBe('day message');
});

test('a speaker who goes on is not named again, and the time only when the minute changed', () => {
  const { lines } = timeline(
    [said('2026-01-01T10:00:01', 'A'), said('2026-01-01T10:00:20', 'A'), said('2026-01-01T10:01', 'A')],
    [],
  );
  const shows = lines.flatMap((line) => (line.kind === 'message' ? [[line.showSpeaker, line.showTime]] : []));
  expect(shows).toEqual([
    [true, true],
    [false, false],
    [false, true],
  ]);
});

test('an automatic message is told apart from the same speaker’s own words', () => {
  const { lines } = timeline(
    [said('2026-01-01T10:00', 'A', { trigger: 'Greeting' }), said('2026-01-01T10:00', 'A')],
    [],
  );
  expect(lines.at(-1)).toMatchObject({ showSpeaker: true });
});

test('hits are counted over the whole conversation', () => {
  const hit = { text: 'x', hit: true };
  const { hits } = timeline(
    [said('2026-01-01T10:00', 'A', { text: [hit, hit] }), said('2026-01-01T10:01', 'A', { text: [hit] })],
    [],
  );
  expect(hits).toBe(3);
});

test('a hit is found in its line, and the hits before a line are counted', () => {
  const hit = { text: 'x', hit: true };
  const { lines } = timeline(
    [
      said('2026-01-01T10:00', 'A', { text: [hit, hit] }),
      said('2026-01-01T10:01', 'A'),
      said('2026-01-01T10:02', 'A', { text: [hit] }),
    ],
    [],
  );
  expect([1, 2, 3, 4].map((hit) => lineOfHit(lines, hit))).toEqual([1, 1, 3, -1]);
  expect([0, 1, 2, 3, 4].map((end) => hitsBefore(lines, end))).toEqual([0, 0, 2, 2, 3]);
});
