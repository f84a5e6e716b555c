// The list of deliveries and the one that is open.
import { host, HostError } from '../host';
import type { DeliveryAnswer, DeliveryRow } from '../host/bindings';
import { latest } from '../parts/latest';
import { LiveRows } from '../parts/liverows.svelte';
import { place } from '../place.svelte';

class Deliveries {
  list = new LiveRows<DeliveryRow>(
    (after) => host.query('deliveries', { source: place.source, after, limit: 100 }),
    (row) => row.id,
  );
  answer = $state.raw<DeliveryAnswer>();
  failure = $state.raw<HostError>();
  /** The JSON Pointer of the value that is looked at. */
  pointer = $state<string>();
  #id: string | undefined;

  #ask = latest((id: string) => host.query('delivery', { id }));

  async show(id: string | undefined): Promise<void> {
    if (id !== this.#id) this.pointer = undefined;
    this.#id = id;
    this.failure = undefined;
    if (id === undefined) this.answer = undefined;
    await this.refresh();
  }

  /** A delivery's bytes never change; what they became does, once it has been read. */
  async refresh(): Promise<void> {
    const id = this.#id;
    if (id === undefined || (this.answer?.row.id === id && this.answer.row.outcome !== 'pending')) return;
    try {
      const answer = await this.#ask(id);
      if (answer && id === this.#id) this.answer = answer;
    } catch (thrown) {
      if (id === this.#id && this.answer?.row.id !== id) this.failure = HostError.from(thrown);
    }
  }
}

export const deliveries = new Deliveries();
