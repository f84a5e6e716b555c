// What a screen reader says of a conversation's row: the same as is seen, in words.
import { rating, rowTime } from '../format';
import type { ConversationRow } from '../host/bindings';
import { whole } from '../overview.svelte';
import { words } from '../words';

export function rowName(row: ConversationRow): string {
  return [
    row.unread && words.list.unread,
    row.visitor_name ?? row.visitor_email ?? words.list.nobody,
    whole.nameOf(row.provider),
    row.kind === 'offline_message'
      ? words.offlineMessage
      : row.state === 'ended'
        ? ''
        : words.states[row.state],
    row.starred && words.list.starred,
    row.archived && words.list.archived,
    row.rating?.value !== undefined && words.list.rated(rating(row.rating).slice(1)),
    rowTime(row.at, whole.clock),
    row.words.map((piece) => piece.text).join(''),
  ]
    .filter(Boolean)
    .join(', ');
}
