// How much room there is, and which panes are shown in it.
import { MediaQuery } from 'svelte/reactivity';
import { remembered } from './parts/remembered';

const kept = remembered('details');

class Layout {
  #narrow = new MediaQuery('(max-width: 759.9px)', false);
  #tight = new MediaQuery('(max-width: 1099.9px)', false);
  /** The drawer of a tight window always starts closed; the pane of a wide one stays as it was left. */
  #drawer = $state(false);
  #pane = $state(kept.read() !== 'closed');
  menu = $state(false);

  /** List and reader take turns. */
  get narrow(): boolean {
    return this.#narrow.current;
  }

  /** Details are a drawer over the reader. */
  get tight(): boolean {
    return this.#tight.current;
  }

  get details(): boolean {
    return this.tight ? this.#drawer : this.#pane;
  }

  set details(open: boolean) {
    if (this.tight) {
      this.#drawer = open;
      return;
    }
    this.#pane = open;
    kept.write(open ? 'open' : 'closed');
  }
}

export const layout = new Layout();
