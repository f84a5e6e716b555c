// A list that is read page by page and keeps its first page fresh.
import { HostError } from '../../host';
import { latest } from '../../parts/latest';
import { onLive } from '../../parts/live';

export class Pages<T> {
  rows = $state.raw<T[]>();
  next = $state.raw<string>();
  failure = $state.raw<HostError>();
  /** How many rows a person has asked to see. */
  #wanted = 20;
  #ask: (limit: number) => Promise<{ rows: T[]; next?: string } | undefined>;

  constructor(ask: (limit: number) => Promise<{ rows: T[]; next?: string }>) {
    this.#ask = latest(ask);
  }

  start(): () => void {
    void this.ask();
    return onLive(() => void this.ask());
  }

  async ask(): Promise<void> {
    try {
      const answer = await this.#ask(this.#wanted);
      if (!answer) return;
      this.rows = answer.rows;
      this.next = answer.next;
      this.failure = undefined;
    } catch (thrown) {
      this.failure = HostError.from(thrown);
    }
  }

  get more(): boolean {
    return this.next !== undefined && this.#wanted < 200;
  }

  older(): void {
    this.#wanted = Math.min(200, this.#wanted * 3);
    void this.ask();
  }
}
