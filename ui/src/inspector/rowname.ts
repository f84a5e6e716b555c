// A delivery of the list in words.
import { isUnusual } from '../answered';
import { bytes, dateTime } from '../format';
import type { DeliveryRow } from '../host/bindings';
import { words } from '../words';

export const sized = (row: DeliveryRow) =>
  `${isUnusual(row.told) ? words.answers.answeredBrief(row.told) : row.method} · ${bytes(row.size)}`;

export const whatHappened = (row: DeliveryRow) =>
  row.outcome === 'quarantined' && row.signature?.doubt
    ? `${words.outcomes.quarantined} · ${words.signatures.doubts[row.signature.doubt]}`
    : (row.reason ?? words.outcomes[row.outcome]);

/** All that a row shows, for those who hear it. */
export const nameOf = (row: DeliveryRow) =>
  [
    dateTime(row.received_at),
    row.source,
    row.method,
    row.event,
    bytes(row.size),
    whatHappened(row),
    isUnusual(row.told) && words.answers.answeredBrief(row.told),
    row.drift ? words.compare.drift.badge(row.drift) : undefined,
    row.pinned ? words.deliveryList.pinned : undefined,
    row.note === undefined ? undefined : `${words.deliveryList.note}: ${row.note}`,
  ]
    .filter(Boolean)
    .join(', ');
