// The words of forwarding: targets, how they stand, their log, and what did not arrive.
import type { ForwardAttempt, ForwardState } from '../../host/bindings';

const count = (n: number) => n.toLocaleString('en');
const many = (n: number, one: string, more: string) => `${count(n)} ${n === 1 ? one : more}`;

const states: Record<ForwardState, string> = {
  waiting: 'waits',
  under_way: 'is being sent',
  held: 'waits until it is accepted',
  done: 'arrived',
  dead: 'given up',
};

/** What a stable code says of an attempt, in a few words; the whole sentence stands in the title. */
const codes: Record<string, string> = {
  target_unreachable: 'nothing answered',
  target_unknown: 'name not found',
  target_refused: 'address refused',
  target_not_trusted: 'certificate not trusted',
  target_is_here: 'own address',
  forward_loop: 'goes in a circle',
  answer_too_slow: 'no answer in time',
  answer_broken_off: 'answer broke off',
  answer_not_http: 'no answer of HTTP',
};

export const forward = {
  title: 'Forward',
  intro:
    'Whatever arrives here is sent on to each target, byte for byte: method, header lines and body as they came. It is kept first, and goes on being tried for hours if a target does not take it.',
  closed: 'The door is closed, so nothing is forwarded now. What waits is sent when it opens again.',
  empty: 'Nothing is forwarded yet.',
  emptyNext: 'Add the address of your own server, for example http://localhost:3000/webhook.',
  add: 'Add target',
  addTitle: 'Forward to another address',
  change: 'Change',
  changeTitle: (name: string) => `Change ${name}`,
  save: 'Save',
  targets: 'Targets',
  target: (name: string) => `Target ${name}`,

  url: 'Address',
  urlHint: 'http:// or https://. This machine and your network are reached because you enter them here.',
  name: 'Called',
  nameHint: 'its server',
  when: 'When',
  after: 'After the answer',
  afterHint: 'The service never waits.',
  before: 'Before the answer',
  beforeHint: 'The service waits for the target, then gets the usual answer of this address.',
  passBack: 'Before the answer, and pass its answer back',
  passBackHint:
    'The service gets what the target says if that settles it (2xx, or 4xx but 410). That counts before the rules under Answer. If the target fails, redirects or is late, the service is answered as this address always does, and the target is tried again behind.',
  onlyOne: (name: string) => `${name} passes its answer back now; only one target of an address can.`,
  deadline: 'Seconds an attempt may take',
  more: 'What goes along',
  numbered: 'Add X-Afterchat-Delivery',
  numberedHint:
    'The number of the delivery. A target can get one twice after a break; by this it knows it again.',
  credentials: 'Send Authorization and Cookie along',
  credentialsHint: 'They were meant for this address.',
  quarantined: 'Also what is in quarantine',
  quarantinedHint: 'Otherwise it goes when you accept it.',

  paused: 'paused',
  pause: 'Pause',
  goOn: 'Go on',
  remove: 'Remove',
  removed: (name: string) => `${name} is removed`,
  added: (name: string) => `Forwarding to ${name} from now on`,
  changed: (name: string) => `${name} is changed`,
  mode: (before: boolean, passBack: boolean) =>
    passBack ? 'before the answer, passes back' : before ? 'before the answer' : 'after the answer',
  arrived: (n: number) => `${count(n)} arrived`,
  waiting: (n: number) => `${count(n)} waiting`,
  held: (n: number) => `${count(n)} in quarantine`,
  dead: (n: number) => `${count(n)} given up`,
  underWay: 'sending',
  next: (wait: string) => `next in ${wait}`,
  lastAnswer: 'Last answer',
  never: 'nothing sent yet',
  answered: (attempt: ForwardAttempt) =>
    attempt.status === undefined
      ? (codes[attempt.code ?? ''] ?? attempt.words ?? attempt.code ?? '')
      : String(attempt.status),
  failed: (status: number | undefined, code: string | undefined) =>
    status === undefined ? (codes[code ?? ''] ?? code ?? '') : String(status),
  took: (ms: number) => (ms < 10_000 ? `${count(ms)} ms` : `${count(Math.round(ms / 1000))} s`),

  earlier: 'Also earlier ones',
  earlierTitle: (name: string) => `Forward to ${name} what arrived before it was added?`,
  earlierText: 'What it has got already is not sent again. They go one after the other, oldest first.',
  earlierSince: 'What arrived',
  earlierChoices: {
    hour: 'in the last hour',
    day: 'in the last 24 hours',
    week: 'in the last 7 days',
    all: 'ever',
  },
  earlierDone: (n: number) =>
    n === 0 ? 'There is nothing earlier to send' : `${many(n, 'delivery', 'deliveries')} more to send`,
  send: 'Send them',

  log: 'Log',
  showLog: (name: string) => `Log of ${name}`,
  hideLog: 'Hide the log',
  logEmpty: 'Nothing was sent yet.',
  logKept: 'The last thousand attempts are kept.',
  older: 'Older',
  delivery: (id: string) => `delivery ${id}`,
  answerOf: (id: string) => `What was answered to delivery ${id}`,

  deadTitle: 'Given up',
  deadText: 'These were tried until nothing more could be hoped for. They are kept, and can be sent again.',
  tries: (n: number) => many(n, 'attempt', 'attempts'),
  sendAgain: 'Send again',
  sendAgainOf: (id: string) => `Send delivery ${id} again`,
  sendAllAgain: (n: number) => (n === 1 ? 'Send it again' : `Send all ${count(n)} again`),
  sentAgain: (n: number) => (n === 1 ? 'It is sent again' : `${count(n)} are sent again`),
  alarm: (n: number) => (n === 1 ? '1 forward given up' : `${count(n)} forwards given up`),
  arrivedAlarm: 'A delivery could not be forwarded',
  arrivedAlarmNext: 'It is kept. Look at the target and send it again.',

  forwarded: 'Forwarded',
  states,
  notByItself: 'arrived before this target was added',
  now: 'Forward now',
  again: 'Forward again',
  nowTo: (name: string) => `Forward to ${name} now`,
  onItsWay: (name: string) => `On its way to ${name}`,
  alreadyUnderWay: 'It is being sent at this moment',
  settings: 'Targets of this address',
};
