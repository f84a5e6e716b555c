// How a hook address fares, in a few words each.
import { ago } from '../../format';
import type { SourceRow } from '../../host/bindings';
import { words } from '../../words';

/** A talkative address has gone quiet, and nobody has said to have seen it. */
export const isQuiet = ({ health: { quiet } }: SourceRow): boolean => quiet !== undefined && !quiet.dismissed;

/** What is usual, and what went wrong last. */
export const healthOf = ({ health: { rhythm, wrong } }: SourceRow, now: Date): string[] =>
  [rhythm && words.presence.usually(rhythm), wrong && words.presence.wrong(wrong, ago(wrong.at, now))].filter(
    (words) => words !== undefined,
  );
