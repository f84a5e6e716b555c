// The words of signatures: secrets, verdicts, and the quarantine.
import type { Doubt } from '../../host/bindings';

const count = (n: number) => n.toLocaleString('en');

const doubts: Record<Doubt, string> = {
  missing: 'no signature',
  wrong: 'wrong signature',
  late: 'signature of another time',
};

const why: Record<Doubt, string> = {
  missing:
    'This address asks for a signature and the request has none. Somebody else may have posted it, or the service does not sign this.',
  wrong:
    'The secret in Afterchat and the one at the service differ, or the body was changed on its way. Compare the secrets under Hook addresses.',
  late: 'The signature is right, but was made long before or after it arrived. Somebody may have sent the request again, or a clock is wrong.',
};

export const signatures = {
  doubts,
  why,
  good: 'signature good',
  madeWith: (label: string) => `made with ${label}`,
  unasked: 'taken without a signature, as this address is set to',
  quarantine: 'Quarantine',
  inQuarantine: (n: number) => `${count(n)} in quarantine`,
  alarm: (n: number) => (n === 1 ? '1 delivery in quarantine' : `${count(n)} deliveries in quarantine`),
  arrived: 'A delivery was refused because of its signature',
  arrivedNext: 'It is kept in quarantine. Look at it under Deliveries.',
  quarantinedTitle: 'In quarantine',
  quarantinedText: 'It was answered 401 and is kept, but nothing was made of it.',
  accept: 'Accept',
  acceptHint: 'Read it as if its signature had been good',
  accepted: 'Accepted',
  acceptedBy: (when: string) => `accepted by hand ${when}`,
  putBack: 'Put back',
  putBackHint: 'Take what was made of it away again',
  wasPutBack: 'Back in quarantine',
  empty: 'Nothing is in quarantine',
  emptyNext: 'A request whose signature is missing or wrong waits here until somebody accepts it.',
  everything: 'All deliveries',

  checkTitle: 'Signature',
  unchecked: 'not checked',
  checked: (n: number) => (n === 1 ? 'checked with one secret' : `checked with ${count(n)} secrets`),
  scheme: 'This service signs in the header',
  addText:
    'Enter the secret that the service shows. From then on, what is not signed with it goes into quarantine.',
  rotateText: 'To change the secret, add the new one first: both are good until you remove the old one.',
  secret: 'Secret',
  label: 'Called',
  labelHint: 'for example 2026',
  add: 'Add secret',
  added: (source: string) => `${source} now checks signatures`,
  ending: (letters: string) => `ends in ${letters}`,
  setAt: (when: string) => `set ${when}`,
  remove: (label: string) => `Remove ${label}…`,
  removeTitle: (label: string) => `Remove the secret ${label}?`,
  removeText:
    'What is signed with it goes into quarantine from now on. It cannot be shown again, so this cannot be undone.',
  removeLastText:
    'It is the last one: whoever knows the address can then post to it. It cannot be shown again, so this cannot be undone.',
  removeAction: 'Remove secret',
  removed: (label: string) => `The secret ${label} is removed`,
  takeUnsigned: 'Also take what has no signature',
  takeUnsignedText:
    'A wrong signature is refused all the same. Safer: give what is not signed an address of its own.',
  signsNothing: (name: string) => `${name} signs nothing: its address is the only secret.`,
  detecting: 'Only an address for one service can check signatures.',
};
