// Which values of a transcript are shown, under which names and in which order. Absent means absent: no line.
import { dateTime, duration, number, rating, utc } from '../format';
import type { Field, Link, OtherValue, Person, Transcript, Visitor } from '../host/bindings';
import { words } from '../words';

export interface Fact {
  label: string;
  value: string;
  url?: string;
  title?: string;
  /** What the copy button takes, when it is not the shown value. */
  copy?: string;
}

const { facts: names, about } = words.details;

/** Lines for the values that are there. */
function present(lines: [label: string, value: string | number | undefined, more?: Partial<Fact>][]): Fact[] {
  return lines.flatMap(([label, value, more]) =>
    value === undefined ? [] : [{ label, value: typeof value === 'number' ? number(value) : value, ...more }],
  );
}

const each = (label: string, values: string[] | undefined, except?: string): Fact[] =>
  (values ?? []).filter((value) => value !== except).map((value) => ({ label, value }));

const asLink = (fact: Fact): Fact => ({ ...fact, url: fact.value });

const moment = (label: string, at: string | undefined): Fact[] =>
  at === undefined ? [] : [{ label, value: dateTime(at), title: utc(at), copy: at }];

export function visitorFacts(visitor: Visitor): Fact[] {
  const country = visitor.country_code
    ? `${visitor.country ?? ''} (${visitor.country_code})`.trim()
    : visitor.country;
  const place = [visitor.city, visitor.region, country].filter((part) => part !== undefined).join(', ');
  const { latitude, longitude } = visitor;
  const coordinates =
    latitude === undefined || longitude === undefined ? undefined : `${latitude}, ${longitude}`;
  return [
    ...present([
      [names.name, visitor.name],
      [names.handle, visitor.handle],
      [names.email, visitor.email],
    ]),
    ...each(names.emails, visitor.emails, visitor.email),
    ...present([[names.phone, visitor.phone]]),
    ...each(names.phones, visitor.phones, visitor.phone),
    ...present([
      [names.company, visitor.company],
      [names.group, visitor.group],
      [names.note, visitor.note],
      [names.place, place || undefined],
      [names.location, visitor.location],
      [names.coordinates, coordinates],
      [names.ip, visitor.ip],
      [names.language, visitor.language],
      [names.time_zone, visitor.time_zone],
      [names.browser, visitor.browser],
      [names.os, visitor.os],
      [names.screen, visitor.screen],
    ]),
    ...moment(names.first_seen_at, visitor.first_seen_at),
    ...present([
      [names.visits, visitor.visits],
      [names.chats, visitor.chats],
      [names.page_views, visitor.page_views],
    ]),
    ...each(names.profiles, visitor.profiles).map(asLink),
    ...each(names.avatars, visitor.avatars).map(asLink),
    ...present([
      [names.user_agent, visitor.user_agent],
      [names.external_id, visitor.external_id],
    ]),
  ];
}

export function aboutFacts(chat: Transcript): Fact[] {
  const { timing } = chat;
  const seconds = (value: number | undefined) => (value === undefined ? undefined : duration(value));
  return present([
    [about.subject, chat.subject],
    [about.department, chat.department],
    [about.language, chat.language],
    [about.provider_status, chat.provider_status],
    [about.rating, chat.rating && (rating(chat.rating) || undefined)],
    [about.rating_comment, chat.rating?.comment],
    [about.wait, seconds(timing?.wait_seconds)],
    [about.first_response, seconds(timing?.first_response_seconds)],
    [about.average_response, seconds(timing?.average_response_seconds)],
    [about.duration, seconds(timing?.duration_seconds)],
    [about.ended_by, chat.ended_by],
    [about.source, chat.source],
    [about.account, chat.account],
    [about.external_id, chat.external_id],
    [about.id, chat.id],
  ]);
}

export function agentFacts(agents: Person[]): Fact[] {
  return agents.flatMap(({ name, email, id }) => {
    const label = name ?? email ?? id;
    if (label === undefined) return [];
    const rest = [email, id].filter((value) => value !== undefined && value !== label);
    return [{ label, value: rest.join(' · ') || label }];
  });
}

export function fieldGroups(fields: Field[]): { group: string; facts: Fact[] }[] {
  const groups = new Map<string, Fact[]>();
  for (const { group = '', name, value } of fields) {
    const facts = groups.get(group) ?? [];
    facts.push({ label: name, value });
    groups.set(group, facts);
  }
  return [...groups].map(([group, facts]) => ({ group, facts }));
}

export const linkFacts = (links: Link[]): Fact[] =>
  links.map(({ label, url }) => ({ label, value: url, url }));

export const otherFacts = (other: OtherValue[]): Fact[] =>
  other.map(({ pointer, value }) => ({
    label: pointer,
    value: typeof value === 'string' ? value || '""' : JSON.stringify(value),
  }));
