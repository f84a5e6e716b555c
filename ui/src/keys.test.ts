import { expect, test } from 'vitest';
import { commandOf, keyLabel, keyMap } from './keys';

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  commandOf({
    key,
    shiftKey: false,
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    isComposing: false,
    ...more,
  } as KeyboardEvent);

test('no key means two things', () => {
  const keys = keyMap.flatMap((each) => each.keys);
  expect(new Set(keys).size).toBe(keys.length);
});

test('letters work with Caps Lock, and signs with Shift', () => {
  expect(press('J')).toBe('down');
  expect(press('?', { shiftKey: true })).toBe('help');
  expect(press('F3', { shiftKey: true })).toBe('previousHit');
});

test('the system’s own combinations are left alone', () => {
  expect(press('s', { ctrlKey: true })).toBeUndefined();
  expect(press('e', { altKey: true })).toBeUndefined();
  expect(press('k', { ctrlKey: true })).toBe('search');
});

test('text that is still being composed is no command', () => {
  expect(press('j', { isComposing: true })).toBeUndefined();
});

test('keys are written as they stand on the keyboard', () => {
  expect(['j', 'Mod+k', 'Escape', '/', 'Shift+F3'].map(keyLabel)).toEqual([
    'J',
    'Ctrl K',
    'Esc',
    '/',
    'Shift F3',
  ]);
});
