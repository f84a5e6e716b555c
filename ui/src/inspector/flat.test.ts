import { expect, test } from 'vitest';
import type { TreeNode } from '../host/bindings';
import { ancestors, flat, nodeAt, unfoldedAtFirst, withoutBytes } from './flat';

const leaf = (pointer: string): TreeNode => ({
  kind: 'string',
  value: 'x',
  pointer,
  key: pointer.split('/').at(-1),
});
const root: TreeNode = {
  kind: 'object',
  pointer: '',
  children: [
    leaf('/a'),
    { kind: 'array', pointer: '/list', key: 'list', children: [leaf('/list/0'), leaf('/list/1')] },
    leaf('/b~1c'),
  ],
};

test('a folded branch hides what is in it', () => {
  expect(flat(root, new Set([''])).map((line) => line.node.pointer)).toEqual(['', '/a', '/list', '/b~1c']);
});

test('an unfolded branch shows its children in order, one level deeper, knowing their parent', () => {
  const lines = flat(root, new Set(['', '/list']));
  expect(lines.map((line) => line.node.pointer)).toEqual(['', '/a', '/list', '/list/0', '/list/1', '/b~1c']);
  expect(lines[3]).toMatchObject({ level: 3, parent: 2, position: 1, siblings: 2 });
});

test('a node is found by its pointer, and its ancestors are the branches to unfold', () => {
  expect(nodeAt(root, '/list/1')?.pointer).toBe('/list/1');
  expect(nodeAt(root, '/b~1c')?.pointer).toBe('/b~1c');
  expect(nodeAt(root, '/nowhere')).toBeUndefined();
  expect(ancestors('/list/1')).toEqual(['', '/list']);
});

test('what is unfolded at first fits a screen, even when a branch is huge', () => {
  const huge: TreeNode = {
    kind: 'array',
    pointer: '/h',
    children: Array.from({ length: 9999 }, (_, at) => leaf(`/h/${at}`)),
  };
  const lines = flat(
    { ...root, children: [huge, ...root.children!] },
    unfoldedAtFirst({ ...root, children: [huge, ...root.children!] }),
  );
  expect(lines.length).toBeLessThan(100);
});

test('a payload nested a hundred thousand deep neither overflows nor is lost', () => {
  let deep: TreeNode = leaf('/x');
  const pointers = new Set<string>();
  for (let at = 100_000; at > 0; at--) {
    pointers.add(`${at}`);
    deep = { kind: 'array', pointer: `${at}`, children: [deep] };
  }
  expect(flat(deep, pointers)).toHaveLength(100_001);
});

test('the bytes of a part are no part of the pointer', () => {
  expect(withoutBytes('/chat/lines@12-40')).toBe('/chat/lines');
  expect(withoutBytes('/case/id/@type')).toBe('/case/id/@type');
});
