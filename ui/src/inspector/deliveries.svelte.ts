// The list of deliveries and the one that is open.
import { host, HostError } from '../host';
import type { DeliveryAnswer, DeliveryRow } from '../host/bindings';
import type { Covered } from '../parts/merge';
import { latest } from '../parts/latest';
import { LiveRows, type RowsAnswer } from '../parts/liverows.svelte';
import { attempt, toasts } from '../parts/toasts.svelte';
import { place } from '../place.svelte';
import { words } from '../words';
import { nodeAt, withoutBytes } from './flat';
import { above, interleaved, isGap, isGapId, type Listed } from './listed';

// What its service was told is noted a moment after it was told.
const settled = (row: DeliveryRow) =>
  row.outcome !== 'pending' && !row.signature?.refused && (row.told !== undefined || row.kind !== 'hook');

/** Of a search, so many deliveries are looked at again with the news: those that were not read yet may fit now. */
const again = 200;

async function ask(after: string | undefined, seen?: Covered): Promise<RowsAnswer<Listed>> {
  const search = place.sought || undefined;
  // Looking through everything again for each new delivery would be too much.
  const since = search && seen ? Math.max(seen.from, seen.to - again) - 1 : undefined;
  const page = await host.query('deliveries', {
    source: place.source,
    quarantined: place.quarantined,
    search,
    since: since === undefined ? undefined : String(since),
    after: after !== undefined && isGapId(after) ? above(deliveries.list.rows, after) : after,
    limit: 100,
  });
  const { rows, gaps, next, problem, newest, oldest, reached, reached_at } = page;
  const covered = { from: reached, to: newest, least: oldest, at: reached_at };
  return { rows: interleaved(rows, gaps), next, problem, covered, newsOnly: since !== undefined };
}

class Deliveries {
  list = new LiveRows<Listed>(ask, (row) => row.id);
  answer = $state.raw<DeliveryAnswer>();
  failure = $state.raw<HostError>();
  /** The JSON Pointer of the value that is looked at, without the bytes that may be meant of it. */
  pointer = $derived.by(() => {
    const { at } = this;
    const root = this.answer?.tree;
    // A name may end like a range of bytes; then the value of that name is meant.
    return at === undefined || (root && nodeAt(root, at)) ? at : withoutBytes(at);
  });
  /** What is shown has its secrets in it. */
  revealed = $state(false);
  #id: string | undefined;
  /** They are wanted. */
  #secrets = false;

  #ask = latest((id: string, secrets: boolean) => host.query('delivery', { id, secrets }));

  /** The place that is looked at: a JSON Pointer, and `@start-end` behind it for a part of the text there. */
  get at(): string | undefined {
    // While another delivery is on its way, the place is none of the one that is still shown.
    return this.answer?.row.id === place.delivery ? place.at : undefined;
  }

  set at(at: string | undefined) {
    // Whoever looks at a value is not to lose it to the next delivery.
    this.moved();
    place.pointAt(at);
  }

  /** Opens each new delivery as it arrives, or stops that. */
  toggleFollowing(): void {
    place.follow(!place.following);
  }

  /** A person goes somewhere, so nothing is opened under their eyes any more. */
  moved(): void {
    if (!place.following) return;
    place.follow(false);
    toasts.say(words.deliveryList.stopped);
  }

  async show(id: string | undefined): Promise<void> {
    if (id !== this.#id) this.#secrets = false;
    this.#id = id;
    this.failure = undefined;
    if (id === undefined) this.answer = undefined;
    await this.refresh();
  }

  /** Shows what is secret in the open delivery, or covers it again. Another delivery is covered when it is opened. */
  async reveal(on: boolean): Promise<void> {
    this.#secrets = on;
    await this.refresh();
  }

  /** The newest delivery of the list. */
  get newest(): DeliveryRow | undefined {
    return this.list.rows.find((row): row is DeliveryRow => !isGap(row));
  }

  /** A delivery's bytes never change; what they became does, once it has been read or accepted. */
  async refresh(): Promise<void> {
    const [id, secrets] = [this.#id, this.#secrets];
    if (id === undefined) return;
    if (this.answer?.row.id === id && this.revealed === secrets && settled(this.answer.row)) return;
    try {
      const answer = await this.#ask(id, secrets);
      if (!answer || id !== this.#id) return;
      // The row stays where it is, also where a filter would no longer list it: nothing goes away under the eyes.
      this.list.patch(id, answer.row);
      this.answer = answer;
      this.revealed = secrets;
    } catch (thrown) {
      if (id === this.#id && this.answer?.row.id !== id) this.failure = HostError.from(thrown);
    }
  }

  /** Pins the open delivery or takes its pin out. */
  async togglePinned(): Promise<void> {
    const row = this.answer?.row;
    if (!row) return;
    const on = !row.pinned;
    const pin = async (on: boolean) => {
      await host.act('pin_deliveries', { ids: [row.id], on });
      this.#patch(row.id, { pinned: on });
    };
    await attempt(async () => {
      await pin(on);
      toasts.done(on ? words.deliveryList.pinned : words.deliveryList.unpinned, () => pin(!on));
    });
  }

  /** Writes a note beside a delivery; an empty one takes it away. Tells whether it was kept. */
  async note(id: string, text: string): Promise<boolean> {
    const write = async (text: string) => {
      const kept = await host.act('note_delivery', { id, text });
      this.#patch(id, { note: kept.note });
      return kept;
    };
    const kept = await attempt(() => write(text));
    if (!kept) return false;
    const title = kept.note === undefined ? words.deliveryList.noteGone : words.deliveryList.noted;
    toasts.done(title, async () => void (await write(kept.before ?? '')));
    return true;
  }

  #patch(id: string, change: Partial<DeliveryRow>): void {
    this.list.patch(id, change);
    const { answer } = this;
    if (answer?.row.id === id) this.answer = { ...answer, row: { ...answer.row, ...change } };
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
