// Short messages at the foot of the window, and the undo stack behind them.
import { HostError } from '../host';
import { words } from '../words';
import { explain } from '../words/errors';

export interface Toast {
  id: number;
  title: string;
  next?: string;
  bad: boolean;
  undo?: () => void;
}

const shortly = 6_000;
const longer = 12_000;

let lastId = 0;
const undoable: { run: () => Promise<void> }[] = [];

class Toasts {
  list = $state.raw<Toast[]>([]);

  say(title: string): void {
    this.#add({ title, bad: false }, shortly);
  }

  warn(title: string, next?: string): void {
    this.#add({ title, next, bad: true }, longer);
  }

  /** Says why something did not work; never silent. */
  fail(thrown: unknown): void {
    const { code, detail } = HostError.from(thrown);
    const { title, next } = explain(code, detail);
    this.#add({ title, next, bad: true }, longer);
  }

  /** Says what was done and offers to take it back. */
  done(title: string, undo: () => Promise<void>, quietly = false): void {
    undoable.push({ run: undo });
    if (!quietly) this.#add({ title, bad: false, undo: () => void this.undo() }, shortly);
  }

  async undo(): Promise<void> {
    const last = undoable.pop();
    this.list = this.list.filter((toast) => !toast.undo);
    if (!last) return this.say(words.done.nothingToUndo);
    try {
      await last.run();
      this.say(words.done.undone);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  #add(toast: Omit<Toast, 'id'>, stays: number): void {
    const id = ++lastId;
    // Two at most: a pile of messages hides the work.
    this.list = [...this.list.filter((each) => each.title !== toast.title), { ...toast, id }].slice(-2);
    setTimeout(() => this.dismiss(id), stays);
  }
}

export const toasts = new Toasts();

/** Runs something a person asked for and shows its failure. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    toasts.fail(thrown);
    return undefined;
  }
}
