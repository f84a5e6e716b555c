// The two ways between what is shown and what was sent.
import { host } from '../host';
import { deliveries } from '../inspector/deliveries.svelte';
import { focusReader, leaveFocus } from '../parts/readerfocus';
import { attempt, toasts } from '../parts/toasts.svelte';
import { place } from '../place.svelte';
import { words } from '../words';
import { others } from './others.svelte';
import { standing } from './returning';

/** Opens the delivery that a value of a conversation came from, at the very place; or says why there is none. */
export async function showOrigin(conversation: string, value: string, byKeyboard: boolean): Promise<void> {
  const from = location.hash;
  const found = await attempt(() => host.query('origin', { conversation, place: value }));
  // Who has gone elsewhere meanwhile is not taken back.
  if (!found || location.hash !== from) return;
  if (found.at === undefined || found.delivery === undefined) {
    toasts.say(words.provenance.inferred[found.inferred ?? 'shape']);
    return;
  }
  place.note(standing(value));
  others.know({ delivery: found.delivery, at: found.at }, found.also);
  if (byKeyboard) focusReader(deliveries.answer?.row.id === found.delivery && place.page === 'deliveries');
  else leaveFocus();
  place.openDelivery(found.delivery, found.at);
}

/** Opens the conversation that shows a value of a delivery, at the very place. */
export async function showShown(delivery: string, at: string, field: string): Promise<void> {
  const found = await attempt(() => host.query('shown', { delivery, at, field }));
  if (!found) return;
  if (found.place === undefined) toasts.say(words.provenance.notShown);
  else if (found.replaced) toasts.say(words.provenance.replaced);
  place.openAnywhere(found.conversation, found.place);
}
