// Deliveries that are picked out of the list, to be sent again or exported together.
import type { DeliveryChoice } from '../../host/bindings';
import { place } from '../../place.svelte';
import { deliveries } from '../deliveries.svelte';
import { isGap, isGapId } from '../listed';

class Selection {
  /** True while a click on a row picks it instead of opening it. */
  on = $state(false);
  /** All that the list holds to its end, whatever of it has been drawn. */
  all = $state(false);
  #ids = $state.raw<ReadonlySet<string>>(new Set());
  /** Where a range begins. */
  #anchor: string | undefined;

  count = $derived(this.#ids.size);
  isEmpty = $derived(!this.all && this.#ids.size === 0);

  has(id: string): boolean {
    return (this.all && !isGapId(id)) || this.#ids.has(id);
  }

  /** Picks a row or leaves it out; with `extend` all rows from the last one that was picked. */
  toggle(id: string, extend = false): void {
    this.on = true;
    // A time without a door is nothing to send or export.
    if (isGapId(id)) return;
    const ids = new Set(this.all ? [] : this.#ids);
    const rows = deliveries.list.rows;
    const [from, to] = [this.#anchor, id].map((each) => rows.findIndex((row) => row.id === each));
    if (extend && from !== undefined && to !== undefined && from >= 0 && to >= 0) {
      for (const row of rows.slice(Math.min(from, to), Math.max(from, to) + 1))
        if (!isGap(row)) ids.add(row.id);
    } else if (ids.has(id)) {
      ids.delete(id);
    } else {
      ids.add(id);
    }
    this.all = false;
    this.#ids = ids;
    this.#anchor = id;
  }

  begin(): void {
    this.on = true;
  }

  end(): void {
    this.on = false;
    this.all = false;
    this.#ids = new Set();
    this.#anchor = undefined;
  }

  /** What is picked, as the program is asked for it. */
  which(): DeliveryChoice {
    if (!this.all) return { ids: [...this.#ids] };
    return {
      list: {
        source: place.source,
        quarantined: place.quarantined,
      },
    };
  }
}

export const selection = new Selection();
