// How far the keys of a long list go.

/** Rows to move by, where `page` rows are in sight and `all` are there; undefined for every other key. */
export function stepOf(event: KeyboardEvent, page: number, all: number): number | undefined {
  if (event.metaKey || event.ctrlKey || event.altKey) return undefined;
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -all,
    End: all,
  };
  return steps[event.key];
}
