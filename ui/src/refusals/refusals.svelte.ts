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
  #id: string | undefined;
  #ask = latest((id: string) => host.query('refusal', { id }));

  /** What was noted of a request never changes, so it is asked for once. */
  async show(id: string | undefined): Promise<void> {
    if (id === this.#id && this.answer) return;
    this.#id = id;
    this.failure = undefined;
    this.answer = undefined;
    if (id === undefined) return;
    try {
      this.answer = await this.#ask(id);
    } catch (thrown) {
      this.failure = HostError.from(thrown);
    }
  }
}

export const refusals = new Refusals();
