import { expect, test } from 'vitest';
import type { GuideFact, GuideWay } from '../../host/bindings';
import { pagesOf, shortPage } from './pages';

const on = (page?: string): GuideFact => ({ text: '.', known: page ? 'documented' : 'not_documented', page });

test('each page has one number, in the order of reading', () => {
  const way: GuideWay = {
    name: 'Webhooks',
    plan: on('https://a.example/plan'),
    steps: [on('https://a.example/set-up'), on('https://a.example/plan')],
    events: [{ name: 'e', advice: 'needed', brings: on('https://a.example/events') }],
    never: [on()],
    format: on('https://a.example/format'),
    signs: false,
    secret: on(),
    retries: on('https://a.example/events'),
    address: on(),
    https_only: false,
    one_for_all: on(),
    trigger: on('https://a.example/try'),
  };
  expect(pagesOf(way)).toEqual(
    ['plan', 'set-up', 'events', 'try', 'format'].map((name) => `https://a.example/${name}`),
  );
});

test('a page is written without what every page has', () => {
  expect(shortPage('https://www.a.example/help/hooks/')).toBe('a.example/help/hooks');
});
