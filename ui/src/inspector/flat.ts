// A payload tree as the lines that are unfolded. Walks without recursion, because payloads nest as deep as they like.
import type { TreeNode } from '../host/bindings';

export interface TreeLine {
  node: TreeNode;
  level: number;
  parent: number;
  position: number;
  siblings: number;
}

/** Every unfolded node in order. */
export function flat(root: TreeNode, unfolded: ReadonlySet<string>): TreeLine[] {
  const lines: TreeLine[] = [];
  const stack: TreeLine[] = [{ node: root, level: 1, parent: -1, position: 1, siblings: 1 }];
  for (let line = stack.pop(); line; line = stack.pop()) {
    const { node, level } = line;
    const at = lines.push(line) - 1;
    const { children } = node;
    if (!children || !unfolded.has(node.pointer)) continue;
    for (let child = children.length - 1; child >= 0; child--) {
      stack.push({
        node: children[child]!,
        level: level + 1,
        parent: at,
        position: child + 1,
        siblings: children.length,
      });
    }
  }
  return lines;
}

/** The first two levels, and small branches below: what fits on one screen. */
export function unfoldedAtFirst(root: TreeNode): Set<string> {
  const unfolded = new Set<string>();
  let shown = 1;
  let level = [root];
  while (level.length && shown < 80) {
    const next: TreeNode[] = [];
    for (const node of level) {
      const { children } = node;
      if (!children?.length || (node !== root && shown + children.length > 80)) continue;
      unfolded.add(node.pointer);
      shown += children.length;
      next.push(...children);
    }
    level = next;
  }
  return unfolded;
}

/** The pointers of all ancestors of a place, so that it can be brought into sight. */
export function ancestors(pointer: string): string[] {
  const parts = pointer.split('/');
  return parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** Finds a node by its pointer. */
export function nodeAt(root: TreeNode, pointer: string): TreeNode | undefined {
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.pointer === pointer) return node;
    const inside = node.pointer === '' || pointer.startsWith(`${node.pointer}/`);
    if (inside && node.children) stack.push(...node.children);
  }
  return undefined;
}

/** A place without the bytes that are meant of its text. */
export function withoutBytes(at: string): string {
  return at.replace(/@\d+-\d+$/, '');
}
