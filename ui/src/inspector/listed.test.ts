import { describe, expect, it } from 'vitest';
import type { DeliveryRow, GapRow } from '../host/bindings';
import { above, interleaved, isGapId } from './listed';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 12, minute)).toISOString();
const delivery = (id: number, minute: number) =>
  ({ id: String(id), received_at: at(minute) }) as unknown as DeliveryRow;
const gap = (from: number, to: number): GapRow => ({ id: String(to), from: at(from), to: at(to) });

describe('gaps among deliveries', () => {
  it('stand above what had arrived before they ended', () => {
    const listed = interleaved(
      [delivery(3, 50), delivery(2, 20), delivery(1, 10)],
      [gap(55, 58), gap(30, 40), gap(11, 19)],
    );
    expect(listed.map(({ id }) => id)).toEqual(['gap-58', '3', 'gap-40', '2', 'gap-19', '1']);
  });

  it('older than every delivery come last', () => {
    const listed = interleaved([delivery(1, 10)], [gap(1, 2)]);
    expect(listed.map(({ id }) => id)).toEqual(['1', 'gap-2']);
  });

  it('lead to the delivery above them when what is below is asked for', () => {
    const listed = interleaved([delivery(3, 50), delivery(2, 20)], [gap(55, 58), gap(30, 40)]);
    expect(above(listed, 'gap-40')).toBe('3');
    expect(above(listed, 'gap-58')).toBeUndefined();
    expect([isGapId('gap-58'), isGapId('58'), isGapId(undefined)]).toEqual([true, false, false]);
  });
});
