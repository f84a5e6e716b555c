// Hook addresses: adding, giving a new token, removing, and sending a sample through the real door.
import { host } from '../host';
import type { OldAddressRow, SampleRow, SourceRow } from '../host/bindings';
import { whole } from '../overview.svelte';
import { attempt, toasts } from '../parts/toasts.svelte';
import { words } from '../words';

class Sources {
  samples = $state.raw<SampleRow[]>([]);
  sending = $state<string>();

  async start(): Promise<void> {
    if (this.samples.length) return;
    const answer = await attempt(() => host.query('samples', {}));
    if (answer) this.samples = answer.rows;
  }

  samplesFor(provider: string | undefined): SampleRow[] {
    return provider === undefined
      ? this.samples
      : this.samples.filter((sample) => sample.provider === provider);
  }

  async send(sample: SampleRow): Promise<void> {
    this.sending = sample.id;
    await attempt(async () => {
      const { status } = await host.act('send_sample', { sample: sample.id });
      if (status === 200) toasts.say(words.addresses.sampleSent(sample.title, status));
      else toasts.warn(words.addresses.sampleRefused(sample.title, status));
    });
    this.sending = undefined;
    await whole.ask();
  }

  /** Throws, so that the dialog that asks for the name can say what is wrong with it. */
  async add(name: string, provider: string | undefined): Promise<SourceRow> {
    const source = await host.act('add_source', { name, provider });
    await whole.ask();
    toasts.say(words.addresses.added(source.name));
    return source;
  }

  /** Throws, so that the form that asks for the secret can say what is wrong with it. */
  async addSecret(source: string, secret: string, label: string | undefined): Promise<void> {
    await host.act('add_secret', { source, secret, label });
    await whole.ask();
    toasts.say(words.signatures.added(source));
  }

  async removeSecret(source: string, label: string): Promise<void> {
    await attempt(async () => {
      await host.act('remove_secret', { source, label });
      await whole.ask();
      toasts.say(words.signatures.removed(label));
    });
  }

  async takeUnsigned(source: string, on: boolean): Promise<void> {
    await attempt(() => host.act('take_unsigned', { source, on }));
    await whole.ask();
  }

  /** The old address works on for so many days; 0 ends it at once. */
  async rotate(name: string, days: number): Promise<void> {
    await attempt(async () => {
      const { old_addresses } = await host.act('rotate_source', { name, overlap_days: days });
      await whole.ask();
      const ended = old_addresses[0];
      if (days === 0 && ended)
        toasts.done(words.addresses.rotatedNow(name), () => this.#putBack(name, [ended]));
      else toasts.say(words.addresses.rotated(name));
    });
  }

  async endOld({ name, old_addresses }: SourceRow): Promise<void> {
    const working = old_addresses.filter(({ works }) => works);
    await attempt(async () => {
      await host.act('end_old_addresses', { name });
      await whole.ask();
      toasts.done(words.addresses.ended(name), () => this.#putBack(name, working));
    });
  }

  async #putBack(name: string, old: OldAddressRow[]): Promise<void> {
    for (const { id } of old) await host.act('put_old_address_back', { name, id });
    await whole.ask();
  }

  /** True when it is gone. */
  async remove(name: string): Promise<boolean> {
    let gone = false;
    await attempt(async () => {
      await host.act('remove_source', { name });
      gone = true;
      await whole.ask();
      toasts.say(words.addresses.removed(name));
    });
    return gone;
  }
}

export const sources = new Sources();
