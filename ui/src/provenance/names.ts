// Which value of a transcript is shown as somebody's name. Pure.
import type { ConversationAnswer, Person, Transcript } from '../host/bindings';

const present = (value: string | undefined) => value !== undefined;

/** The value that a conversation is called by in its heading. */
export function titleFrom({ visitor }: Transcript): string | undefined {
  const found = (['name', 'email', 'handle'] as const).find((each) => present(visitor?.[each]));
  return found && `visitor.${found}`;
}

/** The value that the speaker of a message is called by. */
export function speakerFrom({ transcript }: ConversationAnswer, index: number): string | undefined {
  const message = transcript.messages[index];
  const found = (['name', 'email'] as const).find((each) => present(message?.author?.[each]));
  if (found) return `messages[${index}].author.${found}`;
  if (message?.role === 'visitor' && present(transcript.visitor?.name)) return 'visitor.name';
  return `messages[${index}].role`;
}

/** The value that an agent is called by. */
export function agentFrom(agent: Person, at: number): string {
  const found = (['name', 'email', 'id'] as const).find((each) => present(agent[each])) ?? 'id';
  return `agents[${at}].${found}`;
}
