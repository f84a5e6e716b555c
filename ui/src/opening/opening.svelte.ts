// Whether the archive is open. The window is told in its address when it is shown before that; then this asks until it is.
import { host } from '../host';
import type { OpeningRow } from '../host/bindings';

const marker = '?opening';
const between = 150;

class Opening {
  /** How far it is; undefined before the first answer. */
  now = $state.raw<OpeningRow>();
  over = $state(true);

  /** Asks until the archive is open, if the address says that it may not be; returns how to stop. */
  start(): () => void {
    this.over = location.search !== marker;
    if (this.over) return () => {};
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const ask = async () => {
      // What keeps this question from being answered is told by the inbox, as everywhere.
      const answer = await host.query('opening', {}).catch(() => ({ opening: undefined }));
      if (stopped) return;
      this.now = answer.opening;
      if (answer.opening) timer = setTimeout(() => void ask(), between);
      else this.#end();
    };
    void ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }

  #end(): void {
    // A page that is loaded again has nothing to wait for.
    history.replaceState(null, '', location.pathname + location.hash);
    this.over = true;
  }
}

export const opening = new Opening();
