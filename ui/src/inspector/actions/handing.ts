// Deliveries handed on: copied as a command, or saved as a file.
import { host } from '../../host';
import type { DeliveryChoice, HandedAs, WrittenForm } from '../../host/bindings';
import { onLive } from '../../parts/live';
import { attempt, toasts } from '../../parts/toasts.svelte';
import { words } from '../../words';
import { hasEnded, works } from '../../works.svelte';

/** Copies a delivery without its secrets, and says what was left out. */
export async function copyAs(delivery: string, form: WrittenForm): Promise<void> {
  await attempt(async () => {
    const asked = host.query('written', { delivery, form });
    await host.copy(asked.then(({ text }) => text));
    const { hidden, remarks } = await asked;
    const said = [words.handing.copiedAs[form]];
    if (hidden.length) said.push(words.handing.hidden(hidden));
    for (const { code, name } of remarks) said.push(words.handing.remark(code, name));
    toasts.say(said.join(' '));
  });
}

/** Waits until long work has ended. */
function ended(work: string): Promise<void> {
  return new Promise((resolve) => {
    const look = async () => {
      await works.ask();
      const row = works.rows.find(({ id }) => id === work);
      if (row && !hasEnded(row)) return;
      stop();
      resolve();
    };
    const stop = onLive(() => void look());
    void look();
  });
}

/** Writes deliveries into a file and lets the person save it. What takes long can be watched and cancelled meanwhile. */
export async function saveAs(which: DeliveryChoice, form: HandedAs, secrets: boolean): Promise<void> {
  await attempt(async () => {
    const { work } = await host.act('hand_over', { which, form, secrets });
    await ended(work);
    const row = works.rows.find(({ id }) => id === work);
    if (row?.failure) {
      toasts.fail(row.failure);
    } else if (row?.file && (await host.saveFile(work))) {
      toasts.say(words.handing.saved);
    } else {
      return;
    }
    await works.dismiss(work);
  });
}
