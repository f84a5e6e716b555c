// Which values of a transcript are shown, under which names and in which order. Absent means absent: no line.
import { dateTime, duration, number, rating, utc } from '../format';
import type { Field, Link, OtherValue, Person, Transcript, Visitor } from '../host/bindings';
import { agentFrom } from '../provenance/names';
import { words } from '../words';

/** A piece of a line that is a value of its own. */
export interface FactPiece {
  text: string;
  /** The value's path in the transcript; absent for what stands between values. */
  from?: string;
  /** What joins it to the piece before it, where that is not what joins the others. */
  joint?: string;
}

export interface Fact {
  label: string;
  value: string;
  /** The path in the transcript of the one value that the line shows. */
  from?: string;
  /** The path of the value that the label is, where it is one. */
  labelFrom?: string;
  /** The values of a line that shows several. */
  pieces?: FactPiece[];
  url?: string;
  title?: string;
  /** What the copy button takes, when it is not the shown value. */
  copy?: string;
}

const { facts: names, about } = words.details;

/** Lines for the values that are there, each with the path of its value. */
function present(
  lines: [label: string, from: string, value: string | number | undefined, more?: Partial<Fact>][],
): Fact[] {
  return lines.flatMap(([label, from, value, more]) =>
    value === undefined
      ? []
      : [{ label, from, value: typeof value === 'number' ? number(value) : value, ...more }],
  );
}

const each = (label: string, from: string, values: string[] | undefined, except?: string): Fact[] =>
  (values ?? [])
    .map((value, at) => ({ label, value, from: `${from}[${at}]` }))
    .filter(({ value }) => value !== except);

const asLink = (fact: Fact): Fact => ({ ...fact, url: fact.value });

const moment = (label: string, from: string, at: string | undefined): Fact[] =>
  at === undefined ? [] : [{ label, from, value: dateTime(at), title: utc(at), copy: at }];

/** One line of several values, joined. */
function joined(label: string, between: string, pieces: FactPiece[]): Fact[] {
  if (pieces.length === 0) return [];
  const all = pieces.flatMap((piece, at) => (at === 0 ? [piece] : [{ text: piece.joint ?? between }, piece]));
  return [{ label, value: all.map((piece) => piece.text).join(''), pieces: all }];
}

const piece = (from: string, value: string | number | undefined): FactPiece[] =>
  value === undefined ? [] : [{ text: String(value), from }];

export function visitorFacts(visitor: Visitor): Fact[] {
  const code = visitor.country_code;
  const { latitude, longitude } = visitor;
  const located = latitude !== undefined && longitude !== undefined;
  return [
    ...present([
      [names.name, 'visitor.name', visitor.name],
      [names.handle, 'visitor.handle', visitor.handle],
      [names.email, 'visitor.email', visitor.email],
    ]),
    ...each(names.emails, 'visitor.emails', visitor.emails, visitor.email),
    ...present([[names.phone, 'visitor.phone', visitor.phone]]),
    ...each(names.phones, 'visitor.phones', visitor.phones, visitor.phone),
    ...present([
      [names.company, 'visitor.company', visitor.company],
      [names.group, 'visitor.group', visitor.group],
      [names.note, 'visitor.note', visitor.note],
    ]),
    ...joined(names.place, ', ', [
      ...piece('visitor.city', visitor.city),
      ...piece('visitor.region', visitor.region),
      ...piece('visitor.country', visitor.country),
      ...piece('visitor.country_code', code && `(${code})`).map((each) => ({
        ...each,
        joint: visitor.country === undefined ? undefined : ' ',
      })),
    ]),
    ...present([[names.location, 'visitor.location', visitor.location]]),
    ...joined(names.coordinates, ', ', [
      ...piece('visitor.latitude', located ? latitude : undefined),
      ...piece('visitor.longitude', located ? longitude : undefined),
    ]),
    ...present([
      [names.ip, 'visitor.ip', visitor.ip],
      [names.language, 'visitor.language', visitor.language],
      [names.time_zone, 'visitor.time_zone', visitor.time_zone],
      [names.browser, 'visitor.browser', visitor.browser],
      [names.os, 'visitor.os', visitor.os],
      [names.screen, 'visitor.screen', visitor.screen],
    ]),
    ...moment(names.first_seen_at, 'visitor.first_seen_at', visitor.first_seen_at),
    ...present([
      [names.visits, 'visitor.visits', visitor.visits],
      [names.chats, 'visitor.chats', visitor.chats],
      [names.page_views, 'visitor.page_views', visitor.page_views],
    ]),
    ...each(names.profiles, 'visitor.profiles', visitor.profiles).map(asLink),
    ...each(names.avatars, 'visitor.avatars', visitor.avatars).map(asLink),
    ...present([
      [names.user_agent, 'visitor.user_agent', visitor.user_agent],
      [names.external_id, 'visitor.external_id', visitor.external_id],
    ]),
  ];
}

export function aboutFacts(chat: Transcript): Fact[] {
  const { timing } = chat;
  const seconds = (value: number | undefined) => (value === undefined ? undefined : duration(value));
  return present([
    [about.subject, 'subject', chat.subject],
    [about.department, 'department', chat.department],
    [about.language, 'language', chat.language],
    [about.provider_status, 'provider_status', chat.provider_status],
    [about.rating, 'rating.value', chat.rating && (rating(chat.rating) || undefined)],
    [about.rating_comment, 'rating.comment', chat.rating?.comment],
    [about.wait, 'timing.wait_seconds', seconds(timing?.wait_seconds)],
    [about.first_response, 'timing.first_response_seconds', seconds(timing?.first_response_seconds)],
    [about.average_response, 'timing.average_response_seconds', seconds(timing?.average_response_seconds)],
    [about.duration, 'timing.duration_seconds', seconds(timing?.duration_seconds)],
    [about.ended_by, 'ended_by', chat.ended_by],
    [about.source, 'source', chat.source],
    [about.account, 'account', chat.account],
    [about.external_id, 'external_id', chat.external_id],
    [about.id, 'id', chat.id],
  ]);
}

/** An agent's line is labelled by the name; where there is nothing else to say, the name is the value too. */
export function agentFacts(agents: Person[]): Fact[] {
  return agents.flatMap((agent, at) => {
    const { name, email, id } = agent;
    const label = name ?? email ?? id;
    if (label === undefined) return [];
    const rest = [
      ...piece(`agents[${at}].email`, email === label ? undefined : email),
      ...piece(`agents[${at}].id`, id === label ? undefined : id),
    ];
    return joined(label, ' · ', rest.length ? rest : piece(agentFrom(agent, at), label)).map((fact) => ({
      ...fact,
      labelFrom: rest.length ? agentFrom(agent, at) : undefined,
    }));
  });
}

export function fieldGroups(fields: Field[]): { group: string; facts: Fact[] }[] {
  const groups = new Map<string, Fact[]>();
  fields.forEach(({ group = '', name, value }, at) => {
    const facts = groups.get(group) ?? [];
    facts.push({ label: name, value, from: `fields[${at}].value` });
    groups.set(group, facts);
  });
  return [...groups].map(([group, facts]) => ({ group, facts }));
}

export const linkFacts = (links: Link[]): Fact[] =>
  links.map(({ label, url }, at) => ({ label, value: url, url, from: `links[${at}].url` }));

export const otherFacts = (other: OtherValue[]): Fact[] =>
  other.map(({ pointer, value }, at) => ({
    label: pointer,
    from: `other[${at}].value`,
    value: typeof value === 'string' ? value || '""' : JSON.stringify(value),
  }));
