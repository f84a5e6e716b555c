// The words of the visitor view.
const count = (n: number) => n.toLocaleString('en');
const many = (n: number, one: string, more: string) => `${count(n)} ${n === 1 ? one : more}`;

export const visitor = {
  title: 'Visitor',
  all: 'All of this visitor',
  nobody: 'Unknown visitor',
  back: 'Back to the conversation',
  conversations: (n: number) => many(n, 'conversation', 'conversations'),
  seen: 'Seen',
  partial: (read: number, all: number) =>
    `There is so much that these values are taken from the newest ${count(read)} of ${many(all, 'conversation', 'conversations')}.`,
  notWhole:
    'So many names lead to this visitor that not all of them were followed. Taking out the one they share helps.',
  panes: {
    about: 'About',
    conversations: 'Conversations',
    path: 'Path',
  },
  panesLabel: 'Parts of the visitor',

  facts: {
    names: 'Names',
    handles: 'Handles',
    emails: 'E-mail',
    phones: 'Phone',
    companies: 'Company',
    places: 'Places',
    ips: 'IP addresses',
    languages: 'Languages',
    devices: 'Devices',
    user_agents: 'User agents',
  },
  known: 'What is known',
  nothingKnown: 'The services said nothing about this visitor.',
  inSome: (n: number, last: string) => `${many(n, 'conversation', 'conversations')}, last ${last}`,
  showAll: (n: number) => `Show all ${count(n)}`,
  showFewer: 'Show fewer',
  moreValues: (n: number) => `and ${count(n)} more`,
  ratings: 'Ratings',

  why: 'Why these conversations belong together',
  whyOne: 'What would join other conversations with this one',
  rule: 'Joined are conversations with the same id at one service or the same e-mail address, never those with the same name or IP address.',
  alone:
    'No service gave an id or an e-mail address, so no other conversation can be found to be theirs. You can join them with another visitor by hand.',
  sameMail: (address: string) => `Same e-mail address ${address}`,
  sameId: (id: string, service: string, account?: string) =>
    `Same id ${id} at ${service}${account ? `, account ${account}` : ''}`,
  oneMail: (address: string) => `E-mail address ${address}`,
  oneId: (id: string, service: string, account?: string) =>
    `Id ${id} at ${service}${account ? `, account ${account}` : ''}`,
  inConversations: (n: number) => `in ${many(n, 'conversation', 'conversations')}`,
  crowd: 'joins nobody: it comes with too many other names to be one person’s',
  isTakenOut: 'joins nobody: taken out by hand',
  moreNames: (n: number) => `and ${count(n)} more names`,
  mail: (address: string) => address,
  id: (id: string, service: string) => `${id} at ${service}`,
  aConversation: 'a conversation without names',
  joinedByHand: (on: string) => `Joined by hand on ${on}`,
  nameTakenOut: (name: string, on: string) => `${name} taken out by hand on ${on}`,
  conversationTakenOut: (on: string) => `A conversation taken out by hand on ${on}`,
  andMore: (n: number) => `and ${count(n)} more`,
  open: 'Open',
  takeBack: 'Take back',
  putBack: 'Put back',
  takeOut: 'Take out',
  takeNameOut: (name: string) => `Take ${name} out`,
  takeConversationOut: (row: string) => `Take this conversation out: ${row}`,
  takeOutTitle: 'Not theirs? Take it out of this visitor',
  tookOut: 'Taken out of this visitor',
  tookBack: 'Taken back',

  list: 'Conversations of this visitor',
  openConversation: (row: string) => `Open: ${row}`,

  join: 'Join with another…',
  joinTitle: 'Join with another visitor',
  joinText:
    'Both become one visitor here, with all their conversations. Nothing in the conversations changes, and it can be taken back.',
  joinSearch: 'Name, e-mail address or anything else known of them',
  joinResults: 'Visitors',
  joinNone: (text: string) => `Nobody else is known by “${text}”.`,
  joinNobody: 'There is no other visitor yet.',
  joined: (name: string) => `Joined with ${name}`,

  path: 'Path over all conversations',
  noPath: 'No service told which pages they saw.',
  steps: (n: number) => many(n, 'page', 'pages'),
  stepsOf: (to: number, of: number) => `${count(to)} of ${many(of, 'page', 'pages')}`,
  morePath: 'Show more pages',
  skipPath: 'Go on with the conversation before',
};
