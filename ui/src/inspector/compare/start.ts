// Opening a comparison with the delivery that one most often compares with.
import { host } from '../../host';
import { attempt, toasts } from '../../parts/toasts.svelte';
import { place } from '../../place.svelte';
import { words } from '../../words';
import { isGapId } from '../listed';

/** Compares the open delivery with the one before it: of its conversation, else of its event, else of its address. */
export async function compareWithPrevious(): Promise<void> {
  const id = place.delivery;
  if (id === undefined || isGapId(id)) return;
  await attempt(async () => {
    const found = await host.query('neighbours', { id });
    const row = found.conversation ?? found.event ?? found.source;
    if (place.delivery !== id) return;
    if (row) place.compareWith(row.id);
    else toasts.say(words.compare.nothingBefore);
  });
}
