// The words of drift and of two deliveries side by side.
import type { ConversationArea, DriftType, Format } from '../../host/bindings';

const count = (n: number) => n.toLocaleString('en');
const many = (n: number, one: string, more: string) => `${count(n)} ${n === 1 ? one : more}`;

const types: Record<DriftType, string> = {
  null: 'null',
  bool: 'a truth value',
  number: 'a number',
  text: 'a text',
  list: 'a list',
  object: 'an object',
  empty: 'empty',
};

const areas: Record<ConversationArea, string> = {
  state: 'State',
  time: 'Time',
  message: 'Messages',
  about: 'About',
  visitor: 'Visitor',
  agent: 'Agents',
  page: 'Path',
  rating: 'Rating',
  timing: 'Timing',
  label: 'Labels',
  field: 'Fields',
  link: 'Links',
  origin: 'Origin',
  other: 'Other values',
  notice: 'Notices',
};

const formats: Record<Format, string> = {
  json: 'JSON',
  form: 'a form',
  xml: 'XML',
  text: 'text',
  binary: 'bytes',
  empty: 'empty',
};

const anyOf = (expected: DriftType[]) => expected.map((each) => types[each]).join(' or ');

export const compare = {
  drift: {
    label: 'Schema drift',
    badge: (n: number) => `${many(n, 'difference', 'differences')} from the usual shape`,
    title: 'Not as usual',
    why: 'This is not how this event looked here until now. Each difference is told once, then it is known.',
    kinds: { new: 'new', missing: 'missing', retyped: 'other type' },
    found: (found: DriftType) => `is ${types[found]}`,
    was: (expected: DriftType[]) => `always there until now: ${anyOf(expected)}`,
    retyped: (expected: DriftType[], found: DriftType) => `${types[found]}, until now ${anyOf(expected)}`,
    example: (delivery: string) => `as it was in delivery ${delivery}`,
    compare: 'Compare',
    more: (n: number) => `and ${count(n)} more`,
  },

  label: 'Comparison',
  with: 'Compare with',
  neighbours: {
    conversation: 'the previous of this conversation',
    event: 'the previous of this event',
    source: 'the previous of this address',
  },
  nothingBefore: 'No earlier delivery to compare with. Open another one, or wait for the next.',
  pick: 'Or choose any delivery in the list.',
  close: 'Close the comparison',
  before: 'Before',
  after: 'After',
  delivery: (id: string) => `Delivery ${id}`,
  copy: 'the comparison as text',
  loading: 'Comparing…',

  conversation: 'In the conversation',
  differentConversations: 'They tell of different conversations.',
  noConversation: 'At least one of them tells of no conversation.',
  nothingInConversation: 'Nothing changed in the conversation between them.',
  areas,
  moved: 'moved',
  more: (n: number) => `${count(n)} more are not shown.`,

  headers: 'Headers',
  headersChanged: (n: number) => (n === 0 ? 'the same' : many(n, 'difference', 'differences')),
  headersSame: (n: number) => many(n, 'header is', 'headers are') + ' the same.',
  respelled: 'other spelling',

  body: 'Body',
  changes: (n: number) => (n === 0 ? 'the same' : many(n, 'difference', 'differences')),
  equalBodies: 'The bodies are the same, byte for byte.',
  sameValues: 'The bodies say the same and are only written differently.',
  differentBytes: (at: number) => `The bodies are no text. The first byte that differs is byte ${count(at)}.`,
  formats: (left: Format, right: Format) => `${formats[left]} before, ${formats[right]} after`,
  linesLabel: 'Differences of the bodies',
  equal: (n: number) => many(n, 'line is', 'lines are') + ' the same',
  next: 'Next difference',
  previous: 'Previous difference',
  marks: {
    same: '',
    holds: '',
    added: 'added',
    removed: 'removed',
    changed: 'changed',
    retyped: 'another type',
  },
  openPlace: 'Look at it in the delivery',
};
