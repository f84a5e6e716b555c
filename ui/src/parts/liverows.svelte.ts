// A list of rows that pages by key and takes in news without moving what a person looks at.
import { HostError } from '../host';
import { joined, refreshed, waiting, type Covered, type Keyed, type Page } from './merge';

export interface RowsAnswer<R> extends Page<R> {
  problem?: string;
  /** Only what is new was asked for. */
  newsOnly?: boolean;
}

/** Asks for a page: the first, or the one after a place. `seen` tells what has been looked at when only news are needed. */
type Ask<R> = (after: string | undefined, seen?: Covered) => Promise<RowsAnswer<R>>;

export class LiveRows<R extends Keyed> {
  rows = $state.raw<R[]>([]);
  /** The row the keyboard is on. */
  cursor = $state<string>();
  pending = $state(0);
  problem = $state<string>();
  phase = $state<'loading' | 'ready' | 'failed'>('loading');
  failure = $state.raw<HostError>();
  loadingMore = $state(false);
  /** What has been looked at, where the answers tell. */
  covered = $state.raw<Covered>();
  /** A person has stopped the looking for more. */
  held = $state(false);
  /** News are shown at once, also while somebody is in the list. */
  eager = false;
  /** Counts starts; a list that starts over scrolls to its top. */
  started = $state(0);
  /** True while rows must stay where they are; the list view keeps it up to date. */
  engaged = false;
  /** The first row in sight, so that a refresh reaches rows far down. */
  firstInSight = 0;
  /** How far down the list is, in pixels, so that coming back to it finds the same place. */
  scrollTop = 0;

  #question: string | undefined;
  #next = $state.raw<string>();
  #fresh: RowsAnswer<R> | undefined;
  #gone = new Set<string>();
  #generation = 0;
  #again = false;
  /** Counts refreshes: of two under way only the later one's answer counts. */
  #turn = 0;

  constructor(
    private readonly ask: Ask<R>,
    private readonly placeOf: (row: R) => string,
    private readonly withPlace: (row: R, old: R) => R = (row) => row,
  ) {}

  get hasMore(): boolean {
    return this.#next !== undefined && !this.held;
  }

  /** There may be more, also when nobody looks for it now. */
  get unfinished(): boolean {
    return this.#next !== undefined;
  }

  /** Asks what the list is to show. Coming back to the question it still answers keeps its rows and the place in them. */
  async show(question: string): Promise<void> {
    if (question === this.#question && this.phase === 'ready') return this.refresh();
    this.#question = question;
    return this.restart();
  }

  /** A new question: what is shown stays until the answer is there, then is replaced. */
  async restart(): Promise<void> {
    const mine = ++this.#generation;
    this.phase = 'loading';
    this.loadingMore = false;
    this.held = false;
    this.#gone.clear();
    this.#again = false;
    try {
      const answer = await this.ask(undefined);
      if (mine !== this.#generation) return;
      this.problem = answer.problem;
      this.#settle(answer);
      this.cursor = undefined;
      this.scrollTop = 0;
      this.started += 1;
    } catch (thrown) {
      if (mine === this.#generation) this.#fail(thrown);
      return;
    }
    if (this.#again) await this.refresh();
  }

  /** Something changed: asks the same question again. */
  async refresh(): Promise<void> {
    if (this.phase === 'loading') {
      // The answer under way may be older than the change.
      this.#again = true;
      return;
    }
    const mine = this.#generation;
    const turn = ++this.#turn;
    try {
      const answer = await this.ask(undefined, this.covered);
      if (mine !== this.#generation || turn !== this.#turn) return;
      this.problem = answer.problem;
      this.#meet(answer);
      if (this.firstInSight >= answer.rows.length && !answer.newsOnly) await this.#refreshInSight(mine);
    } catch (thrown) {
      if (mine === this.#generation && this.rows.length === 0) this.#fail(thrown);
    }
  }

  /** Shows the rows that wait. */
  showNew(): void {
    if (this.#fresh) this.#settle(this.#joined(this.#fresh));
    this.showTop();
  }

  /** Brings the newest row into sight. */
  showTop(): void {
    this.cursor = this.rows[0]?.id;
    this.scrollTop = 0;
    this.started += 1;
  }

  async more(): Promise<void> {
    if (!this.hasMore || this.loadingMore || this.phase !== 'ready') return;
    const mine = this.#generation;
    this.loadingMore = true;
    try {
      const answer = await this.ask(this.#next);
      if (mine !== this.#generation) return;
      const known = new Set(this.rows.map((row) => row.id));
      this.rows = [
        ...this.rows,
        ...answer.rows.filter((row) => !known.has(row.id) && !this.#gone.has(row.id)),
      ];
      this.#next = answer.next;
      if (this.covered && answer.covered)
        this.covered = { ...this.covered, from: answer.covered.from, at: answer.covered.at };
    } catch (thrown) {
      if (mine === this.#generation) this.failure = HostError.from(thrown);
    } finally {
      if (mine === this.#generation) this.loadingMore = false;
    }
  }

  patch(id: string, change: Partial<R>): void {
    this.rows = this.rows.map((row) => (row.id === id ? { ...row, ...change } : row));
  }

  /** Takes a row away and puts the cursor on its neighbour; returns how to bring it back. */
  remove(id: string): () => void {
    const at = this.rows.findIndex((row) => row.id === id);
    const row = this.rows[at];
    if (!row) return () => {};
    const generation = this.#generation;
    this.#gone.add(id);
    this.rows = this.rows.toSpliced(at, 1);
    if (this.cursor === id) this.cursor = (this.rows[at] ?? this.rows[at - 1])?.id;
    return () => {
      this.#gone.delete(id);
      if (generation !== this.#generation || this.rows.some((each) => each.id === id)) return;
      this.rows = this.rows.toSpliced(Math.min(at, this.rows.length), 0, row);
      this.cursor = id;
    };
  }

  indexOf(id: string | undefined): number {
    return id === undefined ? -1 : this.rows.findIndex((row) => row.id === id);
  }

  /** Moves the cursor by some rows and says where it is now. */
  move(by: number): R | undefined {
    const at = this.indexOf(this.cursor);
    const to = at < 0 ? (by < 0 ? this.rows.length - 1 : 0) : at + by;
    const row = this.rows[Math.max(0, Math.min(this.rows.length - 1, to))];
    this.cursor = row?.id;
    return row;
  }

  #joined(fresh: RowsAnswer<R>): Page<R> {
    return joined({ rows: this.rows, next: this.#next, covered: this.covered }, fresh, this.placeOf);
  }

  #meet(answer: RowsAnswer<R>): void {
    const fresh = { ...answer, rows: answer.rows.filter((row) => !this.#gone.has(row.id)) };
    for (const id of this.#gone) if (!answer.rows.some((row) => row.id === id)) this.#gone.delete(id);
    // In an empty list there is nothing to move.
    if (!this.engaged || this.eager || this.rows.length === 0) {
      this.#settle(this.#joined(fresh));
      return;
    }
    this.rows = refreshed(this.rows, fresh.rows, this.withPlace);
    this.pending = waiting(this.rows, fresh.rows, this.placeOf);
    this.#fresh = fresh;
  }

  async #refreshInSight(generation: number): Promise<void> {
    const before = this.rows[this.firstInSight - 1];
    if (!before) return;
    const answer = await this.ask(this.placeOf(before));
    if (generation === this.#generation) this.rows = refreshed(this.rows, answer.rows, this.withPlace);
  }

  #settle(page: Page<R>): void {
    this.rows = page.rows;
    this.#next = page.next;
    this.covered = page.covered;
    this.#fresh = undefined;
    this.pending = 0;
    this.phase = 'ready';
    this.failure = undefined;
  }

  #fail(thrown: unknown): void {
    this.failure = HostError.from(thrown);
    this.phase = 'failed';
  }
}
