// Words of the ways to look at a body.
import type { InflateProblem } from '../../host/bindings';

const count = (n: number) => n.toLocaleString('en');

const inflateProblems: Record<InflateProblem, (encoding: string) => string> = {
  unknown: (encoding) =>
    `The body is compressed (${encoding}) in a way that cannot be opened here; it is shown as sent.`,
  not_so: (encoding) => `The request says its body is ${encoding}, but it is not; it is shown as sent.`,
  damaged: () => 'It breaks off or is damaged; what could be opened is shown.',
};

export const bodies = {
  find: 'Find in the tree',
  hits: (at: number, all: number) =>
    all === 0 ? 'not found' : at < 0 ? `${count(all)} found` : `${count(at + 1)} of ${count(all)}`,
  hexLabel: 'Bytes in hexadecimal',
  hexInSight: 'the bytes in sight',
  showSent: 'Show as sent',
  showInflated: 'Show inflated',
  save: 'Save the body…',
  saved: 'Saved',
  saveInflated: 'Save inflated…',
  savePart: (name: string) => `Save as ${name}`,
  nameless: (n: number) => `Part ${count(n)}, without a name`,
  showBytes: 'Show bytes',
  emptyPart: 'empty',
  notText: 'not text',
  notClosed: 'The last delimiter is missing: the body broke off, or its sender left it out.',
  moreParts: (n: number) => `And ${count(n)} more, which are in the raw body.`,
  inflated: (encoding: string, sent: string, shown: string) =>
    `Sent as ${encoding}, ${sent}; inflated here to ${shown}. It is kept and read as it was sent.`,
  inflatedPart: 'Only the first part is shown.',
  inflateProblems,
};
