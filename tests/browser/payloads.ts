// The services' own payloads, and what becomes of them, as the other tests know it too.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Transcript } from '../../ui/src/host/bindings';

const folder = resolve(__dirname, '../fixtures');

export const services = ['chatlio', 'smartsupp', 'comm100', 'chatvisor', 'snapengage', 'tawkto'];

export function payload(service: string, file: string): Buffer {
  return readFileSync(resolve(folder, service, file));
}

/** The conversations a payload becomes on its own. */
export function becomes(service: string, file: string): Transcript[] {
  const expected = file.replace(/\.\w+$/, '.expected.json');
  const text = readFileSync(resolve(folder, service, expected), 'utf8');
  return (JSON.parse(text) as { transcripts?: Transcript[] }).transcripts ?? [];
}

/** Every payload of a service that becomes a conversation by itself. */
export function conversations(service: string): string[] {
  return readdirSync(resolve(folder, service))
    .filter((file) => !file.endsWith('.expected.json') && !file.endsWith('.md'))
    .filter((file) => becomes(service, file).length > 0);
}

/** How the page writes a text: control characters and direction overrides as escapes. */
export { visible as shown } from '../../ui/src/format';
