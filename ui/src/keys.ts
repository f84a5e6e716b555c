// The one key map: every command, its keys, and where it stands on the sheet.
import { words } from './words';

export type Command = keyof typeof words.commands;

interface Binding {
  command: Command;
  /** As `KeyboardEvent.key`; `Mod+` is ⌘ on a Mac and Ctrl elsewhere. */
  keys: string[];
  group: keyof typeof words.keyGroups;
}

export const keyMap: Binding[] = [
  { command: 'down', keys: ['j'], group: 'list' },
  { command: 'up', keys: ['k'], group: 'list' },
  { command: 'open', keys: ['Enter'], group: 'list' },
  { command: 'showNew', keys: ['n'], group: 'list' },
  { command: 'read', keys: ['u'], group: 'conversation' },
  { command: 'star', keys: ['s'], group: 'conversation' },
  { command: 'archive', keys: ['e'], group: 'conversation' },
  { command: 'undo', keys: ['z'], group: 'conversation' },
  { command: 'exportHtml', keys: ['x'], group: 'conversation' },
  { command: 'details', keys: ['d'], group: 'conversation' },
  { command: 'visitor', keys: ['v'], group: 'conversation' },
  { command: 'joinVisitor', keys: ['m'], group: 'conversation' },
  { command: 'origin', keys: ['o'], group: 'conversation' },
  { command: 'nextHit', keys: ['.', 'F3'], group: 'conversation' },
  { command: 'previousHit', keys: [',', 'Shift+F3'], group: 'conversation' },
  { command: 'accept', keys: ['a'], group: 'delivery' },
  { command: 'follow', keys: ['l'], group: 'delivery' },
  { command: 'pin', keys: ['p'], group: 'delivery' },
  { command: 'note', keys: ['w'], group: 'delivery' },
  { command: 'nextTab', keys: ['t'], group: 'delivery' },
  { command: 'findInBody', keys: ['f'], group: 'delivery' },
  { command: 'copyPointer', keys: ['y'], group: 'delivery' },
  { command: 'copyValue', keys: ['g'], group: 'delivery' },
  { command: 'saveBody', keys: ['b'], group: 'delivery' },
  { command: 'resend', keys: ['r'], group: 'delivery' },
  { command: 'sendRequest', keys: ['Mod+enter'], group: 'delivery' },
  { command: 'copyCurl', keys: ['c'], group: 'delivery' },
  { command: 'select', keys: ['q'], group: 'delivery' },
  { command: 'compare', keys: ['='], group: 'delivery' },
  { command: 'search', keys: ['/', 'Mod+k'], group: 'everywhere' },
  { command: 'back', keys: ['Escape'], group: 'everywhere' },
  { command: 'inbox', keys: ['1'], group: 'everywhere' },
  { command: 'unread', keys: ['2'], group: 'everywhere' },
  { command: 'missed', keys: ['3'], group: 'everywhere' },
  { command: 'offline', keys: ['4'], group: 'everywhere' },
  { command: 'starred', keys: ['5'], group: 'everywhere' },
  { command: 'archived', keys: ['6'], group: 'everywhere' },
  { command: 'everything', keys: ['7'], group: 'everywhere' },
  { command: 'deliveries', keys: ['8'], group: 'everywhere' },
  { command: 'addresses', keys: ['9'], group: 'everywhere' },
  { command: 'history', keys: ['0'], group: 'everywhere' },
  { command: 'tunnel', keys: ['-'], group: 'everywhere' },
  { command: 'secrets', keys: ['h'], group: 'everywhere' },
  { command: 'help', keys: ['?'], group: 'everywhere' },
];

export const onMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

const byKey = new Map(keyMap.flatMap(({ command, keys }) => keys.map((key) => [key, command] as const)));

/** How a key is written for a person. */
export function keyLabel(key: string): string {
  return key
    .replace('Mod+', onMac ? '⌘' : 'Ctrl ')
    .replace('Shift+', onMac ? '⇧' : 'Shift ')
    .replace('Escape', 'Esc')
    .replace('enter', 'Enter')
    .replace(/^.$|(?<= |⌘)[a-z]$/, (letter) => letter.toUpperCase());
}

export function commandOf(event: KeyboardEvent): Command | undefined {
  if (event.altKey || event.isComposing) return undefined;
  const mod = onMac ? event.metaKey : event.ctrlKey;
  if (mod) return byKey.get(`Mod+${event.key.toLowerCase()}`);
  if (event.metaKey || event.ctrlKey) return undefined;
  if (event.shiftKey && event.key.length > 1) return byKey.get(`Shift+${event.key}`);
  // With Caps Lock on, letters arrive as capitals.
  return byKey.get(event.shiftKey ? event.key : event.key.toLowerCase()) ?? byKey.get(event.key);
}

type Handler = (event: KeyboardEvent) => boolean | void;
const handlers: Partial<Record<Command, Handler>>[] = [];

/** Adds handlers on top of the others; one that returns false lets the next try. Returns how to take them away. */
export function addKeys(added: Partial<Record<Command, Handler>>): () => void {
  handlers.unshift(added);
  return () => void handlers.splice(handlers.indexOf(added), 1);
}

function isTyping(event: KeyboardEvent): boolean {
  // Inside a shadow root, as the editor of a body is, the event itself names only its host.
  const [target] = event.composedPath();
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

/** Keys that a focused control needs for itself. */
function belongsToControl(event: KeyboardEvent): boolean {
  const { target, key } = event;
  return (
    key === 'Enter' && target instanceof HTMLElement && target.matches('button, a, summary, [role="tab"]')
  );
}

export function onKeydown(event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
  const command = commandOf(event);
  if (!command || belongsToControl(event)) return;
  if (isTyping(event) && !(event.metaKey || event.ctrlKey) && command !== 'back') return;
  for (const each of handlers) {
    const handler = each[command];
    if (handler && handler(event) !== false) {
      event.preventDefault();
      return;
    }
  }
}
