import { describe, expect, it } from 'vitest';
import { duration, question, type Wish } from './replay';

const wish: Wish = {
  to: 'own',
  source: 'shop',
  url: ' http://localhost:3000/ ',
  pace: 'kept',
  times: 10,
  perSecond: 5,
  stop: false,
  sign: '',
};

describe('a replay', () => {
  it('asks only for what was chosen', () => {
    const which = { ids: ['1'] };
    expect(question(which, wish)).toEqual({
      which,
      to: { kind: 'own' },
      pace: { kind: 'kept' },
      stop_on_failure: false,
      sign: undefined,
    });
    expect(question(which, { ...wish, to: 'url', pace: 'faster', sign: 'main' })).toMatchObject({
      to: { kind: 'url', url: 'http://localhost:3000/' },
      pace: { kind: 'faster', times: 10 },
      sign: 'main',
    });
    expect(question(which, { ...wish, to: 'source', pace: 'rate' })).toMatchObject({
      to: { kind: 'source', name: 'shop' },
      pace: { kind: 'rate', per_second: 5 },
    });
    expect(question(which, { ...wish, to: 'reader', sign: 'main' }).sign).toBeUndefined();
  });

  it('says how long it takes', () => {
    const cases: [number, string][] = [
      [0, '0 s'],
      [59.4, '59 s'],
      [60, '1 min'],
      [61, '1 min 1 s'],
      [7320, '2 h 2 min'],
      [90_000, '1 d 1 h'],
    ];
    for (const [seconds, words] of cases) expect(duration(seconds)).toBe(words);
  });
});
