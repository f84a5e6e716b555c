// The conversation in the reader: asked for when it is opened and again whenever something changes.
import { host, HostError } from '../host';
import type { ConversationAnswer, Local } from '../host/bindings';
import { latest } from '../parts/latest';

class Opened {
  id = $state<string>();
  answer = $state.raw<ConversationAnswer>();
  failure = $state.raw<HostError>();
  #search: string | undefined;
  /** A conversation just marked unread by hand is not read again by merely staying open. */
  #unreadByHand = $state<string>();

  /** What is shown has the values in it that are secret by their names. */
  revealed = $state(false);
  /** They are wanted. */
  #secrets = false;

  #ask = latest((id: string, search: string | undefined, secrets: boolean) =>
    host.query('conversation', { id, search, secrets }),
  );

  /** What is shown belongs to the conversation that was asked for. */
  get current(): boolean {
    return this.answer !== undefined && this.answer.transcript.id === this.id;
  }

  get dwellable(): boolean {
    return this.current && !this.answer?.transcript.local.read && this.#unreadByHand !== this.id;
  }

  async show(id: string | undefined, search: string | undefined): Promise<void> {
    if (id !== this.id) {
      this.#unreadByHand = undefined;
      this.#secrets = false;
    }
    this.id = id;
    this.#search = search;
    this.failure = undefined;
    if (id === undefined) this.answer = undefined;
    await this.refresh();
  }

  /** Shows what is secret in it, or covers it again. Another conversation is covered when it is opened. */
  async reveal(on: boolean): Promise<void> {
    this.#secrets = on;
    await this.refresh();
  }

  async refresh(): Promise<void> {
    const { id } = this;
    const secrets = this.#secrets;
    if (id === undefined) return;
    try {
      const answer = await this.#ask(id, this.#search, secrets);
      if (!answer || this.id !== id) return;
      this.answer = answer;
      this.revealed = secrets;
      this.failure = undefined;
    } catch (thrown) {
      // What is on screen stays readable when only a refresh fails.
      if (this.id === id && !this.current) this.failure = HostError.from(thrown);
    }
  }

  keepUnread(id: string): void {
    this.#unreadByHand = id;
  }

  paint(id: string, marks: Partial<Local>): void {
    const { answer } = this;
    if (!answer || answer.transcript.id !== id) return;
    const local = { ...answer.transcript.local, ...marks };
    this.answer = { ...answer, transcript: { ...answer.transcript, local } };
  }
}

export const opened = new Opened();
