import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { linkOf, behind } from './address';

interface Vector {
  name: string;
  text: string;
  link: boolean;
  shows?: string;
  warns?: boolean;
}

const file = new URL('../../tests/hostile/vectors/urls.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] };

test.each(vectors)('$name shows where it leads', ({ text, link, shows, warns = false }) => {
  const address = linkOf(text.replaceAll('{run}', 'run()').replaceAll('{host}', '127.0.0.1:9'));
  expect(address !== undefined, 'only web and mail addresses are followed').toBe(link);
  if (address) expect(address).toEqual({ ...(shows && { host: shows }), misleads: warns });
});

test.each([
  ['https://evil.example/x', 'https://bank.example/', 'evil.example'],
  ['https://evil.example/x', 'bank.example/login', 'evil.example'],
  ['https://shop.example/x', 'SHOP.example/lamps', undefined],
  ['https://shop.example/x', 'our lamps', undefined],
  ['https://shop.example/x', 'lamps.', undefined],
  ['https://shop.example/x', '2.5', undefined],
  ['https://bank.example@evil.example/', 'the bank', 'evil.example'],
  ['mailto:a@b.example', 'b.example', undefined],
])('%s under the words %s', (address, words, host) => {
  expect(behind(linkOf(address)!, words)).toBe(host);
});
