// The targets of the address that is open, asked again whenever something changed, and what a person does with them.
import { host, HostError } from '../../host';
import type { ForwardSettings, ForwardTargetRow } from '../../host/bindings';
import { whole } from '../../overview.svelte';
import { latest } from '../../parts/latest';
import { onLive } from '../../parts/live';
import { attempt, toasts } from '../../parts/toasts.svelte';
import { words } from '../../words';

export const usual: ForwardSettings = {
  name: '',
  url: '',
  before: false,
  pass_back: false,
  deadline: 10,
  credentials: false,
  numbered: true,
  quarantined: false,
};

export class Targets {
  rows = $state.raw<ForwardTargetRow[]>();
  failure = $state.raw<HostError>();
  /** The present second, for "next in 12 s". */
  clock = $state.raw(Date.now());
  #ask = latest((name: string) => host.query('forward_targets', { name }));

  constructor(readonly source: string) {}

  start(): () => void {
    void this.ask();
    const stop = onLive(() => void this.ask());
    const timer = setInterval(() => (this.clock = Date.now()), 1000);
    return () => {
      stop();
      clearInterval(timer);
    };
  }

  async ask(): Promise<void> {
    try {
      const answer = await this.#ask(this.source);
      if (!answer) return;
      this.rows = answer.rows;
      this.failure = undefined;
    } catch (thrown) {
      this.failure = HostError.from(thrown);
    }
    this.clock = Date.now();
  }

  /** Throws, so that the form can say what is wrong. */
  async add(settings: ForwardSettings): Promise<void> {
    const { settings: made } = await host.act('add_forward_target', { source: this.source, settings });
    toasts.say(words.forward.added(made.name));
    await this.ask();
  }

  /** Throws, so that the form can say what is wrong. */
  async change(target: string, settings: ForwardSettings): Promise<void> {
    const { settings: made } = await host.act('change_forward_target', { target, settings });
    toasts.say(words.forward.changed(made.name));
    await this.ask();
  }

  async pause(row: ForwardTargetRow, on: boolean): Promise<void> {
    await attempt(() => host.act('pause_forward_target', { target: row.id, on }));
    await this.ask();
  }

  async remove(row: ForwardTargetRow): Promise<void> {
    await attempt(async () => {
      await host.act('remove_forward_target', { target: row.id });
      toasts.done(words.forward.removed(row.settings.name), async () => {
        await host.act('put_forward_target_back', { target: row.id });
        await this.ask();
      });
    });
    await this.ask();
  }

  async earlier(row: ForwardTargetRow, since: string): Promise<void> {
    await attempt(async () => {
      const { changed } = await host.act('forward_earlier', { target: row.id, since });
      toasts.say(words.forward.earlierDone(changed));
    });
    await this.ask();
  }

  async again(row: ForwardTargetRow, deliveries?: string[]): Promise<void> {
    await attempt(async () => {
      const { changed } = await host.act('forward_again', { target: row.id, deliveries });
      toasts.say(words.forward.sentAgain(changed));
    });
    await Promise.all([this.ask(), whole.ask()]);
  }
}
