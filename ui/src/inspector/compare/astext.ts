// A comparison as text, to be pasted into a report.
import type { CompareAnswer, ComparedLine, ConversationChange } from '../../host/bindings';
import { words } from '../../words';
import { isChange, valueOf } from './lines';

const sign = { added: '+', removed: '-', changed: '~', retyped: '!', same: ' ', holds: ' ' };

const placeOf = (line: ComparedLine) =>
  line.right?.pointer ?? line.left?.pointer ?? String(line.right?.line ?? line.left?.line ?? '');

const sides = (before: string, after: string) => [before, after].filter(Boolean).join(' → ');

function told(change: ConversationChange): string {
  const side = (said: ConversationChange['before']) =>
    said ? [said.who, said.text].filter(Boolean).join(': ') : '';
  const at = change.after?.path ?? change.before?.path ?? '';
  const moved = change.moved ? ` (${words.compare.moved})` : '';
  return `${sign[change.what]} ${at}: ${sides(side(change.before), side(change.after))}${moved}`;
}

/** What differs, part by part; what is the same is left out. */
export function asText(answer: CompareAnswer): string {
  const { left, right, headers, body, conversations } = answer;
  const head = (side: CompareAnswer['left']) =>
    `${words.compare.delivery(side.row.id)}, ${side.row.received_at}, ${side.row.source}, ${side.row.event ?? side.row.method}`;
  const parts = [`- ${head(left)}\n+ ${head(right)}`];
  const part = (title: string, lines: string[]) => {
    if (lines.length) parts.push(`${title}\n${lines.join('\n')}`);
  };
  part(
    words.compare.conversation,
    conversations.flatMap((each) => each.changes.map(told)),
  );
  part(
    words.compare.headers,
    headers
      .filter((line) => line.moved || line.respelled || line.what !== 'same')
      .map((line) => {
        const name = sides(line.left?.name ?? '', line.respelled ? (line.right?.name ?? '') : '');
        if (line.secret)
          return `${sign[line.what]} ${name || line.right?.name}: ${words.inspector.concealed}`;
        return `${sign[line.what]} ${name || line.right?.name}: ${sides(line.left?.value ?? '', line.what === 'same' ? '' : (line.right?.value ?? ''))}`;
      }),
  );
  part(
    words.compare.body,
    body.lines
      .filter(isChange)
      .map(
        (line) =>
          `${sign[line.what]} ${placeOf(line)}: ${sides(valueOf(line.left), line.what === 'same' ? words.compare.moved : valueOf(line.right))}`,
      ),
  );
  return `${parts.join('\n\n')}\n`;
}
