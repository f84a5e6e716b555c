// A conversation as plain text, for pasting into a mail or a ticket.
import type { ConversationAnswer, ShownMessage } from '../host/bindings';
import { date, isSameDay, range, time } from '../format';
import { words } from '../words';

export const speaker = (message: ShownMessage): string =>
  message.author ?? (message.trigger ? words.reader.auto : words.roles[message.role]);

export function asText({ title, transcript, messages }: ConversationAnswer): string {
  const head = [title, range(transcript.started_at, transcript.ended_at), transcript.subject].filter(Boolean);
  const lines: string[] = [];
  messages.forEach((message, at) => {
    const above = messages[at - 1];
    if (!above || !isSameDay(above.at, message.at)) lines.push('', date(message.at));
    const said = message.words ?? message.text.map((piece) => piece.text).join('');
    const files = message.attachments.map(
      (file) => `[${file.name ?? words.reader.attachment}: ${file.url ?? ''}]`,
    );
    const who = message.words ? '—' : `${speaker(message)}:`;
    lines.push(`${time(message.at)}  ${who} ${[said, ...files].filter(Boolean).join('\n')}`);
  });
  return [...head, ...lines].join('\n') + '\n';
}
