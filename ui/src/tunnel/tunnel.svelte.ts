// The tunnel: how it is, its kinds and what it says. Asked again on every change while its page is open.
import { host, HostError } from '../host';
import type { TunnelAnswer, TunnelFields, TunnelKind } from '../host/bindings';
import { whole } from '../overview.svelte';
import { latest } from '../parts/latest';
import { onLive } from '../parts/live';

class Tunnel {
  now = $state.raw<TunnelAnswer>();
  failure = $state.raw<HostError>();

  #ask = latest(() => host.query('tunnel', {}));

  start(): () => void {
    void this.ask();
    return onLive(() => void this.ask());
  }

  async ask(): Promise<void> {
    try {
      const now = await this.#ask();
      if (now) this.now = now;
      this.failure = undefined;
    } catch (thrown) {
      this.failure = HostError.from(thrown);
    }
  }

  nameOf(kind: string | undefined): string {
    return this.now?.kinds.find(({ id }) => id === kind)?.name ?? '';
  }

  /** Keeps what is entered and starts it. An absent secret keeps the one that is set, an empty one takes it out. */
  async open(kind: TunnelKind, fields: TunnelFields, secret?: string): Promise<void> {
    await this.enter(kind, fields, secret);
    await host.act('start_tunnel', { kind: kind.id });
    await this.#again();
  }

  async enter(kind: TunnelKind, fields: TunnelFields, secret?: string): Promise<void> {
    await host.act('enter_tunnel', { kind: kind.id, fields, secret });
    await this.ask();
  }

  async close(): Promise<void> {
    await host.act('stop_tunnel', {});
    await this.#again();
  }

  async prove(): Promise<void> {
    await host.act('prove_tunnel', {});
  }

  async told(): Promise<void> {
    await host.act('told_tunnel_address', {});
    await this.#again();
  }

  async #again(): Promise<void> {
    await Promise.all([this.ask(), whole.ask()]);
  }
}

export const tunnel = new Tunnel();
