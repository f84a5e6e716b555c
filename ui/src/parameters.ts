// What stands in the address of the window: for each page the parameters it keeps. A new page or parameter is a line here.
import type { View } from './host/bindings';
import { words } from './words';

export type Page =
  'conversations' | 'deliveries' | 'refused' | 'addresses' | 'tunnel' | 'send' | 'history' | 'visitor';

/** Everything the address can tell. What a page does not keep is left as it is while that page is shown. */
export interface Spot {
  page: Page;
  view: View;
  service: string | undefined;
  search: string;
  conversation: string | undefined;
  delivery: string | undefined;
  /** The sample that a request is made from. */
  sample: string | undefined;
  /** The delivery that the open one is compared with. */
  with: string | undefined;
  source: string | undefined;
  /** Only deliveries in quarantine. */
  quarantined: boolean;
  /** A search for deliveries. */
  sought: string;
  /** Each new delivery opens as it arrives. */
  following: boolean;
  /** The request that was not taken and is open. */
  refusal: string | undefined;
  /** Any conversation of the visitor that is shown. */
  visitor: string | undefined;
  /** The long work whose report is open. */
  work: string | undefined;
  /** The hook address that is open, by its name. */
  hook: string | undefined;
  /** Which part of an opened hook address is shown; its first when absent. */
  part: string | undefined;
  /** The target whose log is open, where the address forwards. */
  target: string | undefined;
  /** Which guide is read where there are several: a service, and which of its ways. */
  guide: string | undefined;
  /** The kind of tunnel that is looked at. */
  kind: string | undefined;
  /** The value that is meant: of a conversation a path in its transcript, of a delivery a pointer into its payload. */
  at: string | undefined;
}

type Field = Exclude<keyof Spot, 'page' | 'view'>;

/** What a field is when its parameter is not there; only what differs from it is written. */
const absent: Pick<Spot, Field> = {
  service: undefined,
  search: '',
  conversation: undefined,
  delivery: undefined,
  sample: undefined,
  with: undefined,
  source: undefined,
  quarantined: false,
  sought: '',
  following: false,
  refusal: undefined,
  visitor: undefined,
  work: undefined,
  hook: undefined,
  part: undefined,
  target: undefined,
  guide: undefined,
  kind: undefined,
  at: undefined,
};

/** The field of each parameter, in the order they are written. What follows `open` belongs to what is open. */
const kept: Record<Page, [parameter: string, field: Field][]> = {
  conversations: [
    ['service', 'service'],
    ['search', 'search'],
    ['open', 'conversation'],
    ['at', 'at'],
  ],
  deliveries: [
    ['source', 'source'],
    ['quarantined', 'quarantined'],
    ['search', 'sought'],
    ['follow', 'following'],
    ['open', 'delivery'],
    ['with', 'with'],
    ['at', 'at'],
  ],
  addresses: [
    ['open', 'hook'],
    ['part', 'part'],
    ['target', 'target'],
    ['guide', 'guide'],
  ],
  refused: [['open', 'refusal']],
  history: [['open', 'work']],
  tunnel: [['kind', 'kind']],
  visitor: [['of', 'visitor']],
  send: [
    ['delivery', 'delivery'],
    ['sample', 'sample'],
  ],
};

/** The parameters that count: none of those behind an `open` that is not there. */
function counting(page: Page, isThere: (parameter: string, field: Field) => boolean): [string, Field][] {
  const open = kept[page].findIndex(
    ([parameter, field]) => parameter === 'open' && !isThere(parameter, field),
  );
  return open < 0 ? kept[page] : kept[page].slice(0, open);
}

/** The address of a place, from its `#` on. */
export function addressOf(spot: Spot): string {
  const parts = new URLSearchParams();
  for (const [parameter, field] of counting(spot.page, (_, field) => spot[field] !== undefined)) {
    const value = spot[field];
    if (value !== absent[field] && value !== undefined)
      parts.set(parameter, value === true ? '' : String(value));
  }
  const query = parts.toString();
  return `#/${spot.page === 'conversations' ? spot.view : spot.page}${query ? `?${query}` : ''}`;
}

/** What an address tells. One that tells nothing known is the inbox. */
export function spotOf(address: string): Partial<Spot> & Pick<Spot, 'page'> {
  const [path = '', query = ''] = address.replace(/^#\//, '').split('?', 2);
  const parts = new URLSearchParams(query);
  const known = path !== 'conversations' && Object.hasOwn(kept, path);
  const page = known && (path !== 'visitor' || parts.get('of')) ? (path as Page) : 'conversations';
  const spot: Partial<Spot> & Pick<Spot, 'page'> = { page, at: undefined };
  if (page === 'conversations') spot.view = Object.hasOwn(words.views, path) ? (path as View) : 'inbox';
  const told: Partial<Record<Field, string | boolean | undefined>> = spot;
  for (const [, field] of kept[page]) told[field] = absent[field];
  for (const [parameter, field] of counting(page, (parameter) => parts.has(parameter))) {
    if (parts.has(parameter)) told[field] = absent[field] === false ? true : parts.get(parameter)!;
  }
  return spot;
}
