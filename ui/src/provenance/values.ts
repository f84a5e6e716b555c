// Values in the page that lead to their origin. They are plain text with `data-origin`, the path of the value in the
// transcript: neither buttons nor stops of the Tab key, of which each region has one that moves with the arrows.

export const isValue = (node: Node): node is HTMLElement =>
  node instanceof HTMLElement && node.dataset.origin !== undefined;

/** The values in an element, itself included. */
export function placesIn(element: Element): HTMLElement[] {
  const inside = [...element.querySelectorAll<HTMLElement>('[data-origin]')];
  return isValue(element) ? [element, ...inside] : inside;
}

/** True for what is out of sight, above or below. */
export function isLost(spot: Element, edge: DOMRect): boolean {
  const { top, bottom } = spot.getBoundingClientRect();
  return bottom <= edge.top || top >= edge.bottom;
}

const rowOf = (value: Element) => value.closest('li, dl > div, p, h2');

/** What kind of value it is: `text` of `messages[3].text`. */
const kindOf = (value: HTMLElement) => value.dataset.origin?.split('.').at(-1);

/** The value that an arrow leads to: left and right to the next one, up and down to the like one of the next row. */
export function step(box: HTMLElement, from: HTMLElement, key: string): HTMLElement | undefined {
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_ELEMENT, (node) =>
    isValue(node) && (node.checkVisibility?.() ?? true) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP,
  );
  walker.currentNode = from;
  const next = () =>
    key === 'ArrowRight' || key === 'ArrowDown' ? walker.nextNode() : walker.previousNode();
  let found = next();
  if (key === 'ArrowDown' || key === 'ArrowUp') {
    const row = rowOf(from);
    while (found && rowOf(found as HTMLElement) === row) found = next();
    const beside = found ? placesIn(rowOf(found as HTMLElement) ?? (found as HTMLElement)) : [];
    found = beside.find((each) => kindOf(each) === kindOf(from)) ?? beside.at(-1) ?? found;
  }
  return (found as HTMLElement | null) ?? undefined;
}
