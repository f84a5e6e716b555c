// Whether what a service was told is worth a word in a list: most deliveries are answered 200 at once.
import type { ToldRow } from './host/bindings';

/** An answer that takes longer than this is worth a word. */
const slow = 1000;

/** True when a service was told something else than that its delivery is kept, was told late, or not at all. */
export function isUnusual(told: ToldRow | undefined): told is ToldRow {
  if (told === undefined) return false;
  return (told.status !== 200 && told.status !== 401) || !told.handed || told.answering > slow;
}
