// The services that past chats can be fetched from: what is entered for each, and how its last run ended.
import { host } from '../host';
import type { HistoryFields, HistoryService } from '../host/bindings';
import { latest } from '../parts/latest';
import { works } from '../works.svelte';

class Services {
  rows = $state.raw<HistoryService[]>([]);

  #ask = latest(() => host.query('history', {}));

  of(service: string): HistoryService | undefined {
    return this.rows.find((row) => row.service === service);
  }

  async ask(): Promise<void> {
    const answer = await this.#ask();
    if (answer) this.rows = answer.rows;
  }

  /** An absent token keeps the one that is set; an empty one removes it. */
  async enter(service: string, entered: HistoryFields, token?: string): Promise<void> {
    await host.act('enter_history', { service, entered, token });
    await this.ask();
  }

  async fetch(service: string, goOn: boolean, since?: string, until?: string): Promise<void> {
    await host.act('fetch_history', { service, go_on: goOn, since, until });
    await works.ask();
  }
}

export const services = new Services();

/** The beginning of a day, or of the next one, in the reader's own zone; undefined for no date. */
export function moment(day: string, endOfDay = false): string | undefined {
  if (!day) return undefined;
  const at = new Date(`${day}T00:00:00`);
  if (endOfDay) at.setDate(at.getDate() + 1);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
