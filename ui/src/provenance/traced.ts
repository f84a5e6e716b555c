// Makes the values of a region lead to their origin: a click that selected nothing, Alt and a click also on a link, and
// the keys. Text stays text: it is selected and copied as ever, and a double click still takes a word.
import type { Attachment } from 'svelte/attachments';
import { addKeys } from '../keys';
import { place } from '../place.svelte';
import { showOrigin } from './lead';
import { addRegion, asStanding, bringBack, find } from './returning';
import { isLost, placesIn, step } from './values';

/** A second click within this time makes it a double click, which selects a word. */
const doubleClick = 240;
/** Pixels between press and release that make it a selection. */
const dragged = 4;

/** `name` tells the regions of a conversation apart. */
export function traced(name: string, conversation: () => string): Attachment<HTMLElement> {
  return (box) => {
    let pressed = { x: 0, y: 0, selection: false };
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let stop: HTMLElement | undefined;

    const valueAt = (target: EventTarget | null) => {
      const value = target instanceof Element ? target.closest<HTMLElement>('[data-origin]') : null;
      return value && box.contains(value) ? value : undefined;
    };
    const lead = (value: HTMLElement, byKeyboard: boolean) =>
      void showOrigin(conversation(), value.dataset.origin ?? '', byKeyboard);
    const selects = () => !(getSelection()?.isCollapsed ?? true);

    /** The one value that Tab stops at. */
    const stopAt = (value: HTMLElement | undefined) => {
      if (stop && stop !== value) stop.removeAttribute('tabindex');
      stop = value;
      value?.setAttribute('tabindex', '0');
    };

    const onpointerdown = (event: PointerEvent) => {
      clearTimeout(waiting);
      pressed = { x: event.clientX, y: event.clientY, selection: selects() };
      box.querySelector('.pointed')?.classList.remove('pointed');
    };

    const onclick = (event: MouseEvent) => {
      clearTimeout(waiting);
      const target = event.target as Element;
      const value = valueAt(target);
      if (!value || event.button !== 0 || target.closest('button, summary')) return;
      if (event.altKey) {
        event.preventDefault();
        event.stopPropagation();
        stopAt(value);
        lead(value, false);
        return;
      }
      const moved = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > dragged;
      // A click that ends a selection, or makes one, is about the text.
      if (target.closest('a') || moved || pressed.selection || event.detail > 1 || selects()) return;
      stopAt(value);
      waiting = setTimeout(() => {
        if (!selects()) lead(value, false);
      }, doubleClick);
    };

    const onkeydown = (event: KeyboardEvent) => {
      const value = event.target as HTMLElement;
      if (
        value.dataset.origin === undefined ||
        event.metaKey ||
        event.ctrlKey ||
        event.altKey ||
        event.shiftKey
      )
        return;
      if (event.key === 'Enter') lead(value, true);
      else if (/^Arrow/.test(event.key)) focusOn(step(box, value, event.key));
      else return;
      event.preventDefault();
      event.stopPropagation();
    };

    const onfocusin = (event: FocusEvent) => {
      const value = event.target as HTMLElement;
      if (value.dataset.origin !== undefined) {
        stopAt(value);
        return;
      }
      const edge = box.getBoundingClientRect();
      if (stop?.isConnected && box.contains(stop) && !isLost(stop, edge)) return;
      stopAt(firstIn(box, edge));
    };

    box.addEventListener('pointerdown', onpointerdown);
    box.addEventListener('click', onclick);
    box.addEventListener('keydown', onkeydown);
    box.addEventListener('focusin', onfocusin);
    const forget = [
      addRegion(name, box),
      addKeys({
        origin: () => {
          const value = valueAt(document.activeElement);
          if (!value) return false;
          lead(value, true);
          return true;
        },
      }),
    ];
    restore(name, box);
    return () => {
      clearTimeout(waiting);
      box.removeEventListener('pointerdown', onpointerdown);
      box.removeEventListener('click', onclick);
      box.removeEventListener('keydown', onkeydown);
      box.removeEventListener('focusin', onfocusin);
      forget.forEach((each) => each());
    };
  };
}

/** What each region has been brought back to, so that a region drawn again does not jump. */
let broughtBack = { step: -1, regions: new Set<string>() };

/** Brings a region back to where somebody left it, or to the value that the address names. */
function restore(name: string, box: HTMLElement): void {
  const noted = asStanding(place.noted);
  if (broughtBack.step !== place.steps) broughtBack = { step: place.steps, regions: new Set() };
  if (broughtBack.regions.has(name)) return;
  broughtBack.regions.add(name);
  if (!noted) {
    if (place.at !== undefined) pointAt(box, place.at);
    return;
  }
  focusOn(find(box, noted.value));
  const anchor = noted.anchors[name];
  const stood = anchor && find(box, anchor.value);
  if (stood) bringBack(box, stood, anchor.top);
}

/** Shows a value of the region that the address names. */
function pointAt(box: HTMLElement, at: string): void {
  const value = find(box, at);
  if (!value) return;
  value.classList.add('pointed');
  focusOn(value);
  bringBack(box, value);
}

function focusOn(value: HTMLElement | undefined): void {
  if (!value) return;
  value.tabIndex = 0;
  value.focus();
}

/** The first value in sight, among those of a region that need not be drawn whole. */
function firstIn(box: HTMLElement, edge: DOMRect): HTMLElement | undefined {
  const x = edge.left + edge.width / 2;
  for (let y = edge.top + 4; y < edge.bottom; y += 12) {
    const row = document.elementFromPoint(x, y)?.closest('li, dl > div, p, h2');
    const value = row && box.contains(row) ? placesIn(row).at(-1) : undefined;
    if (value) return value;
  }
  return box.querySelector<HTMLElement>('[data-origin]') ?? undefined;
}
