import { expect, test } from 'vitest';
import { addressOf, spotOf, type Spot } from './parameters';

const nowhere: Spot = {
  page: 'conversations',
  view: 'inbox',
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

test.each([
  '#/inbox',
  '#/missed?service=chatlio&search=two+words&open=c1&at=messages%5B0%5D.text',
  '#/everything?search=%26open%3Dc1',
  '#/deliveries?source=shop&quarantined=&open=12&at=',
  '#/deliveries?quarantined=',
  '#/deliveries?open=12&with=7',
  '#/addresses',
  '#/addresses?open=shop&part=signature',
  '#/addresses?open=shop&part=forward&target=3',
  '#/addresses?open=any&guide=smartsupp.1',
  '#/history?open=w1',
  '#/visitor?of=c1',
])('%s is written as it was read', (address) => {
  expect(addressOf({ ...nowhere, ...spotOf(address) })).toBe(address);
});

test.each([
  ['', '#/inbox'],
  ['#/nowhere', '#/inbox'],
  ['#/constructor', '#/inbox'],
  ['#/conversations', '#/inbox'],
  ['#/visitor', '#/inbox'],
  ['#/deliveries?at=/a', '#/deliveries'],
  ['#/deliveries?with=7', '#/deliveries'],
  ['#/addresses?part=signature', '#/addresses'],
])('%s is %s', (address, becomes) => {
  expect(addressOf({ ...nowhere, ...spotOf(address) })).toBe(becomes);
});

test('a page says nothing about what another page keeps', () => {
  expect(spotOf('#/addresses?open=shop')).not.toHaveProperty('delivery');
  expect(spotOf('#/deliveries')).toMatchObject({
    delivery: undefined,
    source: undefined,
    quarantined: false,
    sought: '',
    following: false,
  });
});

test('a page writes nothing of what another page keeps', () => {
  expect(addressOf({ ...nowhere, page: 'addresses', delivery: '12', at: '/a' })).toBe('#/addresses');
});
