// When the door was closed, and how each hook address fares.
import { duration } from '../../format';
import type { GapRow, QuietRow, RhythmRow, WrongRow } from '../../host/bindings';
import { answers } from './answers';

const count = (n: number) => n.toLocaleString('en');
const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** "45 s", "12 min", "9 h 45 min", "3 d 2 h" */
export function lasting(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return duration(minutes * 60);
  const hours = Math.round(minutes / 60);
  return hours % 24 ? `${count(Math.floor(hours / 24))} d ${hours % 24} h` : `${count(hours / 24)} d`;
}

function on(days: boolean[]): string {
  if (days.every(Boolean)) return '';
  if (days.every((day, at) => day === at < 5)) return ' on weekdays';
  return ` on ${dayNames.filter((_, at) => days[at]).join(', ')}`;
}

const often = ({ per_week, every }: RhythmRow) =>
  per_week < 14 ? `about ${count(Math.round(per_week))} a week` : `every ${lasting(every)}`;

const wrong = ({ kind, reason }: WrongRow) =>
  kind === 'unreadable'
    ? 'a delivery could not be read'
    : kind === 'quarantined'
      ? 'a delivery was answered 401 and is in quarantine'
      : `a request was not taken: ${reason ? answers.reasons[reason] : ''}`;

export const presence = {
  closed: 'The door was closed',
  slept: 'The machine slept',
  what: (gap: GapRow) => (gap.began === 'slept' ? presence.slept : presence.closed),
  fromTo: (from: string, to: string) => `from ${from} to ${to}`,
  from: (when: string, length: string) => `${when} — ${length}`,
  missed: 'What services sent then did not arrive.',
  why: {
    closed: 'Afterchat was closed, or its door was.',
    slept: 'The machine slept or stood still, so nothing could be answered.',
    unsaid:
      'Afterchat was ended by force, or the machine lost its power. When exactly is known to half a minute.',
  },
  gap: 'Time without a door',
  sentence: (gap: GapRow, when: string, length: string) =>
    `${presence.what(gap)} ${when} — ${length}. ${presence.missed}`,
  show: 'What now?',
  seen: 'Dismiss',
  wasSeen: 'Dismissed',
  now: 'What can be done',
  fetch: (name: string) => `Fetch past chats of ${name}`,
  fetchText: 'These services can be asked for the chats of that time:',
  noFetch: (names: string) =>
    `${names}: past chats cannot be fetched. Some services try again by themselves; otherwise look there.`,
  nobody: 'No service had reached its address before.',
  keepOpen: 'The door is open as long as Afterchat runs and this machine is awake.',
  openSince: (when: string) => `open since ${when}`,
  openSinceTitle: 'Since then the door has been open without a break of a minute or more.',

  health: 'How it fares',
  usually: (rhythm: RhythmRow) =>
    `usually ${often(rhythm)}${on(rhythm.days)}${rhythm.hours ? ` ${rhythm.hours[0]}–${rhythm.hours[1]}` : ''}`,
  usuallyTitle: (perWeek: number) =>
    `About ${count(Math.round(perWeek))} deliveries a week, learned from the last six weeks, without samples and trials.`,
  notKnown: 'what is usual is not known yet',
  wrong: (row: WrongRow, ago: string) => `last error ${ago}: ${wrong(row)}`,
  lookAtIt: 'Look at it',

  quiet: 'quiet',
  alarm: (n: number, name: string) => (n === 1 ? `${name} is quiet` : `${count(n)} addresses are quiet`),
  quietTitle: (name: string) => `${name} has gone quiet`,
  quietText: ({ open_for, expected }: QuietRow) =>
    `Nothing has arrived for ${lasting(open_for)} in which the door was open. About ${count(expected)} deliveries were to be expected in that time.`,
  quietNext: 'It may be chance. To be sure:',
  checkService: 'Look whether the address at the service is still this one, and is switched on.',
  checkTunnel: 'Look whether the tunnel is up',
  sendTest: 'Send a test',
  dismissQuiet: 'Dismiss until the next delivery',
  quietDismissed: (name: string) => `${name} may be quiet until its next delivery`,
};
