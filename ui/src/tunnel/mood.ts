// What a state means at a glance.
import type { TunnelStatus } from '../host/bindings';

export function moodOf({ state, trouble }: TunnelStatus): 'good' | 'warn' | 'bad' | '' {
  if (state === 'reachable') return 'good';
  if (state === 'changed' || state === 'assigned' || state === 'starting') return 'warn';
  return state === 'degraded' || trouble ? 'bad' : '';
}
