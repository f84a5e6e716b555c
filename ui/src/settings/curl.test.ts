import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { curlLine, quoted, withoutToken } from './curl';

const address = 'http://127.0.0.1:4780/h/chatlio/secret';

test('a quoted word reaches the program as it is', () => {
  const word = `it's "quoted" $HOME \\ \`x\` 😀`;
  expect(execFileSync('/bin/sh', ['-c', `printf %s ${quoted(word, false)}`]).toString()).toBe(word);
});

test.each(['chatlio', 'smartsupp', 'comm100', 'chatvisor', 'snapengage', undefined])(
  'the line for %s posts JSON to the address',
  (provider) => {
    const line = curlLine(address, provider, false);
    const words = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${line}`])
      .toString()
      .trimEnd()
      .split('\n');
    expect(words.slice(0, 4)).toEqual(['curl', '-H', 'Content-Type: application/json', '-d']);
    expect(() => JSON.parse(words[4]!) as unknown).not.toThrow();
    expect(words[5]).toBe(address);
  },
);

test('the token is hidden wherever it stands', () => {
  const line = curlLine(address, 'chatlio', false);
  expect(withoutToken(line, address)).not.toContain('secret');
  expect(withoutToken(address, address)).toBe('http://127.0.0.1:4780/h/chatlio/••••••••');
});
