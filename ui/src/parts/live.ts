// Tells every view that something changed, at most ten times a second.
import { host } from '../host';

type Listener = () => void;
const listeners = new Set<Listener>();
const between = 100;

/** Calls `run` at once, then at most every `pause` ms; the last call is never lost. */
export function coalesced(run: () => void, pause: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const rest = () => {
    timer = undefined;
    if (!again) return;
    again = false;
    start();
  };
  const start = () => {
    run();
    timer = setTimeout(rest, pause);
  };
  return () => {
    if (timer === undefined) start();
    else again = true;
  };
}

export const announce = coalesced(() => listeners.forEach((each) => each()), between);

/** Asks again whenever something changed; returns how to stop. */
export function onLive(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function startLive(): () => void {
  return host.onChange(announce);
}
