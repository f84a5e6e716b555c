// What the list of deliveries lists: deliveries, and between them the times in which the door was closed.
import type { DeliveryRow, GapRow } from '../host/bindings';

export interface ListedGap {
  id: string;
  gap: GapRow;
}

export type Listed = DeliveryRow | ListedGap;

const prefix = 'gap-';

/** Whether a place in the list is a gap and no delivery. */
export const isGapId = (id: string | undefined): boolean => id?.startsWith(prefix) ?? false;

/** The name that the program knows a gap by. */
export const gapName = (id: string): string => id.slice(prefix.length);

export const gapId = (name: string): string => prefix + name;

export const isGap = (row: Listed): row is ListedGap => 'gap' in row;

/** Deliveries, newest first, with each gap above the first one that had arrived before it ended. */
export function interleaved(rows: DeliveryRow[], gaps: GapRow[]): Listed[] {
  const moment = (at: string) => new Date(at).getTime();
  const listed: Listed[] = [];
  let next = 0;
  const take = (while_: (gap: GapRow) => boolean) => {
    for (let gap = gaps[next]; gap && while_(gap); gap = gaps[++next])
      listed.push({ id: gapId(gap.id), gap });
  };
  for (const row of rows) {
    take((gap) => moment(gap.to) > moment(row.received_at));
    listed.push(row);
  }
  take(() => true);
  return listed;
}

/** The delivery that stands above a place in the list, to ask for what is below it. */
export function above(rows: Listed[], id: string): string | undefined {
  const at = rows.findIndex((row) => row.id === id);
  return rows.slice(0, Math.max(0, at)).findLast((row) => !isGap(row))?.id;
}
