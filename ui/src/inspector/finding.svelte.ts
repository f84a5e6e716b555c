// What is looked for in the open tree. It stays while one goes from delivery to delivery, so the same value is found in each.
import type { TreeNode } from '../host/bindings';
import { deliveries } from './deliveries.svelte';
import { found, step } from './find';

class Finding {
  words = $state('');
  root = $state.raw<TreeNode>();
  hits = $derived(this.root ? found(this.root, this.words.trim()) : []);
  #here = $derived(new Set(this.hits));

  /** Where the chosen value is among the hits, from 0; -1 when it is none. */
  get at(): number {
    return deliveries.pointer === undefined ? -1 : this.hits.indexOf(deliveries.pointer);
  }

  isHit(pointer: string): boolean {
    return this.#here.has(pointer);
  }

  go(by: 1 | -1): void {
    const to = step(this.hits, deliveries.pointer, by);
    if (to !== undefined) deliveries.at = to;
  }
}

export const finding = new Finding();
