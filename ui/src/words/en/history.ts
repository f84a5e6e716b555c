// The words of the history page and of long work.
import type { RecordOutcome, WorkKind, WorkRow, WorkState } from '../../host/bindings';

const count = (n: number) => n.toLocaleString('en');

const kinds: Record<WorkKind, (title: string) => string> = {
  import: (title) => `Import of ${title}`,
  back_fill: (title) => `Past chats of ${title}`,
  export: (title) => `Deliveries saved as ${title}`,
  send: (title) => `Requests to ${title}`,
  replay: (title) => `Sent again to ${title}`,
  backup: () => 'Backup of the archive',
  bring_back: () => 'Brought back from a backup',
};

const running: Record<WorkKind, (title: string) => string> = {
  import: (title) => `Importing ${title}`,
  back_fill: (title) => `Fetching from ${title}`,
  export: (title) => `Writing ${title}`,
  send: (title) => `Sending to ${title}`,
  replay: (title) => `Sending again to ${title}`,
  backup: () => 'Backing up the archive',
  bring_back: () => 'Bringing back from a backup',
};

/** What is said of cancelled work. */
const cancelled: Record<WorkKind, string> = {
  import: 'What was taken in stays. Start it again to go on.',
  back_fill: 'What was taken in stays. Start it again to go on.',
  export: 'Nothing was saved.',
  send: 'What was sent stays sent.',
  replay: 'What was sent is in the report. The others were not sent.',
  backup: 'Nothing was written.',
  bring_back: 'What was brought back stays. Start it again to go on.',
};

const states: Record<WorkState, string> = {
  waiting: 'waiting for its turn',
  running: 'running',
  stopping: 'stopping…',
  done: 'done',
  cancelled: 'cancelled',
  failed: 'failed',
};

/** What work counts, by its code. */
const counts: Record<string, (n: number) => string> = {
  written: (n) => `${count(n)} written`,
  copied_mb: (n) => `${count(n)} MB copied`,
  brought_back: (n) => `${count(n)} ${n === 1 ? 'delivery' : 'deliveries'} brought back`,
  decisions: (n) => `${count(n)} ${n === 1 ? 'decision or note' : 'decisions and notes'}`,
  gone: (n) => `${count(n)} erased meanwhile`,
  fetched: (n) => `${count(n)} fetched`,
  cut_days: (n) => `${count(n)} ${n === 1 ? 'day' : 'days'} cut short`,
  new: (n) => `${count(n)} new`,
  repeated: (n) => `${count(n)} here already`,
  no_conversation: (n) => `${count(n)} without a conversation`,
  unreadable: (n) => `${count(n)} not understood`,
  export: (n) => `${count(n)} exported by Afterchat`,
  failed: (n) => `${count(n)} could not be opened`,
  taken: (n) => `${count(n)} taken`,
  refused: (n) => `${count(n)} refused`,
  unanswered: (n) => `${count(n)} without an answer`,
  understood: (n) => `${count(n)} understood`,
};

const outcomes: Record<RecordOutcome, string> = {
  new: 'new',
  repeated: 'here already',
  no_conversation: 'no conversation',
  unreadable: 'not understood',
  export: 'exported by Afterchat',
  failed: 'could not be opened',
  taken: 'taken',
  refused: 'refused',
  unanswered: 'no answer',
  understood: 'understood',
};

export const history = {
  title: 'History',
  intro:
    'Bring in chats from before: what was saved as files, and what a service still holds. Nothing is taken twice, so the same can be brought in again.',
  files: 'From files',
  filesText:
    'Payloads that a chat service posted, as JSON, XML or form data: single files, lists, logs with one payload on each line, whole folders and zip files.',
  works: 'Brought in so far',
  handed: 'Handed on and sent again',
  kinds,
  running,
  states,
  counts: ({ counts: told, records }: WorkRow) =>
    [...told, ...records.map(({ outcome, count: n }) => ({ code: outcome as string, count: n }))]
      .filter((each) => each.count > 0)
      .map((each) => counts[each.code]?.(each.count) ?? `${count(each.count)} ${each.code}`),
  outcomes,
  chooseFiles: 'Choose files…',
  chooseFolder: 'Choose a folder…',
  orDrop: 'or drop them anywhere onto this window',
  drop: 'Drop to import',
  dropText: 'Files, folders and zip files',
  sending: 'Sending the files…',
  report: 'Report',
  reportOf: (name: string) => `Report: ${name}`,
  backToHistory: 'Back to History',
  all: 'All',
  filter: 'Outcome',
  find: 'Find in files and reasons',
  noneFits: 'No record fits.',
  save: (format: string) => `Save as ${format}`,
  saved: 'Report saved',
  record: (place: string, index: number) => (index > 1 ? `${place} · ${count(index)}` : place),
  openConversation: 'Conversation',
  openDelivery: 'Delivery',
  nothingFound: 'Nothing was found there.',
  cancelled,
  saveFile: 'Save…',
  savedFile: 'Saved',
  saveFileOf: (name: string) => `Save: ${name}`,
  dismiss: 'Dismiss',
  percent: (part: number) => `${Math.floor(part * 100)} %`,
};
