import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { latest } from './latest';
import { coalesced } from './live';

describe('coalescing', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('runs at once, then at most once a pause, and never loses the last call', () => {
    const run = vi.fn();
    const announce = coalesced(run, 100);
    announce();
    expect(run, 'the first change is not delayed').toHaveBeenCalledTimes(1);
    for (let call = 0; call < 50; call++) announce();
    expect(run).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(100);
    expect(run).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(1000);
    expect(run, 'silence stays silent').toHaveBeenCalledTimes(2);
  });
});

describe('the latest question', () => {
  test('is the only one that is answered', async () => {
    const gates: ((value: string) => void)[] = [];
    const ask = latest((name: string) => new Promise<string>((go) => gates.push((end) => go(name + end))));
    const [older, newer] = [ask('a'), ask('b')];
    gates[1]!('!');
    gates[0]!('!');
    expect(await newer).toBe('b!');
    expect(await older).toBeUndefined();
  });

  test('fails aloud, while an overtaken failure is nobody’s concern', async () => {
    let fail = true;
    const ask = latest(async () => {
      if (fail) throw new Error('no');
      return 'yes';
    });
    const overtaken = ask();
    fail = false;
    expect(await ask()).toBe('yes');
    expect(await overtaken).toBeUndefined();
    fail = true;
    await expect(ask()).rejects.toThrow('no');
  });
});
