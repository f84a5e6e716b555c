// The words of what services are told: answers by plan, what each delivery was answered, attempts, and what was not taken.
import type { RefusalReason, SaidKind, ToldRow } from '../../host/bindings';

const count = (n: number) => n.toLocaleString('en');
const many = (n: number, one: string, more: string) => `${count(n)} ${n === 1 ? one : more}`;

/** "3 ms", "12.4 s", "2 min" */
function took(millis: number): string {
  if (millis < 1) return 'under 1 ms';
  if (millis < 1000) return `${count(Math.round(millis))} ms`;
  const seconds = millis / 1000;
  if (seconds < 60) return `${count(Math.round(seconds * 10) / 10)} s`;
  if (seconds < 3600) return `${count(Math.round(seconds / 6) / 10)} min`;
  if (seconds < 86_400) return `${count(Math.round(seconds / 360) / 10)} h`;
  return `${count(Math.round(seconds / 8640) / 10)} d`;
}

const says: Record<SaidKind, string> = {
  own: 'a status',
  usual: 'as usual',
  drop: 'drop the connection',
};

const reasons: Record<RefusalReason, string> = {
  too_long: 'too long',
  too_slow: 'too slow',
  broken_off: 'broken off',
  busy: 'too much at once',
  too_many: 'too many requests',
  old_address: 'an old address',
  not_kept: 'could not be stored',
};

const why: Record<RefusalReason, string> = {
  too_long: 'Its body is longer than the 10 MB that are taken. Nothing of it became a delivery.',
  too_slow: 'Its body took more than a minute, or paused for half a minute.',
  broken_off: 'The sender stopped before the end it had announced. Many services send it again.',
  busy: 'Too many large requests were on their way at once. The service was asked to come back.',
  too_many:
    'This address had more requests than it takes, 300 a second after 3,000 at once. The service was told when to come back. Of such a flood only a few are listed.',
  old_address:
    'It came to an address that has ended, from a service that still has it. Enter the present address there. The sender was told what everybody is told who comes to no address. Of many such requests only a few are listed.',
  not_kept:
    'It arrived whole and could not be stored, as on a full disk. The service was asked to come back.',
};

export const answers = {
  took,
  says,
  reasons,
  why,
  tab: 'Answer',

  usualNow: 'It answers as usual: 200 {"result":"ok"}, once a delivery is kept.',
  usualText:
    'To learn how a service behaves when it is told something else, let this address answer by a plan. Whatever is answered, every delivery is kept.',
  plannedNow: 'It does not answer as usual',
  plannedBadge: (text: string) => `answers ${text}`,
  plannedText: 'Whatever is answered, every delivery is kept.',
  setAt: (when: string) => `set ${when}`,
  given: (n: number) => many(n, 'answer given', 'answers given'),
  next: (text: string) => `next: ${text}`,
  over: 'all steps are given: as usual again',
  again: 'From the first step',
  usualAgain: 'As usual again',
  isUsual: (source: string) => `${source} answers as usual`,
  isPlanned: (source: string, text: string) => `${source} now answers ${text}`,
  use: 'Use these answers',
  alarm: (n: number, name: string) =>
    n === 1 ? `${name} does not answer as usual` : `${count(n)} addresses do not answer as usual`,

  presetsLabel: 'Ready-made',
  presets: [
    { title: '503 twice, then 200', text: '503 x2, 200' },
    { title: 'Wait 12 s', text: 'wait 12s' },
    { title: 'Drop the connection once', text: 'drop x1' },
    { title: '429, come back in 30 s', text: '429 retry-after 30 x1' },
    { title: 'Every event fails once', text: 'per event: 503, 200' },
  ],
  text: 'Plan',
  textHint:
    'Steps follow one another, separated by commas; the last one stays. x2 gives a step twice; after a last step with x… all is as usual.',
  steps: 'Steps',
  step: (n: number) => `Step ${count(n)}`,
  said: 'Answer',
  status: 'Status',
  wait: 'after seconds',
  times: 'times',
  timesHint: (last: boolean) => (last ? 'for ever' : 'once'),
  more: 'Headers and body',
  headers: 'Header lines, one on each line',
  headersHint: 'Retry-After: 30',
  body: 'Body',
  bodyHint: 'none',
  meant: 'I mean it.',
  risk: {
    gone: 'Many services take 410 as “never send here again” and switch the address off for good.',
    redirect:
      'Many services switch an address off that redirects, or send the payload on to where it points.',
  },
  addStep: 'Add a step',
  removeStep: (n: number) => `Remove step ${count(n)}`,
  perEvent: 'Each event runs through the steps by itself',
  perEventText:
    'An event is what the service sends again: equal bytes, or its own number for it. Otherwise all deliveries of this address are counted together.',
  quarantineToo: 'Also answer what is in quarantine',
  quarantineTooText:
    'Otherwise a missing or wrong signature is answered 401 as ever and takes no step: strangers cannot use a plan up.',

  answered: (told: ToldRow) =>
    told.status === undefined
      ? `closed without an answer after ${took(told.answering)}`
      : told.handed
        ? `answered ${told.status} in ${took(told.answering)}`
        : `the sender was gone before the answer ${told.status}`,
  answeredBrief: (told: ToldRow) =>
    told.status === undefined ? 'connection closed' : told.handed ? `answered ${told.status}` : 'sender gone',
  times3: (told: ToldRow) =>
    `received in ${took(told.receiving)}, kept after ${took(told.committing)}, answered after ${took(told.answering)}`,
  left: (millis: number) => `the sender closed its side after ${took(millis)}`,
  because: (words: string) => `by plan: ${words}`,
  body4k: 'Answered body',

  attempts: (number: number, all: number) => `Attempt ${count(number)} of ${count(all)}`,
  attemptsLabel: 'Attempts of this event',
  sameBytes: 'the same bytes at the same address',
  sameNumber: (header: string) => `the same ${header}`,
  first: 'first',
  gap: (millis: number) => `+${took(millis)}`,
  thisOne: 'this one',
  openAttempt: (number: number) => `Attempt ${count(number)}`,
  notNoted: 'answer not noted',
  notAll: (n: number) => `${many(n, 'attempt', 'attempts')} further away are not listed.`,

  whatSigned: 'What was signed',
  claim: 'signature',
  noClaim: (headers: string) => `None of its headers is called ${headers}.`,
  made: (how: string) => `${how}, of these bytes one after another:`,
  secretItself: 'The secret itself; it covers nothing of the request and is not kept.',
  bodyPiece: (size: string) => `the body, ${size}, to the byte`,
  noValue: 'missing',

  refused: 'Not taken',
  refusedCount: (n: number) => `Not taken (${count(n)})`,
  refusedEmpty: 'Everything was taken',
  refusedEmptyNext:
    'A request to a hook address that was too long, too slow, broken off or one too many stands here. It is no delivery.',
  refusedNone: 'Choose a request',
  refusedNoneNext: 'These reached a hook address and were not taken. The newest thousand are listed.',
  refusedAt: (reason: string) => `Not taken: ${reason}`,
  arrivedOf: (seen: string, announced: string | undefined) =>
    announced === undefined ? `${seen} arrived` : `${seen} of ${announced} arrived`,
  toldStatus: (status: number | undefined) =>
    status === undefined ? 'the sender was gone before it could be told' : `answered ${status}`,
  passedOver: (n: number) =>
    `${many(n, 'more request was', 'more requests were')} not taken just before this one and ${n === 1 ? 'is' : 'are'} not listed, because there were too many at once.`,
  arrivedBody: 'What arrived of the body',
  cut: (kept: string) => `Only its first ${kept} are kept.`,
  nothingArrived: 'Nothing of the body had arrived.',
};
