// Puts messages, page visits and days in the order in which they are read. Pure.
import type { PageVisit, ShownMessage } from '../host/bindings';
import { isSameDay, time } from '../format';

type Visit = PageVisit & { at: string };

export type Line =
  | { kind: 'day'; at: string }
  | { kind: 'page'; page: Visit; path: string }
  | {
      kind: 'message';
      message: ShownMessage;
      /** Index among all messages. */
      index: number;
      /** False when the line above has the same speaker, so that the name is not repeated. */
      showSpeaker: boolean;
      showTime: boolean;
    };

export interface Timeline {
  lines: Line[];
  hits: number;
}

const speakerOf = (message: ShownMessage) =>
  `${message.role} ${message.author ?? ''} ${message.trigger ?? ''}`;

/** How many hits there are in the lines before this one. */
export const hitsBefore = (lines: Line[], end: number): number =>
  lines.slice(0, end).reduce((sum, line) => sum + (line.kind === 'message' ? hitsOf(line.message) : 0), 0);

/** The line in which this hit is; the first hit is 1. */
export function lineOfHit(lines: Line[], hit: number): number {
  let left = hit;
  return lines.findIndex((line) => line.kind === 'message' && (left -= hitsOf(line.message)) <= 0);
}

const hitsOf = (message: ShownMessage) => message.text.filter((piece) => piece.hit).length;

export function timeline(messages: ShownMessage[], pages: PageVisit[]): Timeline {
  const visits = pages
    .map((page, at) => ({ page, path: `pages[${at}]` }))
    .filter((each): each is { page: Visit; path: string } => {
      return each.page.at !== undefined && each.page.role !== 'referrer';
    })
    .sort((a, b) => a.page.at.localeCompare(b.page.at));
  const lines: Line[] = [];
  let day: string | undefined;
  let above: ShownMessage | undefined;
  let hits = 0;
  let nextVisit = 0;

  const enterDay = (at: string) => {
    if (day === undefined || !isSameDay(day, at)) {
      lines.push({ kind: 'day', at });
      above = undefined;
    }
    day = at;
  };
  const passVisits = (until: string | undefined) => {
    for (let visit = visits[nextVisit]; visit; visit = visits[++nextVisit]) {
      if (until !== undefined && visit.page.at > until) return;
      enterDay(visit.page.at);
      lines.push({ kind: 'page', ...visit });
      above = undefined;
    }
  };

  messages.forEach((message, index) => {
    passVisits(message.at);
    enterDay(message.at);
    const sameSpeaker = above !== undefined && speakerOf(above) === speakerOf(message);
    const showTime = !sameSpeaker || above === undefined || time(above.at) !== time(message.at);
    lines.push({ kind: 'message', message, index, showSpeaker: !sameSpeaker, showTime });
    hits += hitsOf(message);
    above = message;
  });
  passVisits(undefined);
  return { lines, hits };
}
