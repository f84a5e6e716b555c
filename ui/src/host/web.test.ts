import { expect, test } from 'vitest';
import { savedName } from './web';

test('an export is saved under the name the program chose', () => {
  expect(savedName(`attachment; filename*=UTF-8''2015-03-27%20Dusan.html`)).toBe('2015-03-27 Dusan.html');
  expect(savedName(null)).toBeUndefined();
  expect(savedName(`attachment; filename*=UTF-8''%E0%A4%A`), 'a broken name is no name').toBeUndefined();
});
