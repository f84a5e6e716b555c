// A plan that is being put together: as text and as fields, each written from the other by the program.
import { host, HostError } from '../../host';
import type { PlanAnswer, PlanRow, StepRow } from '../../host/bindings';
import { latest } from '../../parts/latest';
import { explain } from '../../words/errors';

export const freshStep = (): StepRow => ({ said: 'own', status: 503, headers: [], wait: 0, meant: false });

export class Draft {
  text = $state('');
  plan = $state<PlanRow>({ steps: [freshStep()], per_event: false, quarantine_too: false });
  #problem = $state.raw<PlanAnswer['problem']>();
  risks = $state.raw<string[]>([]);
  /** What cannot be asked at all. */
  failure = $state('');

  /** The text that was looked at last. */
  #looked = $state('');
  #under: Promise<void> | undefined;
  #read = latest((text: string) => host.query('read_answer', { text }));
  #write = latest((plan: PlanRow) => host.query('write_answer', plan));

  constructor(text: string) {
    this.read(text);
  }

  /** What is wrong with the text, once it was looked at. */
  get problem(): PlanAnswer['problem'] {
    return this.#looked === this.text ? this.#problem : undefined;
  }

  /** True when what is written was looked at and is no plan. */
  get bad(): boolean {
    return this.text === '' || this.problem !== undefined || this.failure !== '';
  }

  /** The text as a plan; undefined when it is none. Waits until it was looked at. */
  async good(): Promise<string | undefined> {
    await this.#under;
    return this.bad ? undefined : this.text;
  }

  /** The text was changed: the fields follow it as soon as it is a plan. */
  read(text: string): void {
    this.text = text;
    this.#under = this.#reading(text);
  }

  /** A field was changed: the text is written anew. */
  write(): void {
    this.#under = this.#writing();
  }

  async #reading(text: string): Promise<void> {
    const answer = await this.#asked(() => this.#read(text));
    if (!answer) return;
    this.#take(answer);
    if (answer.plan) this.plan = answer.plan;
  }

  async #writing(): Promise<void> {
    const answer = await this.#asked(() => this.#write($state.snapshot(this.plan)));
    if (!answer) return;
    this.text = answer.text;
    this.#take(answer);
  }

  #take(answer: PlanAnswer): void {
    this.#looked = answer.text;
    this.#problem = answer.problem;
    this.risks = answer.risks;
    this.failure = '';
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (thrown) {
      const { code, detail } = HostError.from(thrown);
      const { title, next } = explain(code, detail);
      this.#looked = this.text;
      this.failure = `${title}. ${next}`;
      return undefined;
    }
  }
}
