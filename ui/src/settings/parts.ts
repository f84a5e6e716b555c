// The parts of a hook address's own page, in the order of their tabs: one line for each.
import type { Component } from 'svelte';
import type { SourceRow } from '../host/bindings';
import { whole } from '../overview.svelte';
import { words } from '../words';
import Answer from './answer/Answer.svelte';
import Connect from './connect/Connect.svelte';
import Forward from './forward/Forward.svelte';
import Signature from './signature/Signature.svelte';

export interface Part {
  /** As it stands in the address of the window. */
  id: string;
  title: string;
  view: Component<{ source: SourceRow }>;
  /** What stands behind the title, when it is more than nothing. */
  count?: (source: SourceRow) => number;
}

export const parts: Part[] = [
  { id: 'connect', title: words.addresses.parts.connect, view: Connect },
  { id: 'signature', title: words.addresses.parts.signature, view: Signature },
  { id: 'answer', title: words.answers.tab, view: Answer, count: ({ answer }) => (answer ? 1 : 0) },
  {
    id: 'forward',
    title: words.forward.title,
    view: Forward,
    count: ({ name }) => whole.now?.dead_letters.find(({ source }) => source === name)?.count ?? 0,
  },
];
