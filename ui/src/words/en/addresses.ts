// The words of hook addresses: their list, their own pages, and how they are connected.

const count = (n: number) => n.toLocaleString('en');
const many = (n: number, one: string, more: string) => `${count(n)} ${n === 1 ? one : more}`;

export const addresses = {
  title: 'Hook addresses',
  list: 'All addresses',
  page: (name: string) => `Hook address ${name}`,
  parts: { connect: 'Connect', signature: 'Signature' },
  partsLabel: 'Parts of this address',
  back: 'Back to the addresses',
  none: 'Choose an address',
  unknown: (name: string) => `No address is called ${name}`,
  empty: 'There is no address yet. Add one for each chat service.',
  notYet: 'not yet',
  intro:
    'Give each chat service its own address. Whatever is posted there is kept, byte for byte, before it is answered.',
  local:
    'These addresses answer on this machine. A chat service on the internet reaches them through a tunnel.',
  detects: 'detects the service',
  only: (name: string) => `reads ${name}`,
  heard: (ago: string) => `last heard ${ago}`,
  neverHeard: 'not heard from yet',
  deliveries: (n: number) => many(n, 'delivery', 'deliveries'),
  copyAddress: 'Copy address',
  copyCurl: 'Copy curl line',
  curl: 'Try it from a terminal',
  showToken: 'Show the token',
  hideToken: 'Hide the token',
  sendSample: 'Send a sample',
  sampleSent: (title: string, status: number) => `${title}: answered ${status}`,
  sampleRefused: (title: string, status: number) => `${title} was answered ${status}`,
  rotate: 'New token…',
  rotateTitle: (name: string) => `Give ${name} a new token?`,
  rotateText:
    'The old address stops answering at once. Enter the new one at the chat service. What has arrived stays.',
  rotated: (name: string) => `${name} has a new address`,
  remove: 'Remove…',
  removeTitle: (name: string) => `Remove ${name}?`,
  removeText: 'The address stops answering at once. Its deliveries and conversations stay.',
  removed: (name: string) => `${name} is removed`,
  add: 'Add an address',
  added: (name: string) => `${name} is ready`,
  name: 'Name',
  nameHint: 'Lower-case letters, digits and hyphens; it becomes part of the address.',
  service: 'Service',
  detect: 'Detect from what arrives',
  stopped: 'The listener is not running, so these addresses do not answer now.',
};
