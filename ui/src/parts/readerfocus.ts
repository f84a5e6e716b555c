// Opening by keyboard takes the focus along, as soon as what was opened is there.
let wanted = false;

/** Moves the focus into the reader: now if it already shows what was opened, otherwise when it comes. */
export function focusReader(already: boolean): void {
  wanted = !already;
  if (already) document.querySelector<HTMLElement>('[data-reader]')?.focus();
}

/** Opening with the mouse leaves the focus where it is. */
export function leaveFocus(): void {
  wanted = false;
}

/** For the element that takes the focus: `{@attach takesFocus}`. */
export function takesFocus(element: HTMLElement): void {
  if (!wanted) return;
  wanted = false;
  element.focus();
}
