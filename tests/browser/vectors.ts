// What strangers may write, and payloads in which it stands in every text.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { payload } from './payloads';

export interface Vector {
  name: string;
  tries: string;
  text?: string;
  /** Bytes between the quotation marks of a JSON text, where it is no text. */
  hex?: string;
  /** It calls out wherever a page takes it for HTML. */
  fires?: boolean;
}

export const families = ['scripts', 'loads', 'urls', 'formulas', 'file_names', 'text'] as const;

export function family(name: (typeof families)[number]): Vector[] {
  const file = resolve(__dirname, '../hostile/vectors', `${name}.json`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] }).vectors;
}

/** Every text of a service's fullest payload, made anew: those that hold markup in the fixture. */
function rewritten(value: unknown, text: () => string): unknown {
  if (typeof value === 'string') return value.includes('<script>') ? text() : value;
  if (Array.isArray(value)) return value.map((item) => rewritten(item, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, rewritten(entry, text)]));
}

/** A payload of a service with these texts, one after another and from the first again; `name` tells its conversation from others. */
export function filled(service: string, name: string, texts: string[], from = 0): Buffer {
  const fixture = payload(service, 'html_in_every_text.json').toString();
  const ids = /html-\w+|70fe3290-44ad-11e9-a30a-515671621700/g;
  let at = from;
  const value = rewritten(JSON.parse(fixture.replace(ids, name)), () => texts[at++ % texts.length]!);
  return Buffer.from(JSON.stringify(value));
}

/** How many texts a service's payload has. */
export function textsOf(service: string): number {
  let count = 0;
  rewritten(JSON.parse(payload(service, 'html_in_every_text.json').toString()), () => String(count++));
  return count;
}

/** The same with bytes that are no text in every place. */
export function withBytes(service: string, name: string, hex: string): Buffer {
  const place = '@@bytes@@';
  const parts = filled(service, name, [place]).toString().split(place);
  return Buffer.concat(
    parts.flatMap((part, at) => [...(at ? [Buffer.from(hex, 'hex')] : []), Buffer.from(part)]),
  );
}

/** A body that is much. */
export interface Large {
  name: string;
  tries: string;
  becomes?: 'conversation' | 'no_conversation' | 'unreadable';
  /** The answer of a door that does not take it. */
  refused?: number;
  body: Buffer;
}

interface Recipe extends Omit<Large, 'body'> {
  begin?: string;
  each: string;
  between?: string;
  first?: number;
  times: number;
  middle?: string;
  close?: string;
  end?: string;
  bytes?: number;
}

/** Every body that is much, as the tests of the door and of the exports make it too. */
export function large(): Large[] {
  const file = resolve(__dirname, '../hostile/vectors/large.json');
  const { bodies } = JSON.parse(readFileSync(file, 'utf8')) as { bodies: Recipe[] };
  return bodies.map(({ begin, each, between, first, times, middle, close, end, bytes, ...told }): Large => {
    const numbered = (_: unknown, at: number) => each.replaceAll('{n}', String((first ?? 0) + at));
    const items = each.includes('{n}')
      ? Array.from({ length: times }, numbered).join(between ?? '')
      : (each + (between ?? '')).repeat(times - 1) + each;
    const text = [begin, items, middle, close?.repeat(times), end].join('');
    return { ...told, body: Buffer.from(text.padEnd(bytes ?? 0)) };
  });
}
