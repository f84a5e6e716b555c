// A gap in words: when, and how long.
import { date, dateTime, isSameDay, range, time } from '../format';
import type { GapRow } from '../host/bindings';
import { words } from '../words';
import { lasting } from '../words/en/presence';

export const gapLength = ({ from, to }: GapRow): string =>
  lasting((new Date(to).getTime() - new Date(from).getTime()) / 1000);

/** "Fri, 27 November 2026, 22:10 – Sat, 28 November 2026, 07:55" */
export const gapRange = ({ from, to }: GapRow): string => range(from, to);

const isOneNight = ({ from, to }: GapRow) =>
  isSameDay(from, to) || new Date(to).getTime() - new Date(from).getTime() < 86_400_000;

/** "22:10–07:55", with the days where they are more than one night apart. */
export const gapTimes = (gap: GapRow): string =>
  isOneNight(gap) ? `${time(gap.from)}–${time(gap.to)}` : gapRange(gap);

/** "from 22:10 to 07:55", likewise. */
export const gapFromTo = (gap: GapRow): string =>
  isOneNight(gap)
    ? words.presence.fromTo(time(gap.from), time(gap.to))
    : words.presence.fromTo(`${date(gap.from)}, ${time(gap.from)}`, `${date(gap.to)}, ${time(gap.to)}`);

/** All that a row shows, for those who hear it. */
export const gapRowName = (gap: GapRow): string =>
  [words.presence.what(gap), dateTime(gap.from), dateTime(gap.to), gapLength(gap)].join(', ');
