// Where somebody stood in a conversation: noted when they leave, found again when Back brings them there.
import { isLost, placesIn } from './values';

interface Anchor {
  /** The value by which the place is found again: its pixels may be others. */
  value: string;
  /** How far below the upper edge it stood. */
  top: number;
}

/** What is noted with a step of the history. */
export interface Standing {
  /** The value that was acted on. */
  value: string;
  /** For each scrolled region by its name, what stood at its upper edge. */
  anchors: Record<string, Anchor>;
}

const regions = new Map<string, HTMLElement>();

/** Makes a scrolled region known; returns how to forget it. */
export function addRegion(name: string, box: HTMLElement): () => void {
  regions.set(name, box);
  return () => {
    if (regions.get(name) === box) regions.delete(name);
  };
}

/** Where somebody stands now, who acts on this value. */
export function standing(value: string): Standing {
  const anchors: Record<string, Anchor> = {};
  for (const [name, box] of regions) {
    const edge = box.getBoundingClientRect();
    const own = find(box, value);
    const spot = own && !isLost(own, edge) ? own : firstInSight(box, edge);
    if (spot?.dataset.origin)
      anchors[name] = { value: spot.dataset.origin, top: spot.getBoundingClientRect().top - edge.top };
  }
  return { value, anchors };
}

/** Reads what was noted; anything else is nothing. */
export function asStanding(noted: unknown): Standing | undefined {
  const known = noted as Partial<Standing> | null | undefined;
  return typeof known?.value === 'string' && typeof known.anchors === 'object'
    ? (known as Standing)
    : undefined;
}

/** The message that must be drawn for the way back, or for the value that the address names. */
export function neededMessage(noted: unknown, at: string | undefined): number {
  const standing = asStanding(noted);
  const values = standing
    ? [standing.value, ...Object.values(standing.anchors).map((anchor) => anchor.value)]
    : [at ?? ''];
  const numbers = values.map((value) => Number(/^messages\[(\d+)\]/.exec(value)?.[1] ?? -1));
  return Math.max(...numbers);
}

export function find(box: HTMLElement, value: string): HTMLElement | undefined {
  return box.querySelector<HTMLElement>(`[data-origin="${CSS.escape(value)}"]`) ?? undefined;
}

/** Scrolls a region until the element stands this far below its upper edge, or in the middle. Lines out of sight have
 * only a guessed height until they are drawn, so it is done again once they are. */
export function bringBack(box: HTMLElement, element: Element, top?: number): void {
  const settle = (frames: number) => {
    if (!element.isConnected) return;
    const edge = box.getBoundingClientRect();
    const { top: now, height } = element.getBoundingClientRect();
    const off = now - edge.top - (top ?? (edge.height - Math.min(height, edge.height)) / 2);
    if (Math.abs(off) >= 1) box.scrollTop += off;
    if (frames > 0) requestAnimationFrame(() => settle(frames - 1));
  };
  settle(3);
}

function firstInSight(box: HTMLElement, edge: DOMRect): HTMLElement | undefined {
  const x = edge.left + edge.width / 2;
  for (let y = edge.top + 4; y < edge.bottom; y += 12) {
    const row = document.elementFromPoint(x, y)?.closest('li, dl > div, p');
    const spot = row && box.contains(row) ? placesIn(row)[0] : undefined;
    if (spot) return spot;
  }
  return undefined;
}
