// The visitor that is shown: what is known of them, their conversations and their path; and what a person decides about
// who is one visitor, each with its way back.
import { host, HostError } from '../host';
import type { ConversationRow, PathStretch, VisitorAnswer, VisitorDecision } from '../host/bindings';
import { latest } from '../parts/latest';
import { LiveRows } from '../parts/liverows.svelte';
import { attempt, toasts } from '../parts/toasts.svelte';
import { place } from '../place.svelte';
import { words } from '../words';
import { continued } from './stretches';

const pageSize = 60;
const steps = 100;

class Theirs {
  answer = $state.raw<VisitorAnswer>();
  failure = $state.raw<HostError>();
  path = $state.raw<{ stretches: PathStretch[]; next?: string; skip?: string }>();
  pathFailure = $state.raw<HostError>();
  walking = $state(false);
  #of: string | undefined;
  #walk = 0;

  list = new LiveRows<ConversationRow>(
    (after) => host.query('visitor_conversations', { conversation: this.#of ?? '', after, limit: pageSize }),
    (row) => row.position,
    (row, old) => ({ ...row, position: old.position }),
  );

  #ask = latest((conversation: string) => host.query('visitor', { conversation }));

  async show(of: string | undefined): Promise<void> {
    if (of === undefined) return;
    if (of !== this.#of) {
      this.answer = undefined;
      this.path = undefined;
    }
    this.#of = of;
    await Promise.all([this.list.restart(), this.refresh(), this.walk()]);
  }

  /** Asks again what is known of them. The path stays as it is read; it begins anew when the view is opened again. */
  async refresh(): Promise<void> {
    const of = this.#of;
    if (of === undefined) return;
    try {
      const answer = await this.#ask(of);
      if (!answer || of !== this.#of) return;
      const before = this.answer?.conversations ?? answer.conversations;
      this.answer = answer;
      this.failure = undefined;
      // Older conversations that turned out to be theirs stand between the shown rows, where no refresh puts them.
      const inBetween = answer.conversations !== before && this.list.pending === 0;
      if (inBetween && this.list.rows.length <= pageSize) await this.list.restart();
    } catch (thrown) {
      // What is on screen stays readable when only a refresh fails.
      if (of === this.#of && !this.answer) this.failure = HostError.from(thrown);
    }
  }

  /** Reads the path from its newest part, or goes on `after` a part. Stretches of conversations without pages are passed. */
  async walk(after?: string): Promise<void> {
    const of = this.#of;
    if (of === undefined) return;
    const mine = ++this.#walk;
    this.walking = true;
    try {
      let next = after;
      do {
        const part = await host.query('visitor_path', { conversation: of, after: next, limit: steps });
        if (mine !== this.#walk) return;
        const known = after === undefined && next === undefined ? [] : (this.path?.stretches ?? []);
        const stretches = continued(known, part.stretches);
        this.path = { stretches, next: part.next, skip: part.skip };
        next = part.stretches.length === 0 ? part.next : undefined;
      } while (next !== undefined);
      this.pathFailure = undefined;
    } catch (thrown) {
      if (mine === this.#walk) this.pathFailure = HostError.from(thrown);
    } finally {
      if (mine === this.#walk) this.walking = false;
    }
  }

  /** Everything anew: who is one visitor has changed. */
  async #decidedAnew(): Promise<void> {
    await Promise.all([this.list.restart(), this.refresh(), this.walk()]);
  }

  async join(other: string, name: string): Promise<boolean> {
    const conversation = this.#of;
    if (conversation === undefined) return false;
    return this.#decide(words.visitor.joined(name), () => host.act('join_visitors', { conversation, other }));
  }

  async takeNameOut(name: string): Promise<void> {
    const conversation = this.#of;
    if (conversation === undefined) return;
    await this.#decide(words.visitor.tookOut, () => host.act('take_name_out', { conversation, name }));
  }

  async takeConversationOut(conversation: string): Promise<void> {
    // The view stays with those who remain, also when the conversation that names them leaves.
    const other = this.list.rows.find((row) => row.id !== conversation)?.id;
    await this.#decide(words.visitor.tookOut, async () => {
      const decided = await host.act('take_conversation_out', { conversation });
      if (conversation === this.#of && other !== undefined) {
        this.#of = other;
        place.showVisitor(other);
      }
      return decided;
    });
  }

  async takeBack({ id }: VisitorDecision): Promise<void> {
    const done = await attempt(() => host.act('take_back', { decision: id }));
    if (!done) return;
    toasts.done(words.visitor.tookBack, () =>
      this.#andAnew(() => host.act('decide_again', { decision: id })),
    );
    await this.#decidedAnew();
  }

  async #decide(done: string, act: () => Promise<{ decision: string }>): Promise<boolean> {
    const decided = await attempt(act);
    if (!decided) return false;
    toasts.done(done, () => this.#andAnew(() => host.act('take_back', decided)));
    await this.#decidedAnew();
    return true;
  }

  async #andAnew(act: () => Promise<unknown>): Promise<void> {
    await act();
    await this.#decidedAnew();
  }
}

export const theirs = new Theirs();
