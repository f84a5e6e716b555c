import { expect, test } from 'vitest';
import type { TreeNode } from '../host/bindings';
import { found, step } from './find';

const leaf = (pointer: string, value: string): TreeNode => ({
  kind: 'string',
  value,
  pointer,
  key: pointer.split('/').at(-1),
});
const root: TreeNode = {
  kind: 'object',
  pointer: '',
  children: [
    leaf('/name', 'Žofie Nová'),
    {
      kind: 'array',
      pointer: '/list',
      key: 'list',
      children: [leaf('/list/0', 'x'), leaf('/list/1', 'NAMED')],
    },
    leaf('/twice', 'a'),
    leaf('/twice', 'name'),
  ],
};

test.each([
  ['name', ['/name', '/list/1', '/twice']],
  ['ŽOFIE', ['/name']],
  ['list', ['/list']],
  ['nowhere', []],
  ['', []],
])('%j is found in names and values, whatever the capitals, in the order of the tree', (words, pointers) => {
  expect(found(root, words)).toEqual(pointers);
});

test('a payload nested a hundred thousand deep is searched too', () => {
  let deep: TreeNode = leaf('/x', 'needle');
  for (let at = 0; at < 100_000; at++) deep = { kind: 'array', pointer: `${at}`, children: [deep] };
  expect(found(deep, 'needle')).toEqual(['/x']);
});

test('steps go around, and begin at an end when one stands elsewhere', () => {
  const hits = ['/a', '/b', '/c'];
  expect(step(hits, '/a', 1)).toBe('/b');
  expect(step(hits, '/c', 1)).toBe('/a');
  expect(step(hits, '/a', -1)).toBe('/c');
  expect(step(hits, undefined, 1)).toBe('/a');
  expect(step(hits, '/elsewhere', -1)).toBe('/c');
  expect(step([], '/a', 1)).toBeUndefined();
});
