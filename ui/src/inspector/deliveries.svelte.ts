// The list of deliveries and the one that is open.
import { host, HostError } from '../host';
import type { DeliveryAnswer, DeliveryRow } from '../host/bindings';
import { latest } from '../parts/latest';
import { LiveRows } from '../parts/liverows.svelte';
import { attempt, toasts } from '../parts/toasts.svelte';
import { place } from '../place.svelte';
import { words } from '../words';
import { nodeAt, withoutBytes } from './flat';

// What its service was told is noted a moment after it was told.
const settled = (row: DeliveryRow) =>
  row.outcome !== 'pending' && !row.signature?.refused && (row.told !== undefined || row.kind !== 'hook');

class Deliveries {
  list = new LiveRows<DeliveryRow>(
    (after) =>
      host.query('deliveries', { source: place.source, quarantined: place.quarantined, after, limit: 100 }),
    (row) => row.id,
  );
  answer = $state.raw<DeliveryAnswer>();
  failure = $state.raw<HostError>();
  /** The JSON Pointer of the value that is looked at, without the bytes that may be meant of it. */
  pointer = $derived.by(() => {
    const { at } = this;
    const root = this.answer?.tree;
    // A name may end like a range of bytes; then the value of that name is meant.
    return at === undefined || (root && nodeAt(root, at)) ? at : withoutBytes(at);
  });
  #id: string | undefined;

  #ask = latest((id: string) => host.query('delivery', { id }));

  /** The place that is looked at: a JSON Pointer, and `@start-end` behind it for a part of the text there. */
  get at(): string | undefined {
    // While another delivery is on its way, the place is none of the one that is still shown.
    return this.answer?.row.id === place.delivery ? place.at : undefined;
  }

  set at(at: string | undefined) {
    place.pointAt(at);
  }

  async show(id: string | undefined): Promise<void> {
    this.#id = id;
    this.failure = undefined;
    if (id === undefined) this.answer = undefined;
    await this.refresh();
  }

  /** A delivery's bytes never change; what they became does, once it has been read or accepted. */
  async refresh(): Promise<void> {
    const id = this.#id;
    if (id === undefined || (this.answer?.row.id === id && settled(this.answer.row))) return;
    try {
      const answer = await this.#ask(id);
      if (!answer || id !== this.#id) return;
      // The row stays where it is, also where a filter would no longer list it: nothing goes away under the eyes.
      this.list.patch(id, answer.row);
      this.answer = answer;
    } catch (thrown) {
      if (id === this.#id && this.answer?.row.id !== id) this.failure = HostError.from(thrown);
    }
  }

  /** Accepts the open delivery although its signature is not good, or puts it back into quarantine. */
  async toggleAccepted(): Promise<void> {
    const row = this.answer?.row;
    if (!row?.signature?.refused) return;
    const on = row.signature.accepted_at === undefined;
    const decide = async (on: boolean) => {
      await host.act('accept_deliveries', { ids: [row.id], on });
      await this.refresh();
    };
    await attempt(async () => {
      await decide(on);
      toasts.done(on ? words.signatures.accepted : words.signatures.wasPutBack, () => decide(!on));
    });
  }
}

export const deliveries = new Deliveries();
