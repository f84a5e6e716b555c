// The note that is being written, and beside which delivery: it is not lost by looking at another one meanwhile.
import type { DeliveryRow } from '../host/bindings';
import { deliveries } from './deliveries.svelte';

class Noting {
  #drafts = $state<Record<string, string>>({});

  draft(id: string): string | undefined {
    return this.#drafts[id];
  }

  begin(row: DeliveryRow): void {
    this.#drafts[row.id] ??= row.note ?? '';
  }

  write(id: string, text: string): void {
    this.#drafts[id] = text;
  }

  cancel(id: string): void {
    delete this.#drafts[id];
  }

  async save(row: DeliveryRow): Promise<void> {
    const text = (this.#drafts[row.id] ?? '').trim();
    const same = text === (row.note ?? '');
    if (same || (await deliveries.note(row.id, text))) this.cancel(row.id);
  }
}

export const noting = new Noting();
