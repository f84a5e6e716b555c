// The words of the guide that connects a service to its address.
import type { Advice, Known } from '../../host/bindings';

const advice: Record<Advice, string> = {
  needed: 'switch on',
  useful: 'useful',
  useless: 'leave off',
};

const known: Record<Known, string> = {
  documented: '',
  inferred: 'inferred',
  not_documented: 'not documented',
};

export const connect = {
  steps: 'Connect the service',
  done: 'done',
  reach: 'Make the address reachable',
  onlyHere: (name: string) =>
    `This address answers on this machine only. ${name} is on the internet and needs a tunnel to it.`,
  setTunnel: 'Set up a tunnel',
  seeTunnel: 'See the tunnel',
  publicNow:
    'The tunnel leads here from the internet. Whoever knows the address can post to it, so treat it as a secret.',
  publicBroken: 'The tunnel has this address, but nothing comes through it now.',
  needsHttps: (name: string) =>
    `${name} is not expected to take an address without https. Choose a tunnel that has one.`,
  inTheOpen: 'Without https, everybody on the way can read what is sent.',
  put: (name: string) => `Put it into ${name}`,
  events: 'Switch on the events',
  event: 'Event',
  advised: 'Advice',
  brings: 'What it brings',
  advice,
  never: 'What never comes this way',
  sign: 'Let signatures be checked',
  signed: 'Secret entered',
  enterSecret: 'Enter the secret',
  cannotSign: (name: string) =>
    `An address that detects its service cannot check signatures. Add one that is for ${name} alone.`,
  test: 'See the first delivery arrive',
  good: 'Good to know',
  address: 'Address',
  oneForAll: 'One for all',
  format: 'Format',
  retries: 'Retries',
  secret: 'Signature',
  plan: 'Plan',
  pages: 'Where this is known from',
  page: (at: number, page: string) => `Source ${at}: ${page}`,
  known,
  way: 'Way',
  ways: (name: string) => `Ways to connect ${name}`,
  which: 'Which service posts here?',
  choose: 'Choose a service',
  guide: (name: string) => `How ${name} is connected`,
  guideAny: 'How a service is connected',

  state: 'Connection',
  connected: 'Connected',
  waiting: (name: string) => `Waiting for the first delivery from ${name}…`,
  waitingAny: 'Waiting for the first delivery from a service…',
  trigger: 'To cause one:',
  notCounted:
    'Samples, and requests made by hand on this machine, do not count: they show that Afterchat works, not that the service reaches it.',
  trial: (when: string) => `One of these arrived ${when}.`,
  arrived: (when: string) => `The first delivery arrived ${when}`,
  since: (n: number) => `${n.toLocaleString('en')} deliveries from the service so far`,
  openDelivery: 'Open the delivery',
  openConversation: 'Open the conversation',
  noConversation: 'It told of no conversation, which is right for some events.',
  quarantined: (when: string) => `Something arrived ${when}, but it was refused and is in quarantine.`,
  unreadable: (when: string) => `Something arrived ${when}, but it could not be read.`,
  lookAtIt: 'Look at it',
  compareSecrets: 'Compare the secrets',
  closed: 'The listener is not running, so nothing can arrive now.',

  tryIt: 'Try it without the service',
};
