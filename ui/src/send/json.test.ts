import { describe, expect, it } from 'vitest';
import { pack, problemOf, setOut } from './json';

describe('a body that is meant as JSON', () => {
  it.each([
    ['{"a": 1,}', 1, 9],
    ['{"a": 1\n "b": 2}', 2, 2],
    ['{"a": tru}', 1, 7],
    ['{"a": "x\n"}', 1, 7],
    ['[1, 2', 1, 6],
    ['{"a": 1} x', 1, 10],
    ['{"a": 1} // words', 1, 10],
    ['{"🧺": 1,}', 1, 10],
    ['{"a": .5}', 1, 7],
  ])('tells where %j stops being JSON', (text, line, column) => {
    const problem = problemOf(text);
    expect([problem?.line, problem?.column]).toEqual([line, column]);
    expect(problem?.text).not.toBe('');
  });

  it.each(['{}', ' [1, 2]\n', '{"a": 1e999, "a": "\\ud83d"}', '', 'a=1&b=2', '<a/>', 'words'])(
    'finds nothing wrong with %j',
    (text) => expect(problemOf(text)).toBeUndefined(),
  );

  const exact = '{"n": 12345678901234567890.10e+02,"n" :"\\u00e9 \\/ é", "l":[ ], "o":{}}';

  it('changes only the space between its parts', () => {
    expect(pack(exact)).toBe('{"n":12345678901234567890.10e+02,"n":"\\u00e9 \\/ é","l":[],"o":{}}');
    expect(pack(setOut(exact))).toBe(pack(exact));
    expect(setOut(exact).split('\n')[1]).toBe('  "n": 12345678901234567890.10e+02,');
  });
});
