// The one look at the whole: listener, counts, sources and services. Asked again on every change.
import { host, HostError } from './host';
import type { Overview } from './host/bindings';
import { latest } from './parts/latest';
import { onLive } from './parts/live';

class Whole {
  now = $state.raw<Overview>();
  failure = $state.raw<HostError>();
  /** The present moment, moved on now and then so that "2 min ago" stays true. */
  clock = $state.raw(new Date());

  #ask = latest(() => host.query('overview', {}));

  start(): () => void {
    void this.ask();
    const stop = onLive(() => void this.ask());
    const timer = setInterval(() => (this.clock = new Date()), 15_000);
    return () => {
      stop();
      clearInterval(timer);
    };
  }

  async ask(): Promise<void> {
    try {
      const now = await this.#ask();
      if (!now) return;
      this.now = now;
      this.failure = undefined;
    } catch (thrown) {
      this.failure = HostError.from(thrown);
    }
    this.clock = new Date();
  }

  /** A service's name for people. */
  nameOf(provider: string | undefined): string {
    if (!provider) return '';
    return this.now?.providers.find(({ id }) => id === provider)?.name ?? provider;
  }
}

export const whole = new Whole();
