// The guides to an address's service, and whether the service has reached it.
import { host, HostError } from '../../host';
import type { ConnectedAnswer, ServiceGuide } from '../../host/bindings';
import { latest } from '../../parts/latest';

export class Connection {
  guides = $state.raw<ServiceGuide[]>();
  now = $state.raw<ConnectedAnswer>();
  failure = $state.raw<HostError>();

  #ask = latest(() => host.query('connected', { name: this.source }));

  constructor(readonly source: string) {}

  async start(): Promise<void> {
    this.failure = undefined;
    try {
      // What is documented does not change while the program runs.
      this.guides ??= (await host.query('guide', { name: this.source })).services;
      this.now = (await this.#ask()) ?? this.now;
    } catch (thrown) {
      this.failure = HostError.from(thrown);
    }
  }

  /** Asks again whether something has arrived; what is connected stays so. */
  async refresh(): Promise<void> {
    if (this.guides && !this.now?.first) await this.start();
  }
}
