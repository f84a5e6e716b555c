// The pages that the facts of a guide stand on, each with a number of its own.
import type { GuideFact, GuideWay } from '../../host/bindings';

function factsOf(way: GuideWay): GuideFact[] {
  return [
    ...(way.plan ? [way.plan] : []),
    ...way.steps,
    ...way.events.map(({ brings }) => brings),
    ...way.never,
    way.secret,
    way.trigger,
    way.address,
    way.one_for_all,
    way.format,
    way.retries,
  ];
}

/** In the order in which they are first named. */
export function pagesOf(way: GuideWay): string[] {
  return [...new Set(factsOf(way).flatMap(({ page }) => page ?? []))];
}

/** A page's address as it is written beside its number. */
export function shortPage(page: string): string {
  return page.replace(/^https:\/\/(www\.)?/, '').replace(/\/$/, '');
}
