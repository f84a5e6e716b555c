// The words of fetching past chats from a service, and of the two requests for a Chatvisor customer.
import type { HistoryFields } from '../../host/bindings';

const count = (n: number) => n.toLocaleString('en');

/** What is to be known before a service is asked. */
const notes: Record<string, string> = {
  smartsupp:
    'The token comes from Smartsupp’s settings under API. The account ID is the account_id of its webhooks: with it a chat that was posted and is fetched becomes one conversation.',
  comm100:
    'The address begins like your control panel: dash11.comm100.io is asked at https://api11.comm100.io/v4/. With an e-mail address the key is an API key, without one an OAuth access token. Comm100 allows one request a second.',
  snapengage:
    'Token and organization ID stand under My Account, API Token. Without a widget ID a day with more than a hundred chats cannot be had whole.',
  chatvisor:
    'Chatvisor never posts what agents answer, so only fetched conversations are complete. It tells no range of time. The paths of its requests are inferred where you leave them empty: compare them with developers.chatvisor.com.',
};

const fields: Partial<Record<keyof HistoryFields, string>> = {
  conversations: 'Request for conversations',
  messages: 'Request for messages',
  tag: 'Request that tags a customer',
  chat_url: 'Request for a public chat address',
};

export const services = {
  title: 'From a service',
  text: 'Fetch past chats with an API token. Only the service’s own address is asked, or the one that you enter. Tokens stay in the archive’s file on this machine and appear in no export.',
  notes: (service: string) => notes[service] ?? '',
  fields,
  base: 'Address of the API',
  requests: 'Requests, as the documentation prints them',
  requestSample: 'POST customer/{customerId}/…',
  setUp: (name: string) => `Set up ${name}`,
  tokenSet: (ending?: string) => (ending ? `set, ends in ${ending}` : 'set'),
  tokenMissing: 'not set',
  keepToken: 'Leave empty to keep the one that is set',
  removeToken: 'Remove the token',
  save: 'Save',
  change: 'Change',
  from: 'From',
  to: 'To',
  everything: 'Empty dates fetch everything.',
  noRange: 'Everything is fetched.',
  fetch: 'Fetch past chats',
  goOn: 'Go on',
  anew: 'Begin anew',
  stopped: (fetched: number) => `Stopped after ${count(fetched)}. The next run goes on from there.`,
  running: 'Being fetched; see below.',
  last: (fresh: number, known: number) => `Last run: ${count(fresh)} new, ${count(known)} here already`,
  cut: (days: number) =>
    `On ${count(days)} ${days === 1 ? 'day' : 'days'} the service told only the first hundred chats. Enter a widget ID to get them all.`,
  waiting: (until: string) => `waiting until ${until}, as the service asks`,
};

export const chatvisor = {
  title: 'Chatvisor',
  open: 'Open in Chatvisor',
  openNote: 'Asks Chatvisor for an address that logs an agent in, and opens it.',
  tag: 'Tag customer',
  unset: 'To open or tag this customer in Chatvisor, enter its API key and the two requests under History.',
  toHistory: 'Go to History',
  email: 'E-mail address',
  firstname: 'First name',
  lastname: 'Last name',
  id: 'Number in your own system',
  labels: 'Labels, separated by commas',
  send: 'Send to Chatvisor',
  tagged: 'The customer was tagged in Chatvisor.',
};
