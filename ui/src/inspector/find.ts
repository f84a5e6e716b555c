// Looking for a text in a payload tree. Walks without recursion, because payloads nest as deep as they like.
import type { TreeNode } from '../host/bindings';

/** The pointers of all values whose name or text holds the words, in the order of the tree; each once. */
export function found(root: TreeNode, words: string): string[] {
  const wanted = words.toLowerCase();
  if (!wanted) return [];
  const pointers = new Set<string>();
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    const { key, value, children, pointer } = node;
    if (key?.toLowerCase().includes(wanted) || (!children && value?.toLowerCase().includes(wanted)))
      pointers.add(pointer);
    for (let at = (children?.length ?? 0) - 1; at >= 0; at--) stack.push(children![at]!);
  }
  return [...pointers];
}

/** The hit to go to next: from where one stands in the tree, around its end. */
export function step(hits: string[], now: string | undefined, by: 1 | -1): string | undefined {
  if (hits.length === 0) return undefined;
  const at = now === undefined ? -1 : hits.indexOf(now);
  if (at < 0) return by > 0 ? hits[0] : hits.at(-1);
  return hits[(at + by + hits.length) % hits.length];
}
