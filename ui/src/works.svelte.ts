// Long work: what runs and what ran, asked again on every change.
import { host } from './host';
import type { WorkRow } from './host/bindings';
import { latest } from './parts/latest';
import { onLive } from './parts/live';
import { attempt } from './parts/toasts.svelte';

const ended = new Set<WorkRow['state']>(['done', 'cancelled', 'failed']);

export const hasEnded = (work: WorkRow): boolean => ended.has(work.state);

/** How much is done, between 0 and 1; undefined while nobody can tell. */
export const partDone = ({ done, all }: WorkRow): number | undefined =>
  all ? Math.min(1, done / all) : undefined;

class Works {
  rows = $state.raw<WorkRow[]>([]);
  /** The work that a person waits for. */
  running = $derived(this.rows.findLast((work) => !hasEnded(work)));

  #ask = latest(() => host.query('work', {}));

  start(): () => void {
    void this.ask();
    return onLive(() => void this.ask());
  }

  async ask(): Promise<void> {
    try {
      const answer = await this.#ask();
      if (answer) this.rows = answer.rows;
    } catch {
      // The overview is asked at the same moments, and tells when the program does not answer.
    }
  }

  async cancel(id: string): Promise<void> {
    await attempt(() => host.act('cancel_work', { id }));
    await this.ask();
  }

  async dismiss(id: string): Promise<void> {
    await attempt(() => host.act('dismiss_work', { id }));
    await this.ask();
  }
}

export const works = new Works();
