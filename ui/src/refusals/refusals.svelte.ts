// The list of requests that were not taken, and the one that is open.
import { host, HostError } from '../host';
import type { RefusalAnswer, RefusalRow } from '../host/bindings';
import { latest } from '../parts/latest';
import { LiveRows } from '../parts/liverows.svelte';

class Refusals {
  list = new LiveRows<RefusalRow>(
    (after) => host.query('refusals', { after, limit: 100 }),
    (row) => row.id,
  );
  answer = $state.raw<RefusalAnswer>();
  failure = $state.raw<HostError>();
  /** What is shown has its secrets in it. */
  revealed = $state(false);
  #id: string | undefined;
  #ask = latest((id: string, secrets: boolean) => host.query('refusal', { id, secrets }));

  /** What was noted of a request never changes, so it is asked for once. */
  async show(id: string | undefined): Promise<void> {
    if (id === this.#id && this.answer) return;
    this.#id = id;
    this.failure = undefined;
    this.answer = undefined;
    await this.reveal(false);
  }

  /** Shows what is secret in the open request, or covers it again. */
  async reveal(on: boolean): Promise<void> {
    const id = this.#id;
    if (id === undefined) return;
    try {
      const answer = await this.#ask(id, on);
      if (!answer || id !== this.#id) return;
      this.answer = answer;
      this.revealed = on;
    } catch (thrown) {
      this.failure = HostError.from(thrown);
    }
  }
}

export const refusals = new Refusals();
