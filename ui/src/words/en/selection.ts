// The words of deliveries that are picked out of the list, exported together and sent again.
import type { ReplayPlan } from '../../host/bindings';
import { duration } from '../../inspector/selection/replay';

const count = (n: number) => n.toLocaleString('en');
const deliveries = (n: number) => (n === 1 ? '1 delivery' : `${count(n)} deliveries`);

export const selection = {
  title: 'Selection',
  select: 'Select deliveries',
  count: (n: number) => (n ? `${count(n)} selected` : 'Select with a click or Space'),
  all: 'The whole list',
  wholeList: 'All of this list',
  replay: 'Replay…',
  export: 'Export…',
  done: 'Done',

  exportTitle: 'Export deliveries',
  exportForms: { har: 'HAR', fixtures: 'Test fixtures (zip)', body: '', request: '' },
  exportHints: {
    har: 'One file that browsers and proxies read, with what each was answered.',
    fixtures: 'For each the exact payload, the head of its request, and the transcript it gives.',
    body: '',
    request: '',
  },
  withSecrets: 'With secrets',
  exportNote:
    'Without them, HIDDEN-1, HIDDEN-2 … stand where tokens, cookies and keys were. What visitors wrote stays.',
  exportGo: 'Export',

  replayTitle: 'Send again',
  to: 'Send to',
  targets: {
    url: 'An address',
    own: 'The hook address each reached',
    source: 'One hook address here',
    reader: 'Nowhere: only let Afterchat read them again',
  },
  url: 'Address',
  source: 'Hook address',
  chooseSource: 'Choose one',
  pace: 'Pace',
  paces: {
    kept: 'As they came',
    faster: 'Faster than they came',
    rate: 'At a rate',
    at_once: 'As fast as they are answered',
  },
  times: 'How many times as fast',
  timesAfter: 'times as fast',
  perSecond: 'How many a second',
  perSecondAfter: 'a second',
  sign: 'Signature',
  unsigned: 'As it came',
  signWith: (label: string) => `Sign anew with ${label}`,
  stop: 'Stop at the first that is not answered with success',
  plan: ({ count: n, seconds }: ReplayPlan) =>
    n === 0
      ? 'No delivery fits.'
      : `${deliveries(n)}, in order of arrival${seconds >= 1 ? `. It takes at least ${duration(seconds)}` : ''}.`,
  replayGo: (n: number) => (n ? `Send ${deliveries(n)}` : 'Send'),
};
