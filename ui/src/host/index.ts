// What shows the page: the desktop window or a browser. Everything outside this folder knows only this interface.
import type { Acts, Failure, Queries } from './bindings';
import { tauriHost } from './tauri';
import { webHost } from './web';

export type ReportFormat = 'csv' | 'json';

/** All of a body, as sent or inflated, or the part of a number. */
export type SavedBody = 'body' | 'inflated' | `part-${number}`;

export interface Host {
  kind: 'desktop' | 'browser';
  query<K extends keyof Queries>(name: K, ask: Queries[K]['ask']): Promise<Queries[K]['answer']>;
  act<K extends keyof Acts>(name: K, ask: Acts[K]['ask']): Promise<Acts[K]['answer']>;
  /** Calls back with the newest change number whenever something changed; returns how to stop. */
  onChange(callback: (change: number) => void): () => void;
  /** Saves one conversation as an HTML file; answers false when the person thought better of it. */
  exportHtml(id: string): Promise<boolean>;
  /** Lets the person choose files or a folder to import; answers false when they thought better of it. */
  importChosen(what: 'files' | 'folder'): Promise<boolean>;
  /**
   * Imports what is dropped onto the window. Tells whether something hangs over it, and when something was dropped the
   * promise of its being handed over. Returns how to stop.
   */
  onDrop(hanging: (hangs: boolean) => void, dropped: (given: Promise<void>) => void): () => void;
  /** Saves the report of long work; answers false when the person thought better of it. */
  saveReport(work: string, format: ReportFormat): Promise<boolean>;
  /** Saves the file that long work made; answers false when the person thought better of it. */
  saveFile(work: string): Promise<boolean>;
  /** Saves a delivery's body or a part of it; answers false when the person thought better of it. */
  saveBody(delivery: string, what: SavedBody): Promise<boolean>;
  openLink(url: string): Promise<void>;
  /** Copies a text, also one that is on its way: a browser lets a page copy only at the click itself. */
  copy(text: string | Promise<string>): Promise<void>;
}

/** Every failure of a host, with its stable code. */
export class HostError extends Error implements Failure {
  constructor(
    readonly code: string,
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
  }

  static from(thrown: unknown): HostError {
    if (thrown instanceof HostError) return thrown;
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown) {
      const { code, detail } = thrown as Partial<Failure>;
      return new HostError(String(code), String(detail ?? ''));
    }
    return new HostError('unexpected', thrown instanceof Error ? thrown.message : String(thrown));
  }
}

const inWindow = typeof window !== 'undefined' && '__TAURI_INTERNALS__' in window;

export const host: Host = inWindow ? tauriHost() : webHost();
