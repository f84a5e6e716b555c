// What a person says of a replay, as the program is asked for it.
import type { DeliveryChoice, ReplayPace, ReplayQuestion, ReplayTo } from '../../host/bindings';

export type PaceKind = ReplayPace['kind'];
export type ToKind = ReplayTo['kind'];

export interface Wish {
  to: ToKind;
  source: string;
  url: string;
  pace: PaceKind;
  times: number;
  perSecond: number;
  stop: boolean;
  sign: string;
}

function paceOf({ pace, times, perSecond }: Wish): ReplayPace {
  if (pace === 'faster') return { kind: pace, times };
  if (pace === 'rate') return { kind: pace, per_second: perSecond };
  return { kind: pace };
}

function toOf({ to, source, url }: Wish): ReplayTo {
  if (to === 'source') return { kind: to, name: source };
  if (to === 'url') return { kind: to, url: url.trim() };
  return { kind: to };
}

export function question(which: DeliveryChoice, wish: Wish): ReplayQuestion {
  return {
    which,
    to: toOf(wish),
    pace: paceOf(wish),
    stop_on_failure: wish.stop,
    sign: wish.to !== 'reader' && wish.sign ? wish.sign : undefined,
  };
}

/** A number of seconds as people say it. */
export function duration(seconds: number): string {
  const units: [size: number, name: string][] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
  ];
  for (const [at, [size, name]] of units.entries()) {
    if (seconds < size) continue;
    const whole = Math.floor(seconds / size);
    const [smaller, called] = units[at + 1] ?? [1, 's'];
    const rest = Math.floor((seconds % size) / smaller);
    return rest ? `${whole} ${name} ${rest} ${called}` : `${whole} ${name}`;
  }
  return `${Math.round(seconds)} s`;
}
