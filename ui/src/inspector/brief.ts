import { visible } from '../format';
import type { TreeNode } from '../host/bindings';
import { words } from '../words';

/** A node in one line: its value, or how much is in it. */
export function brief(node: TreeNode): string {
  const inside = node.children?.length ?? 0;
  if (node.kind === 'object') return `{ ${words.inspector.members(inside)} }`;
  if (node.kind === 'array') return `[ ${words.inspector.items(inside)} ]`;
  const value = visible((node.value ?? 'null').slice(0, 400));
  return node.kind === 'string' ? `"${value}"` : value;
}
