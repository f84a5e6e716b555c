// How a fresh first page meets the rows already on screen. Pure, so that every case can be tried.

export interface Keyed {
  id: string;
}

/** Which part of a list ordered by numbers has been looked at, where finding rows takes looking at many that are none. */
export interface Covered {
  /** Everything from here… */
  from: number;
  /** …to here. */
  to: number;
  /** The lowest number there is. */
  least: number;
  /** What the number `from` is about, in time. */
  at?: string;
}

export interface Page<R> {
  rows: R[];
  next?: string;
  covered?: Covered;
}

/** The rows as they would stand if everything new were shown at once. */
export function joined<R extends Keyed>(
  shown: Page<R>,
  fresh: Page<R>,
  placeOf: (row: R) => string,
): Page<R> {
  if (fresh.covered && shown.covered) return joinedWhereCovered(shown, fresh, shown.covered, fresh.covered);
  if (fresh.next === undefined) return fresh;
  const index = new Map(shown.rows.map((row, at) => [row.id, at]));
  const known = fresh.rows.map((row) => {
    const at = index.get(row.id);
    return at !== undefined && placeOf(shown.rows[at]!) === placeOf(row) ? at : -1;
  });
  const anchor = known.at(-1) ?? -1;
  // The page must end on a row that stayed where it was; otherwise rows in between are unknown and the list starts over.
  if (anchor < 0) return fresh;
  const inFresh = new Set(fresh.rows.map((row) => row.id));
  const rest = shown.rows.slice(anchor + 1).filter((row) => !inFresh.has(row.id));
  return rest.length ? { rows: [...fresh.rows, ...rest], next: shown.next } : fresh;
}

/** The same where it is known what each has looked at: they join when nothing between them is unknown. */
function joinedWhereCovered<R extends Keyed>(
  shown: Page<R>,
  fresh: Page<R>,
  old: Covered,
  now: Covered,
): Page<R> {
  if (now.from > old.to + 1 || now.from < old.from) return fresh;
  const below = shown.rows.filter((row) => Number(row.id) < now.from);
  return {
    rows: [...fresh.rows, ...below],
    next: shown.next,
    covered: { ...old, to: now.to, least: now.least },
  };
}

/** The shown rows in their present places, with what is newer about each of them. */
export function refreshed<R extends Keyed>(shown: R[], fresh: R[], keepPlace: (row: R, old: R) => R): R[] {
  const newer = new Map(fresh.map((row) => [row.id, row]));
  return shown.map((old) => {
    const row = newer.get(old.id);
    return row ? keepPlace(row, old) : old;
  });
}

/** How many fresh rows would appear or move to the top. */
export function waiting<R extends Keyed>(shown: R[], fresh: R[], placeOf: (row: R) => string): number {
  const places = new Map(shown.map((row) => [row.id, placeOf(row)]));
  const lowest = shown.length ? fresh.findLastIndex((row) => places.get(row.id) === placeOf(row)) : -1;
  // Rows below everything shown are not new; they are simply the next ones.
  const reach = lowest < 0 ? fresh.length : lowest;
  return fresh.filter((row, at) => at < reach && places.get(row.id) !== placeOf(row)).length;
}
