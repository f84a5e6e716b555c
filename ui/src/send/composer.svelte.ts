// A request as it is being written: what it was made from, what was changed, and what came of it. What was typed is kept
// for this tab, so that a reload or a look elsewhere loses nothing.
import { host, HostError } from '../host';
import type {
  Composition,
  HeaderToSend,
  HeaderUse,
  OwnSampleRow,
  RequestToSend,
  SampleRow,
  SendAnswer,
  TryAnswer,
} from '../host/bindings';
import { whole } from '../overview.svelte';

export type Way = 'source' | 'url' | 'try';

export interface Line {
  key: number;
  on: boolean;
  name: string;
  value: string;
  bytes?: string;
  becomes: HeaderUse;
}

/** What a person changes. */
export interface Draft {
  way: Way;
  method: string;
  source: string;
  query: string;
  url: string;
  lines: Line[];
  /** Absent while the body goes out as it was stored. */
  body?: string;
  /** The label of the secret to sign with; empty for as it is. */
  secret: string;
}

export interface From {
  delivery?: string;
  sample?: string;
}

const keyOf = ({ delivery, sample }: From) => `afterchat.request:${delivery ?? ''}:${sample ?? ''}`;
let lastKey = 0;

class Composer {
  from = $state.raw<From>({});
  made = $state.raw<Composition>();
  draft = $state<Draft>();
  failure = $state.raw<HostError>();
  /** What was typed before and is shown again. */
  restored = $state(false);
  busy = $state(false);
  sent = $state.raw<SendAnswer>();
  tried = $state.raw<TryAnswer>();
  wrong = $state.raw<HostError>();
  samples = $state.raw<SampleRow[]>([]);
  own = $state.raw<OwnSampleRow[]>([]);
  #asked = 0;

  async start(from: From): Promise<void> {
    const turn = ++this.#asked;
    this.from = from;
    this.made = this.draft = this.failure = this.sent = this.tried = this.wrong = undefined;
    void this.askSamples();
    try {
      const made = await host.query('compose', from);
      if (turn !== this.#asked) return;
      const kept = this.#kept(from);
      this.made = made;
      this.restored = kept !== undefined;
      this.draft = kept ?? this.#fresh(made);
    } catch (thrown) {
      if (turn === this.#asked) this.failure = HostError.from(thrown);
    }
  }

  async askSamples(): Promise<void> {
    try {
      ({ rows: this.samples, own: this.own } = await host.query('samples', {}));
    } catch {
      // The page goes without the list; what is asked next tells why.
    }
  }

  /** Everything as it came. */
  reset(): void {
    if (!this.made) return;
    sessionStorage.removeItem(keyOf(this.from));
    this.draft = this.#fresh(this.made);
    this.restored = false;
  }

  #fresh(made: Composition): Draft {
    const source = made.source ?? whole.now?.sources.at(-1)?.name ?? '';
    const lines = made.headers.map(({ name, value, bytes, becomes }) => ({
      key: ++lastKey,
      on: becomes === 'sent',
      name,
      value,
      bytes,
      becomes,
    }));
    return {
      way: source ? 'source' : 'url',
      method: made.method,
      source,
      query: made.query ?? '',
      url: '',
      lines,
      secret: made.secret ?? '',
    };
  }

  #kept(from: From): Draft | undefined {
    try {
      const draft = JSON.parse(sessionStorage.getItem(keyOf(from)) ?? 'null') as Draft | null;
      draft?.lines.forEach((line) => (line.key = ++lastKey));
      return draft ?? undefined;
    } catch {
      return undefined;
    }
  }

  /** Notes what was typed; a tab without room for it goes on without. */
  keep(): void {
    if (!this.draft || !this.made) return;
    const plain = (draft: Draft) =>
      JSON.stringify({ ...draft, lines: draft.lines.map((line) => ({ ...line, key: 0 })) });
    try {
      const now = plain(this.draft);
      if (now === plain(this.#fresh(this.made))) sessionStorage.removeItem(keyOf(this.from));
      else sessionStorage.setItem(keyOf(this.from), now);
    } catch {
      sessionStorage.removeItem(keyOf(this.from));
    }
  }

  /** The body as text, if it is any. */
  get body(): string | undefined {
    return this.draft?.body ?? this.made?.body;
  }

  setBody(text: string): void {
    if (this.draft) this.draft.body = text === this.made?.body ? undefined : text;
  }

  addLine(): void {
    this.draft?.lines.push({ key: ++lastKey, on: true, name: '', value: '', becomes: 'sent' });
  }

  /** The request as it would go out. */
  request(): RequestToSend {
    const draft = this.draft!;
    const headers: HeaderToSend[] = draft.lines
      .filter((line) => line.on && line.becomes !== 'taken_out' && line.name !== '')
      .map(({ name, value, bytes }) => ({ name, value, bytes }));
    const there = draft.way === 'url' ? { url: draft.url } : { source: draft.source, query: draft.query };
    const signs = this.signing?.labels.includes(draft.secret) ? this.signing : undefined;
    return {
      ...this.from,
      ...there,
      method: draft.method,
      headers,
      body: draft.body ?? (this.from.delivery || this.from.sample ? undefined : this.made?.body),
      sign_with: signs && { source: signs.source, label: draft.secret },
    };
  }

  /** Whose secrets can sign it: the source it goes to, or the one it is from. */
  get signing(): { source: string; labels: string[] } | undefined {
    const name = this.draft?.way === 'url' ? this.made?.source : this.draft?.source;
    const source = whole.now?.sources.find((each) => each.name === name);
    const labels = source?.secrets.map(({ label }) => label) ?? [];
    return source && labels.length ? { source: source.name, labels } : undefined;
  }

  async send(): Promise<void> {
    if (this.busy || !this.draft) return;
    this.busy = true;
    this.sent = this.tried = this.wrong = undefined;
    try {
      const request = this.request();
      if (this.draft.way === 'try') this.tried = await host.act('dry_run', request);
      else this.sent = await host.act('send_request', request);
    } catch (thrown) {
      this.wrong = HostError.from(thrown);
    }
    this.busy = false;
  }
}

export const composer = new Composer();
