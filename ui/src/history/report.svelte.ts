// What became of each record of one piece of long work: a long list, asked a page at a time.
import { host } from '../host';
import type { RecordOutcome, RecordRow } from '../host/bindings';
import { LiveRows } from '../parts/liverows.svelte';

export class Report {
  outcome = $state<RecordOutcome>();
  text = $state('');
  list = new LiveRows<RecordRow>(
    (after) =>
      host.query('work_records', {
        work: this.work,
        outcome: this.outcome,
        text: this.text.trim() || undefined,
        after,
        limit: 500,
      }),
    (row) => row.id,
  );

  constructor(private readonly work: string) {}
}
