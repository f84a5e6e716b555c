// Dates, times and numbers as a person reads them: in the local time zone, in the language of the words.
import type { Rating } from './host/bindings';

/** English of wherever the reader is; another English stays their own, anything else reads as written here. */
export const locale =
  (typeof navigator === 'undefined' ? [] : navigator.languages).find((tag) => tag.startsWith('en-')) ??
  'en-GB';

const formatter = (options: Intl.DateTimeFormatOptions) => {
  const format = new Intl.DateTimeFormat(locale, options);
  return (at: Date) => format.format(at);
};
const hourMinute = formatter({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const weekdayName = formatter({ weekday: 'short' });
const dayMonth = formatter({ day: 'numeric', month: 'short' });
const monthYear = formatter({ month: 'short', year: 'numeric' });
const longDay = formatter({ weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' });
const fullDate = formatter({ dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });
const clock = formatter({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const plainNumber = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

const day = 86_400_000;
const startOfDay = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();

export const number = (value: number): string => plainNumber.format(value);

/** "16:34" */
export const time = (at: string): string => hourMinute(new Date(at));

/** "16:34:02" */
export const timeWithSeconds = (at: string): string => clock(new Date(at));

/** "Fri, 27 March 2015" */
export const date = (at: string): string => longDay(new Date(at));

/** "27 Mar 2015, 16:34:02" */
export const dateTime = (at: string): string => fullDate(new Date(at));

/** The exact time, as it is stored. */
export const utc = (at: string): string => at.replace('T', ' ').replace(/Z$/, ' UTC');

export function isSameDay(a: string, b: string): boolean {
  return startOfDay(new Date(a)) === startOfDay(new Date(b));
}

/** As short as it can be said in a row: "16:34", "Tue", "27 Mar", "Mar 2015". */
export function rowTime(at: string, now: Date): string {
  const then = new Date(at);
  const days = Math.round((startOfDay(now) - startOfDay(then)) / day);
  if (days === 0) return hourMinute(then);
  if (days > 0 && days < 7) return weekdayName(then);
  if (then.getFullYear() === now.getFullYear()) return dayMonth(then);
  return monthYear(then);
}

/** "Fri, 27 March 2015, 16:33–16:34", naming the second day only when it is another. */
export function range(start: string, end?: string): string {
  const from = `${date(start)}, ${time(start)}`;
  if (!end || new Date(end).getTime() < new Date(start).getTime()) return from;
  if (!isSameDay(start, end)) return `${from} – ${date(end)}, ${time(end)}`;
  return time(start) === time(end) ? from : `${from}–${time(end)}`;
}

/** "just now", "2 min. ago", "yesterday" */
export function ago(at: string, now: Date): string {
  const seconds = Math.round((new Date(at).getTime() - now.getTime()) / 1000);
  if (seconds > -45) return 'just now';
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ['minute', 60],
    ['hour', 3600],
    ['day', 86_400],
    ['month', 2_629_800],
    ['year', 31_557_600],
  ];
  const fitting = steps.filter(([, size]) => -seconds >= size * 0.95).at(-1) ?? steps[0]!;
  return relative.format(Math.round(seconds / fitting[1]), fitting[0]).replace('.', '');
}

/** "14 s", "2 min 5 s", "1 h 20 min" */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${number(seconds)} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 ? `${minutes} min ${whole % 60} s` : `${minutes} min`;
  return minutes % 60
    ? `${number(Math.floor(minutes / 60))} h ${minutes % 60} min`
    : `${number(minutes / 60)} h`;
}

/** "312 B", "3.1 kB" */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const [unit, value] = size < 1_000_000 ? ['kB', size / 1000] : ['MB', size / 1_000_000];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** "★5" where five is the most, otherwise with its scale: "★8/10"; nothing where only words were given. */
export function rating({ value, max }: Rating): string {
  if (value === undefined) return '';
  return max === undefined || max === 5 ? `★${number(value)}` : `★${number(value)}/${number(max)}`;
}

/** Control characters and direction overrides as escapes, so that nothing in a text hides; tabs and line ends stay. */
export function visible(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(
    // eslint-disable-next-line no-control-regex -- control characters are exactly what this looks for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Letters of one value that a page draws; a browser takes seconds for millions of them. */
const drawn = 20_000;

/** The same of a value of any length: the beginning of a very long one, with its size. */
export const clipped = (text: string): string =>
  text.length > drawn ? `${visible(text.slice(0, drawn))}… (${bytes(text.length)})` : visible(text);

/** The path and query of a web address, for a line where the host is clear or too long. */
export function pathOf(url: string): string {
  const parsed = URL.parse?.(url);
  if (!parsed) return url;
  const path = parsed.pathname + parsed.search + parsed.hash;
  return path === '/' ? parsed.host : path;
}

/** An address for a line that everybody may see: a query can hold a password of whoever listens there. */
export const withoutQuery = (url: string): string => url.replace(/\?.*$/s, '?…');
