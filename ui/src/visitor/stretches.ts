// Parts of a long path put together. Pure.
import type { PathStretch } from '../host/bindings';

/** The known parts with further ones after them; a conversation that goes on stays one stretch. */
export function continued(known: PathStretch[], more: PathStretch[]): PathStretch[] {
  const last = known.at(-1);
  const [first, ...rest] = more;
  if (!last || !first || last.conversation !== first.conversation) return [...known, ...more];
  const fresh = first.pages.slice(Math.max(0, last.before + last.pages.length - first.before));
  return [...known.slice(0, -1), { ...last, of: first.of, pages: [...last.pages, ...fresh] }, ...rest];
}
