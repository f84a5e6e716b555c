// Generated from the Rust types by `cargo test -p afterchat-api`. Do not edit.

/**
 * A moment in UTC, written as RFC 3339 with milliseconds and `Z`.
 */
export type Instant = string;

/**
 * What kind of conversation it was.
 */
export type Kind = "chat" | "offline_message";

/**
 * How far the conversation got.
 */
export type State = "open" | "ended" | "missed" | "dropped";

/**
 * Who speaks. It comes from the service's own type fields, never from a name or a text.
 */
export type Role = "visitor" | "agent" | "bot" | "system";

/**
 * Which step of the visitor's path a page was.
 */
export type PageRole = "landing" | "visited" | "chat" | "current" | "referrer";

/**
 * A finite number that is written without a fraction when it has none, as the services write theirs.
 */
export type Quantity = number;

/**
 * The name of a conversation: the same on every machine and after every rebuild.
 */
export type ConversationId = string;

/**
 * Somebody who wrote or answered.
 */
export type Person = {
/**
 * The service's id of them.
 */
id?: string,
/**
 * The name shown in the chat.
 */
name?: string,
/**
 * The e-mail address.
 */
email?: string, };

/**
 * What the visitor thought of it.
 */
export type Rating = {
/**
 * The mark that was given.
 */
value?: Quantity,
/**
 * The best possible mark, where the service says.
 */
max?: Quantity,
/**
 * The words that came with it.
 */
comment?: string, };

/**
 * How long things took, in seconds.
 */
export type Timing = {
/**
 * From the visitor's first message to an agent's coming.
 */
wait_seconds?: Quantity,
/**
 * From the visitor's first message to the first answer.
 */
first_response_seconds?: Quantity,
/**
 * The mean over all answers.
 */
average_response_seconds?: Quantity,
/**
 * From beginning to end.
 */
duration_seconds?: Quantity, };

/**
 * Who the visitor was in this conversation. Every value is as the service gave it.
 */
export type Visitor = {
/**
 * The service's own id of the person.
 */
external_id?: string,
/**
 * The name, if one was given.
 */
name?: string,
/**
 * The newest e-mail address.
 */
email?: string,
/**
 * Every e-mail address that was ever given.
 */
emails?: Array<string>,
/**
 * The newest telephone number.
 */
phone?: string,
/**
 * Every telephone number that was ever given.
 */
phones?: Array<string>,
/**
 * The company.
 */
company?: string,
/**
 * The name the service made up for somebody it does not know.
 */
handle?: string,
/**
 * The address on the internet.
 */
ip?: string,
/**
 * The city, as given.
 */
city?: string,
/**
 * The region or state, as given.
 */
region?: string,
/**
 * The country's name, as given.
 */
country?: string,
/**
 * The country as two letters.
 */
country_code?: string,
/**
 * The place in one line, from services that do not split it.
 */
location?: string,
/**
 * Degrees north.
 */
latitude?: number,
/**
 * Degrees east.
 */
longitude?: number,
/**
 * The language, as the browser named it.
 */
language?: string,
/**
 * The time zone, as given.
 */
time_zone?: string,
/**
 * The browser's user agent string.
 */
user_agent?: string,
/**
 * The browser's name and version.
 */
browser?: string,
/**
 * The operating system.
 */
os?: string,
/**
 * The size of the screen, as given.
 */
screen?: string,
/**
 * The first visit to the site.
 */
first_seen_at?: Instant,
/**
 * How many visits so far.
 */
visits?: number,
/**
 * How many chats so far.
 */
chats?: number,
/**
 * How many pages were seen.
 */
page_views?: number,
/**
 * What agents wrote about the person.
 */
note?: string,
/**
 * The group agents put the person in.
 */
group?: string,
/**
 * Addresses of profiles elsewhere.
 */
profiles?: Array<string>,
/**
 * Addresses of pictures. They are never fetched.
 */
avatars?: Array<string>, };

/**
 * One step of the visitor's path.
 */
export type PageVisit = {
/**
 * The page's address, as given. It is never fetched.
 */
url: string,
/**
 * The page's title.
 */
title?: string,
/**
 * When it was opened.
 */
at?: Instant,
/**
 * Which step it was.
 */
role: PageRole, };

/**
 * A file sent along. It is never fetched.
 */
export type Attachment = {
/**
 * The file's name.
 */
name?: string,
/**
 * Where the service keeps it.
 */
url?: string,
/**
 * Its media type.
 */
content_type?: string,
/**
 * Its size in bytes.
 */
size?: Quantity, };

/**
 * One message or system line.
 */
export type Message = {
/**
 * The service's id of the message.
 */
id?: string,
/**
 * When it was sent.
 */
at: Instant,
/**
 * True when the payload gave no time and the time of receipt stands in.
 */
at_inferred?: boolean,
/**
 * Who speaks.
 */
role: Role,
/**
 * Who exactly.
 */
author?: Person,
/**
 * The text exactly as the service sent it.
 */
text?: string,
/**
 * How the text is written; absent for plain text.
 */
markup?: Markup,
/**
 * The service's code for a system line, such as `agent.join`.
 */
event?: string,
/**
 * The rule that sent an automatic message.
 */
trigger?: string,
/**
 * The text in other languages, by language code.
 */
translations?: { [key in string]: string },
/**
 * Files sent along.
 */
attachments?: Array<Attachment>, };

/**
 * A custom variable, trait, label or anything else with a name and a value but no place of its own.
 */
export type Field = {
/**
 * The payload's name for the collection it stands in.
 */
group?: string,
/**
 * Its name, for people.
 */
name: string,
/**
 * Its value as text.
 */
value: string, };

/**
 * An address the service gives for the conversation. It is opened by a click only.
 */
export type Link = {
/**
 * What it leads to.
 */
label: string,
/**
 * The address as given.
 */
url: string, };

/**
 * A value of the payload that no typed place took.
 */
export type OtherValue = {
/**
 * Where it stands.
 */
pointer: string,
/**
 * The value; numbers that JavaScript cannot hold exactly are written as text.
 */
value: unknown, };

/**
 * Something odd that a reader met and survived.
 */
export type Notice = {
/**
 * A stable code.
 */
code: string,
/**
 * Where it was met.
 */
pointer?: string,
/**
 * What it means, for people.
 */
text: string, };

/**
 * A remark of somebody who read the conversation.
 */
export type Note = {
/**
 * When it was written.
 */
at: Instant,
/**
 * The remark.
 */
text: string, };

/**
 * What people did with a conversation here.
 */
export type Local = {
/**
 * Somebody has read it up to its newest message.
 */
read: boolean,
/**
 * It is marked with a star.
 */
starred: boolean,
/**
 * It has been put away and shows in the archive only.
 */
archived: boolean,
/**
 * Words people gave it.
 */
tags?: Array<string>,
/**
 * What people wrote about it.
 */
notes?: Array<Note>, };

/**
 * One conversation, unified: what `afterchat show --json` prints.
 */
export type Transcript = {
/**
 * Derived from provider, account and external id, or from the delivery where a payload names no conversation.
 */
id: ConversationId,
/**
 * The chat service.
 */
provider: string,
/**
 * The account at the service, where one service's ids repeat between accounts.
 */
account?: string,
/**
 * What the service calls the conversation.
 */
external_id?: string,
/**
 * The source its first delivery reached.
 */
source?: string,
/**
 * What kind of conversation it was.
 */
kind: Kind,
/**
 * How far it got.
 */
state: State,
/**
 * The service's own word for the state.
 */
provider_status?: string,
/**
 * The beginning.
 */
started_at: Instant,
/**
 * The end.
 */
ended_at?: Instant,
/**
 * True when the payload gave no beginning and the time of receipt stands in.
 */
started_at_inferred?: boolean,
/**
 * What it was about.
 */
subject?: string,
/**
 * The department asked.
 */
department?: string,
/**
 * The language of the conversation.
 */
language?: string,
/**
 * Labels the service put on it.
 */
labels?: Array<string>,
/**
 * What the visitor thought of it.
 */
rating?: Rating,
/**
 * How long things took.
 */
timing?: Timing,
/**
 * Who ended it.
 */
ended_by?: string,
/**
 * Who answered.
 */
agents?: Array<Person>,
/**
 * Who asked.
 */
visitor?: Visitor,
/**
 * The visitor's path, in order.
 */
pages?: Array<PageVisit>,
/**
 * Every line, in order.
 */
messages: Array<Message>,
/**
 * Values with a name but no place of their own.
 */
fields?: Array<Field>,
/**
 * Addresses the service gives for it.
 */
links?: Array<Link>,
/**
 * Values that no typed place took.
 */
other?: Array<OtherValue>,
/**
 * What was odd.
 */
notices?: Array<Notice>,
/**
 * The deliveries it was made from, oldest first.
 */
deliveries: Array<string>,
/**
 * What people added here.
 */
local: Local, };

/**
 * How a text is written, where it is not plain. [`crate::richtext`] renders it.
 */
export type Markup = "slack" | "html";

/**
 * How a run is set off from the text around it.
 */
export type Style = {
/**
 * Important.
 */
strong?: boolean,
/**
 * Stressed.
 */
emphasis?: boolean,
/**
 * No longer meant.
 */
struck?: boolean,
/**
 * Code, in which every character stands for itself.
 */
code?: boolean, };

/**
 * A run of text.
 */
export type Piece = {
/**
 * The text as it is seen.
 */
text: string,
/**
 * The address it leads to: `http`, `https` or `mailto`.
 */
url?: string,
/**
 * True for a match of the search.
 */
hit?: boolean,
/**
 * How the run is set; absent for most.
 */
style?: Style, };

/**
 * What one value of a payload became: shown in the inspector.
 */
export type Became = {
/**
 * Where the value stands in the payload. `@start-end` follows for a part of a longer text, in bytes.
 */
pointer: string,
/**
 * The path in the transcript, such as `visitor.email` or `messages[2].text`.
 */
field: string,
/**
 * The value as text.
 */
value: string, };

/**
 * How a body is written.
 */
export type Format = "json" | "form" | "xml" | "text" | "binary" | "empty";

/**
 * How one place of the left stands to one of the right.
 */
export type Difference = "same" | "holds" | "added" | "removed" | "changed" | "retyped";

/**
 * Which part of a conversation a change is in.
 */
export type ConversationArea = "state" | "time" | "message" | "about" | "visitor" | "agent" | "page" | "rating" | "timing" | "label" | "field" | "link" | "origin" | "other" | "notice";

/**
 * A value of a conversation, before or after.
 */
export type Said = {
/**
 * The path in the transcript, such as `messages[3].text`.
 */
path: string,
/**
 * The value as text, whole.
 */
text: string,
/**
 * When it was said or seen, for a line or a page.
 */
at?: Instant,
/**
 * Whose line it is.
 */
role?: Role,
/**
 * The name of whose line it is.
 */
who?: string, };

/**
 * One change of a conversation.
 */
export type ConversationChange = {
/**
 * Added, removed or changed; same for an item that only stands elsewhere.
 */
what: Difference,
/**
 * Whether it stands elsewhere among its fellows than before.
 */
moved: boolean,
/**
 * Which part of the conversation it is in.
 */
area: ConversationArea,
/**
 * What was there; absent for what was added.
 */
before?: Said,
/**
 * What is there now; absent for what was removed.
 */
after?: Said, };

/**
 * Why something could not be done. The UI turns the code into words and a next step; `detail` says more.
 */
export type Failure = {
/**
 * The stable code.
 */
code: string,
/**
 * What happened, what was kept and what to do, in words.
 */
detail: string, };

/**
 * A question that needs no words.
 */
export type Nothing = Record<string, never>;

/**
 * A part of the archive that people look through.
 */
export type View = "inbox" | "unread" | "missed" | "offline" | "starred" | "archived" | "everything";

/**
 * What became of a delivery.
 */
export type Outcome = "pending" | "conversation" | "no_conversation" | "unreadable" | "quarantined";

/**
 * What a node of a payload is.
 */
export type TreeKind = "object" | "array" | "string" | "number" | "bool" | "null";

/**
 * Whether the door is open.
 */
export type Listener = { "state": "listening",
/**
 * What hook addresses on this machine begin with.
 */
url: string,
/**
 * The port.
 */
port: number,
/**
 * The port that was wanted and taken by another program.
 */
wanted_port?: number, } | { "state": "stopped" } | { "state": "failed",
/**
 * Why, in words.
 */
reason: string, };

/**
 * One row of the list.
 */
export type ConversationRow = {
/**
 * The conversation's name.
 */
id: string,
/**
 * Orders the list, newest activity first, and is the key for the next page. A number as text: it is too long for JavaScript.
 */
position: string,
/**
 * The chat service.
 */
provider: string,
/**
 * The source its first delivery reached.
 */
source?: string,
/**
 * What kind of conversation.
 */
kind: Kind,
/**
 * How far it got.
 */
state: State,
/**
 * The visitor's name or handle.
 */
visitor_name?: string,
/**
 * The visitor's e-mail address.
 */
visitor_email?: string,
/**
 * The first words, or in a search the words around the first hit.
 */
words: Array<Piece>,
/**
 * When it was last active.
 */
at: Instant,
/**
 * True when no payload gave that time.
 */
at_inferred: boolean,
/**
 * Nobody has read it to its end.
 */
unread: boolean,
/**
 * Marked with a star.
 */
starred: boolean,
/**
 * Put away.
 */
archived: boolean,
/**
 * The visitor's mark.
 */
rating?: Rating,
/**
 * How many messages.
 */
messages: number, };

/**
 * Which conversations to list, newest activity first.
 */
export type ConversationsQuestion = {
/**
 * The part of the archive.
 */
view: View,
/**
 * A search in the query language.
 */
search?: string,
/**
 * Only those of this chat service.
 */
provider?: string,
/**
 * The position of the last row of the page before.
 */
after?: string,
/**
 * How many rows at most; 50 if not given, never more than 200.
 */
limit?: number, };

/**
 * A page of the list.
 */
export type ConversationPage = {
/**
 * The rows.
 */
rows: Array<ConversationRow>,
/**
 * Pass as `after` for the next, older page.
 */
next?: string,
/**
 * What of the search could not be understood, in words.
 */
problem?: string, };

/**
 * Which conversation, and the search whose hits to mark in it.
 */
export type ConversationQuestion = {
/**
 * The conversation's name.
 */
id: string,
/**
 * A search in the query language.
 */
search?: string,
/**
 * With the values whose names tell that they are secret.
 */
secrets?: boolean, };

/**
 * A text in another language.
 */
export type ShownTranslation = {
/**
 * The language's code.
 */
language: string,
/**
 * The text.
 */
text: string, };

/**
 * A message as the reader shows it.
 */
export type ShownMessage = {
/**
 * When it was sent.
 */
at: Instant,
/**
 * True when no payload gave that time.
 */
at_inferred: boolean,
/**
 * Who speaks.
 */
role: Role,
/**
 * The speaker's name.
 */
author?: string,
/**
 * The text in runs.
 */
text: Array<Piece>,
/**
 * A system event in plain words.
 */
words?: string,
/**
 * A system event's code.
 */
event?: string,
/**
 * The rule that sent an automatic message.
 */
trigger?: string,
/**
 * The text in other languages.
 */
translations: Array<ShownTranslation>,
/**
 * Files sent along.
 */
attachments: Array<Attachment>, };

/**
 * A conversation, whole.
 */
export type ConversationAnswer = {
/**
 * The conversation.
 */
transcript: Transcript,
/**
 * How many of its values are secret by their names. Unless they are asked for, dots stand there.
 */
secrets: number,
/**
 * Its messages as the reader shows them.
 */
messages: Array<ShownMessage>,
/**
 * What to call it in a heading.
 */
title: string,
/**
 * Other conversations with the same visitor, newest first, at most 20.
 */
earlier: Array<ConversationRow>, };

/**
 * How a payload came into the journal.
 */
export type DeliveryKind = "hook" | "back_fill" | "import";

/**
 * What is wrong with a signature.
 */
export type Doubt = "missing" | "wrong" | "late";

/**
 * What one step of an answer plan says.
 */
export type SaidKind = "usual" | "drop" | "own";

/**
 * Why a request was not taken.
 */
export type RefusalReason = "too_long" | "too_slow" | "broken_off" | "busy" | "too_many" | "old_address" | "not_kept";

/**
 * What a delivery's service was told, and how long that took. Times count from the request's last byte.
 */
export type ToldRow = {
/**
 * The status code; absent when the connection was closed without an answer, as planned.
 */
status?: number,
/**
 * The beginning of the answer's body, when it was not the usual one of its status.
 */
body?: string,
/**
 * Who decided on it, in words; absent for the usual answer.
 */
because?: string,
/**
 * Milliseconds from the whole head to the whole body.
 */
receiving: number,
/**
 * Milliseconds to the commit.
 */
committing: number,
/**
 * Milliseconds to the answer at the socket or, where it was not handed over, to the failure.
 */
answering: number,
/**
 * Milliseconds until the sender was seen to have closed its side; absent when it stayed.
 */
left?: number,
/**
 * Whether the socket took the answer, or was closed as planned.
 */
handed: boolean, };

/**
 * One step of an answer plan, in fields.
 */
export type StepRow = {
/**
 * What it says.
 */
said: SaidKind,
/**
 * The status code of an answer of its own, 200 to 599.
 */
status?: number,
/**
 * Its header lines.
 */
headers: Array<Header>,
/**
 * Its body; absent for the usual one.
 */
body?: string,
/**
 * How many milliseconds it waits first.
 */
wait: number,
/**
 * How often it is given; absent is once, or for ever in the last step.
 */
times?: number,
/**
 * That a status which services may take amiss is meant.
 */
meant: boolean, };

/**
 * The answers of a source, in fields.
 */
export type PlanRow = {
/**
 * The steps, at least one.
 */
steps: Array<StepRow>,
/**
 * Whether each event runs through the steps by itself.
 */
per_event: boolean,
/**
 * Whether it also answers what is in quarantine.
 */
quarantine_too: boolean, };

/**
 * A plan as text.
 */
export type PlanText = {
/**
 * The text.
 */
text: string, };

/**
 * Why a text or its fields are no plan.
 */
export type PlanProblem = {
/**
 * Where in the text, in characters.
 */
at: number,
/**
 * How many characters are meant; 0 at the end.
 */
length: number,
/**
 * What is wrong and what is allowed, in sentences.
 */
words: string, };

/**
 * A plan in both forms, or why it is none.
 */
export type PlanAnswer = {
/**
 * The text that was looked at.
 */
text: string,
/**
 * Its fields, when it is a plan.
 */
plan?: PlanRow,
/**
 * What is wrong with it, when it is none.
 */
problem?: PlanProblem,
/**
 * What harm its answers may do, in sentences.
 */
risks: Array<string>, };

/**
 * What a source answers instead of the usual.
 */
export type AnswerRow = {
/**
 * The plan as text.
 */
text: string,
/**
 * Since when.
 */
set_at: Instant,
/**
 * How many answers it has given, where it counts per source.
 */
given: number,
/**
 * The step that comes next, as text; absent where each event is counted by itself, or everything is as usual
 * again.
 */
next?: string,
/**
 * True when all steps are given and the source answers as usual again.
 */
over: boolean, };

/**
 * Which answers a source is to give, from the first step.
 */
export type NewAnswer = {
/**
 * The source's name.
 */
source: string,
/**
 * The plan as text; absent for the usual answer.
 */
text?: string, };

/**
 * A request that was not taken.
 */
export type RefusalRow = {
/**
 * Its number, in a space of its own.
 */
id: string,
/**
 * When it was given up.
 */
at: Instant,
/**
 * The source whose address it reached.
 */
source: string,
/**
 * The request method.
 */
method: string,
/**
 * The content type, as claimed.
 */
content_type?: string,
/**
 * Bytes of its body that arrived.
 */
seen: number,
/**
 * Bytes that its head announced; absent where it announced none.
 */
announced: number,
/**
 * Why it was not taken.
 */
reason: RefusalReason,
/**
 * What the sender was told; absent when it was gone before.
 */
status?: number,
/**
 * How many more were not taken since the one before and are not listed.
 */
passed_over: number, };

/**
 * Which requests that were not taken to list, newest first.
 */
export type RefusalsQuestion = {
/**
 * Only those of this source.
 */
source?: string,
/**
 * The number of the last row of the page before.
 */
after?: string,
/**
 * How many rows at most; 50 if not given, never more than 200.
 */
limit?: number, };

/**
 * A page of them.
 */
export type RefusalPage = {
/**
 * The rows.
 */
rows: Array<RefusalRow>,
/**
 * The number to ask the next page with; absent on the last one.
 */
next?: string, };

/**
 * A request that was not taken, as far as it came.
 */
export type RefusalAnswer = {
/**
 * Its row.
 */
row: RefusalRow,
/**
 * The path as sent, with the token taken out.
 */
path: string,
/**
 * The query string as sent.
 */
query?: string,
/**
 * Every header in the order of arrival.
 */
headers: Array<Header>,
/**
 * What of it is secret.
 */
concealed: Concealed,
/**
 * What is kept of its body: the first 64 KiB of what arrived, as text.
 */
body: string,
/**
 * Bytes of the body that are kept.
 */
kept: number, };

/**
 * One attempt of an event.
 */
export type EventAttemptRow = {
/**
 * The delivery.
 */
id: string,
/**
 * Which attempt it is, counted from 1.
 */
number: number,
/**
 * When it arrived.
 */
received_at: Instant,
/**
 * Milliseconds since the attempt before; absent for the first.
 */
gap: number,
/**
 * The size of its body in bytes.
 */
size: number,
/**
 * What its service was told, where that was noted.
 */
told?: ToldRow, };

/**
 * The attempts of the event that a delivery is one of.
 */
export type EventAttempts = {
/**
 * How many there are.
 */
all: number,
/**
 * The header by which the service numbers the event; absent where equal bytes are the same event.
 */
numbered_by?: string,
/**
 * Those around the one that was asked for, in order of arrival.
 */
rows: Array<EventAttemptRow>, };

/**
 * A piece of the signed bytes: letters, the value of a header or, with neither, the exact body.
 */
export type SignedPieceRow = {
/**
 * Letters that the service puts in.
 */
letters?: string,
/**
 * The header whose value is meant.
 */
header?: string,
/**
 * Its value; absent where the request has none.
 */
value?: string, };

/**
 * What a signature covers and where it stands, in one delivery.
 */
export type SignedRow = {
/**
 * The headers that may carry it.
 */
headers: Array<string>,
/**
 * What stands in them.
 */
claims: Array<Header>,
/**
 * How it is made, in words; absent for the secret itself.
 */
made?: string,
/**
 * The bytes it covers, one piece after another; none for the secret itself.
 */
pieces: Array<SignedPieceRow>, };

/**
 * What the door found when it checked a delivery's signature.
 */
export type SignatureRow = {
/**
 * What is wrong with it; absent when it is good.
 */
doubt?: Doubt,
/**
 * What was looked at and where, in words.
 */
scheme: string,
/**
 * The label of the secret it was made with, when it is good.
 */
secret?: string,
/**
 * True when it was answered 401 and put into quarantine.
 */
refused: boolean,
/**
 * When a person accepted it all the same.
 */
accepted_at?: Instant, };

/**
 * How a chat service signs.
 */
export type SchemeRow = {
/**
 * What is looked at and where, in words.
 */
words: string,
/**
 * What the service sends without a signature, in words.
 */
unsigned?: string, };

/**
 * A secret that a source's service signs with. It is never shown again.
 */
export type SecretRow = {
/**
 * What a person calls it.
 */
label: string,
/**
 * Its last four characters; absent for short ones.
 */
ending?: string,
/**
 * When it was set.
 */
added_at: Instant, };

/**
 * A secret to add. It goes one way only: it can be neither printed nor sent back.
 */
export type NewSecret = {
/**
 * The source's name.
 */
source: string,
/**
 * What to call it; absent for a number.
 */
label?: string,
/**
 * The secret, as the service shows it.
 */
secret: string, };

/**
 * Which secret.
 */
export type SecretName = {
/**
 * The source's name.
 */
source: string,
/**
 * The secret's label.
 */
label: string, };

/**
 * Whether a source with secrets also takes what has no signature.
 */
export type TakeUnsigned = {
/**
 * The source's name.
 */
source: string,
/**
 * True to take it.
 */
on: boolean, };

/**
 * Quarantined deliveries to accept, or accepted ones to put back.
 */
export type Acceptance = {
/**
 * The deliveries' numbers.
 */
ids: Array<string>,
/**
 * True to accept.
 */
on: boolean, };

/**
 * Deliveries to pin, or whose pins to take out.
 */
export type Pinning = {
/**
 * The deliveries' numbers.
 */
ids: Array<string>,
/**
 * True to pin.
 */
on: boolean, };

/**
 * A note to write beside a delivery.
 */
export type NewNote = {
/**
 * The delivery's number.
 */
id: string,
/**
 * The words; none take the note away.
 */
text: string, };

/**
 * What was noted.
 */
export type NoteKept = {
/**
 * The note as it was kept; absent when there is none now.
 */
note?: string,
/**
 * The note before, with which this one is taken back.
 */
before?: string, };

/**
 * A row of the inspector's list.
 */
export type DeliveryRow = {
/**
 * The delivery's number.
 */
id: string,
/**
 * When it arrived.
 */
received_at: Instant,
/**
 * The source it reached.
 */
source: string,
/**
 * The chat service whose reader understood it.
 */
provider?: string,
/**
 * The request method.
 */
method: string,
/**
 * How it came.
 */
kind: DeliveryKind,
/**
 * The content type, as claimed.
 */
content_type?: string,
/**
 * The size of the body in bytes.
 */
size: number,
/**
 * What became of it.
 */
outcome: Outcome,
/**
 * Why it tells of no conversation, in words.
 */
reason?: string,
/**
 * The conversations it tells of.
 */
conversations: Array<string>,
/**
 * The payload's own word for what happened.
 */
event?: string,
/**
 * What was found of its signature; absent when there was no secret to check it with.
 */
signature?: SignatureRow,
/**
 * A person pinned it.
 */
pinned: boolean,
/**
 * What a person noted beside it.
 */
note?: string,
/**
 * What its service was told; absent where that was not noted, as of what was imported.
 */
told?: ToldRow,
/**
 * In how many places it differed from the shape known until then.
 */
drift: number,
/**
 * It came by an old address of its source, which was still good.
 */
by_old_address: boolean, };

/**
 * Which deliveries to list, newest first.
 */
export type DeliveriesQuestion = {
/**
 * Only those of this conversation.
 */
conversation?: string,
/**
 * Only those of this source.
 */
source?: string,
/**
 * Only those in quarantine.
 */
quarantined?: boolean,
/**
 * A search in the query language of deliveries.
 */
search?: string,
/**
 * Only those newer than this number.
 */
since?: string,
/**
 * The `next` of the page before.
 */
after?: string,
/**
 * How many rows at most; 50 if not given, never more than 200.
 */
limit?: number, };

/**
 * A page of the inspector's list. A search looks at so many deliveries only and answers with what it has: also a page
 * without rows may have a next one.
 */
export type DeliveryPage = {
/**
 * The rows.
 */
rows: Array<DeliveryRow>,
/**
 * Pass as `after` for the next, older page.
 */
next?: string,
/**
 * What of the search could not be understood, in words.
 */
problem?: string,
/**
 * The number of the newest delivery in the journal; 0 in an empty one.
 */
newest: number,
/**
 * The number of the oldest.
 */
oldest: number,
/**
 * Everything that was asked for was looked at from the newest down to this number.
 */
reached: number,
/**
 * When the last one that was looked at arrived.
 */
reached_at?: Instant,
/**
 * The times among these rows in which the door was closed, newest first; none where only some deliveries are
 * looked for.
 */
gaps: Array<GapRow>, };

/**
 * Which delivery.
 */
export type DeliveryQuestion = {
/**
 * Its number.
 */
id: string, };

/**
 * Which delivery is looked at.
 */
export type LookQuestion = {
/**
 * Its number.
 */
id: string,
/**
 * With what is secret in it.
 */
secrets?: boolean, };

/**
 * A header line.
 */
export type Header = {
/**
 * The name as the sender spelled it.
 */
name: string,
/**
 * The value as text.
 */
value: string, };

/**
 * What of a request is secret, and is told only to who asks for it.
 */
export type Concealed = {
/**
 * The places of these headers, counted from 0. Unless secrets are asked for, their values are empty.
 */
headers: Array<number>,
/**
 * Whether the query string holds secrets. Unless they are asked for, placeholders stand there.
 */
query: boolean,
/**
 * How many secrets the body holds. Unless they are asked for, each of their bytes is a star.
 */
body: number, };

/**
 * One node of a payload.
 */
export type TreeNode = {
/**
 * Its name, in an object.
 */
key?: string,
/**
 * What it is.
 */
kind: TreeKind,
/**
 * A scalar as written.
 */
value?: string,
/**
 * Its JSON Pointer.
 */
pointer: string,
/**
 * Where its bytes begin in the body text.
 */
start?: number,
/**
 * Where they end.
 */
end?: number,
/**
 * What it holds.
 */
children?: Array<TreeNode>, };

/**
 * A delivery, whole.
 */
export type DeliveryAnswer = {
/**
 * Its row.
 */
row: DeliveryRow,
/**
 * The path, with the token taken out.
 */
path: string,
/**
 * The query string.
 */
query?: string,
/**
 * Every header in order.
 */
headers: Array<Header>,
/**
 * What of it is secret.
 */
concealed: Concealed,
/**
 * What its signature covers, where one was looked for.
 */
signed?: SignedRow,
/**
 * How the body is written.
 */
format: Format,
/**
 * The body as text; bytes that are no text are replaced and `lossy` says so.
 */
body: string,
/**
 * True when bytes were replaced.
 */
lossy: boolean,
/**
 * True when only the first part of a large body is shown.
 */
truncated: boolean,
/**
 * What was made of a compressed body; then text, tree and parts are those of the inflated one.
 */
inflated?: InflatedRow,
/**
 * The parts of a multipart body.
 */
parts?: PartsRow,
/**
 * The payload as a tree; absent for a body that has none, or too large a one.
 */
tree?: TreeNode,
/**
 * What each value became.
 */
became: Array<Became>,
/**
 * Values that no typed place took.
 */
other: Array<OtherValue>,
/**
 * What was odd.
 */
notices: Array<Notice>, };

/**
 * What a delivery did that none before it had done.
 */
export type DriftKind = "new" | "missing" | "retyped";

/**
 * The type of a value.
 */
export type DriftType = "null" | "bool" | "number" | "text" | "list" | "object" | "empty";

/**
 * One difference.
 */
export type DriftRow = {
/**
 * What is different.
 */
kind: DriftKind,
/**
 * The place in the learned shape, written like a JSON Pointer: `*` stands for any item of a list, `{}` for any
 * name that is data.
 */
path: string,
/**
 * The JSON Pointer of the value in this body; of a missing one that of the object that lacks it.
 */
pointer?: string,
/**
 * The types that were seen there until then; empty for a new name.
 */
expected: Array<DriftType>,
/**
 * The type that is there now; absent for a missing name.
 */
found?: DriftType,
/**
 * The newest earlier delivery that was as expected, where one of the last few was.
 */
example?: Elsewhere, };

/**
 * Where a delivery differed.
 */
export type DriftAnswer = {
/**
 * The first differences.
 */
rows: Array<DriftRow>,
/**
 * How many further ones there are.
 */
more: number, };

/**
 * Why a compressed body could not be inflated, or not to its end.
 */
export type InflateProblem = "unknown" | "not_so" | "damaged";

/**
 * What was made of a compressed body, for the viewer only: it is kept as it was sent.
 */
export type InflatedRow = {
/**
 * How its sender says it is compressed.
 */
encoding: string,
/**
 * How many bytes it is inflated to; those of the body as sent when it is not.
 */
size: number,
/**
 * True when there is more of it than is shown.
 */
truncated: boolean,
/**
 * Why it could not be inflated, or not to its end.
 */
problem?: InflateProblem, };

/**
 * One part of a multipart body.
 */
export type PartRow = {
/**
 * The name of its field.
 */
name?: string,
/**
 * The file name that its sender gave it.
 */
file_name?: string,
/**
 * Its content type, as claimed.
 */
content_type?: string,
/**
 * Its own headers, in order.
 */
headers: Array<Header>,
/**
 * Where its bytes begin in the body.
 */
start: number,
/**
 * How many they are.
 */
size: number,
/**
 * Its beginning, when it is text.
 */
text?: string,
/**
 * The name it is saved under.
 */
saved_as: string, };

/**
 * The parts of a multipart body.
 */
export type PartsRow = {
/**
 * The parts in order.
 */
rows: Array<PartRow>,
/**
 * How many there are behind those.
 */
more: number,
/**
 * False when the closing delimiter is missing.
 */
closed: boolean, };

/**
 * Some bytes of a body.
 */
export type BytesQuestion = {
/**
 * The delivery's number.
 */
delivery: string,
/**
 * Of the body as it is inflated, instead of as sent.
 */
inflated?: boolean,
/**
 * With what is secret in it.
 */
secrets?: boolean,
/**
 * The first byte.
 */
start: number,
/**
 * How many at most; never more than 65,536.
 */
length: number, };

/**
 * Bytes in hexadecimal.
 */
export type BytesAnswer = {
/**
 * Two digits for each byte.
 */
digits: string,
/**
 * How many bytes the whole body has.
 */
total: number, };

/**
 * Which two deliveries to compare.
 */
export type CompareQuestion = {
/**
 * The number of the left one: what it was before.
 */
left: string,
/**
 * The number of the right one: what it is now.
 */
right: string, };

/**
 * A header line of both, or of one of them.
 */
export type ComparedHeader = {
/**
 * How the values stand to each other.
 */
what: Difference,
/**
 * Whether the name is spelled in another way.
 */
respelled: boolean,
/**
 * Whether it stands elsewhere among the headers that both have.
 */
moved: boolean,
/**
 * Whether its value is secret.
 */
secret: boolean,
/**
 * The left line.
 */
left?: Header,
/**
 * The right line.
 */
right?: Header, };

/**
 * A piece of two texts that were compared word by word.
 */
export type ComparedPiece = {
/**
 * Same, added or removed.
 */
what: Difference,
/**
 * The piece; of a long one the beginning and the end, with `…` between.
 */
text: string, };

/**
 * A value, or a line of text, in one of the two bodies.
 */
export type ComparedValue = {
/**
 * The JSON Pointer of a value.
 */
pointer?: string,
/**
 * The number of a line, counted from 1.
 */
line?: number,
/**
 * What a value is.
 */
kind?: TreeKind,
/**
 * A scalar as written, or a line; the beginning of a long one.
 */
text?: string,
/**
 * True when only the beginning is here.
 */
cut: boolean,
/**
 * How many values it holds.
 */
count: number, };

/**
 * One line of the comparison of two bodies.
 */
export type ComparedLine = {
/**
 * How deep it stands; 0 for the roots, and for lines of text.
 */
depth: number,
/**
 * How the two stand to each other.
 */
what: Difference,
/**
 * Whether it stands elsewhere in its list than before.
 */
moved: boolean,
/**
 * Whether it only spells out a line above it that is the same, added or removed as a whole.
 */
inside: boolean,
/**
 * The name of the value, in an object.
 */
name?: string,
/**
 * The left place.
 */
left?: ComparedValue,
/**
 * The right place.
 */
right?: ComparedValue,
/**
 * The two texts word by word, where both are text and differ.
 */
pieces: Array<ComparedPiece>, };

/**
 * As what two bodies were compared.
 */
export type ComparedAs = "equal" | "trees" | "texts" | "bytes";

/**
 * Two bodies side by side.
 */
export type ComparedBody = {
/**
 * As what they were compared.
 */
compared_as: ComparedAs,
/**
 * How the left one is written.
 */
left: Format,
/**
 * How the right one is written.
 */
right: Format,
/**
 * The lines in order. Trees without a change say the same and are only written differently.
 */
lines: Array<ComparedLine>,
/**
 * How many lines are a change, also of those that are left out.
 */
changes: number,
/**
 * How many further lines are left out.
 */
more: number,
/**
 * The first byte that differs, for bodies that were compared as bytes.
 */
first_byte?: number, };

/**
 * What changed in a conversation that both tell of, from after the left to after the right.
 */
export type ComparedConversation = {
/**
 * The conversation's name.
 */
id: string,
/**
 * What changed.
 */
changes: Array<ConversationChange>,
/**
 * How many further changes are left out.
 */
more: number, };

/**
 * One of the two deliveries.
 */
export type ComparedSide = {
/**
 * Its row.
 */
row: DeliveryRow,
/**
 * The path, with the token taken out.
 */
path: string,
/**
 * The query string.
 */
query?: string, };

/**
 * Two deliveries side by side.
 */
export type CompareAnswer = {
/**
 * The left one.
 */
left: ComparedSide,
/**
 * The right one.
 */
right: ComparedSide,
/**
 * Every header of both in the order of the right one.
 */
headers: Array<ComparedHeader>,
/**
 * The bodies.
 */
body: ComparedBody,
/**
 * The conversations that both tell of. Empty where they tell of different ones, or of none.
 */
conversations: Array<ComparedConversation>, };

/**
 * The deliveries before one, each in another sense.
 */
export type NeighboursAnswer = {
/**
 * The one before it that tells of the same conversation.
 */
conversation?: DeliveryRow,
/**
 * The one before it that reached the same source with the same event.
 */
event?: DeliveryRow,
/**
 * The one before it that reached the same source.
 */
source?: DeliveryRow, };

/**
 * As what a delivery is written.
 */
export type WrittenForm = "curl" | "httpie" | "raw";

/**
 * As what deliveries are saved.
 */
export type HandedAs = "har" | "fixtures" | "body" | "request";

/**
 * A delivery, and how to write it.
 */
export type WrittenQuestion = {
/**
 * The delivery's number.
 */
delivery: string,
/**
 * As what.
 */
form: WrittenForm,
/**
 * Also what is secret: values of headers and of the query, and the address with its token.
 */
secrets?: boolean,
/**
 * Where the command sends to. Without it the variable `HOOK_URL` stands there, or with secrets the address of
 * the delivery's own source.
 */
to?: string,
/**
 * The whole body stands in the command, however large it is.
 */
whole?: boolean, };

/**
 * What the text does not say as the delivery did.
 */
export type WrittenRemark = {
/**
 * Its stable code: `not_kept`, `header_left_out`, `body_left_out` or `body_in_file`.
 */
code: string,
/**
 * The header or the file that is meant.
 */
name?: string, };

/**
 * A delivery as text.
 */
export type WrittenAnswer = {
/**
 * The text.
 */
text: string,
/**
 * Where something is hidden: names of headers, `?name` for a part of the query, `body`.
 */
hidden: Array<string>,
/**
 * What it does not say as the delivery did.
 */
remarks: Array<WrittenRemark>, };

/**
 * Some deliveries: these, or all that a list holds.
 */
export type DeliveryChoice = {
/**
 * Their numbers.
 */
ids?: Array<string>,
/**
 * All that such a list holds, to its end.
 */
list?: DeliveriesQuestion,
/**
 * Only those that came at this moment or later.
 */
since?: Instant,
/**
 * Only those that came before this moment.
 */
until?: Instant, };

/**
 * Deliveries to save.
 */
export type HandOverQuestion = {
/**
 * Which.
 */
which: DeliveryChoice,
/**
 * As what.
 */
form: HandedAs,
/**
 * Also what is secret.
 */
secrets?: boolean, };

/**
 * The long work that was begun.
 */
export type WorkStarted = {
/**
 * Its name.
 */
work: string, };

/**
 * How fast deliveries follow one another.
 */
export type ReplayPace = { "kind": "kept" } | { "kind": "faster",
/**
 * How many times.
 */
times: number, } | { "kind": "rate",
/**
 * How many.
 */
per_second: number, } | { "kind": "at_once" };

/**
 * Where deliveries are sent to.
 */
export type ReplayTo = { "kind": "own" } | { "kind": "source",
/**
 * The source's name.
 */
name: string, } | { "kind": "url",
/**
 * The address.
 */
url: string, } | { "kind": "reader" };

/**
 * Deliveries to send again.
 */
export type ReplayQuestion = {
/**
 * Which.
 */
which: DeliveryChoice,
/**
 * Where to.
 */
to: ReplayTo,
/**
 * How fast.
 */
pace: ReplayPace,
/**
 * Ends with the first that is not answered with success.
 */
stop_on_failure?: boolean,
/**
 * Signs each anew, at the time of sending, with the secret of this label: of the source it is sent to, else of
 * the one it reached.
 */
sign?: string, };

/**
 * What sending again would be.
 */
export type ReplayPlan = {
/**
 * How many deliveries.
 */
count: number,
/**
 * When the first of them came.
 */
first?: Instant,
/**
 * When the last of them came.
 */
last?: Instant,
/**
 * How many seconds it takes at least to come to the last.
 */
seconds: number,
/**
 * The sources they reached, in the order of their names.
 */
sources: Array<string>, };

/**
 * Why a value is there that no payload says.
 */
export type Inference = "receipt" | "line_beside" | "shape" | "given";

/**
 * Where did this value of a conversation come from?
 */
export type OriginQuestion = {
/**
 * The conversation's name.
 */
conversation: string,
/**
 * The value's path in the transcript, such as `visitor.email`, `messages[3].author.name` or `fields[0].value`.
 */
place: string, };

/**
 * A place in a delivery's payload.
 */
export type Elsewhere = {
/**
 * The delivery's number.
 */
delivery: string,
/**
 * The JSON Pointer; `@start-end` follows for a part of the text there, in bytes.
 */
at: string, };

/**
 * Where a value came from: a delivery and a place in it, or the reason why no payload says it.
 */
export type OriginAnswer = {
/**
 * The delivery's number.
 */
delivery?: string,
/**
 * The JSON Pointer; `@start-end` follows for a part of the text there, in bytes. Absent for an inferred value.
 */
at?: string,
/**
 * Why the value is there although no payload says it.
 */
inferred?: Inference,
/**
 * Other deliveries that say something here too, oldest first. Theirs is not what is shown.
 */
also: Array<Elsewhere>, };

/**
 * Where is a value of a delivery shown?
 */
export type ShownQuestion = {
/**
 * The delivery's number.
 */
delivery: string,
/**
 * Where it stands in the payload, as `Became` writes it.
 */
at: string,
/**
 * What it became in the reading of that delivery; `other` for a value that no typed place took.
 */
field: string, };

/**
 * The conversation that a value of a delivery belongs to.
 */
export type ShownAnswer = {
/**
 * The conversation's name.
 */
conversation: string,
/**
 * The value's path in the transcript. Absent when the conversation shows nothing of it.
 */
place?: string,
/**
 * True when another delivery says what is shown there.
 */
replaced: boolean, };

/**
 * Where in the body is this place?
 */
export type SpotQuestion = {
/**
 * The delivery's number.
 */
delivery: string,
/**
 * The JSON Pointer, with `@start-end` for a part of the text there.
 */
at: string,
/**
 * With what is secret in the body.
 */
secrets?: boolean, };

/**
 * A part of a body.
 */
export type Excerpt = {
/**
 * Where it begins in the body, in bytes of its text.
 */
start: number,
/**
 * The number of its first line.
 */
line: number,
/**
 * The text.
 */
text: string, };

/**
 * A place in a body.
 */
export type SpotAnswer = {
/**
 * The JSON Pointer of the value.
 */
pointer: string,
/**
 * Where the bytes begin in the body's text.
 */
start: number,
/**
 * Where they end.
 */
end: number,
/**
 * What stands around it, where that is behind the part of the body that a delivery's answer holds.
 */
excerpt?: Excerpt, };

/**
 * An address that a source had before. Its token is told to nobody.
 */
export type OldAddressRow = {
/**
 * Its number.
 */
id: string,
/**
 * When a new one took its place.
 */
replaced_at: Instant,
/**
 * Until when it works.
 */
until: Instant,
/**
 * When a person ended it before.
 */
ended_at?: Instant,
/**
 * Whether it works now.
 */
works: boolean,
/**
 * How many deliveries came by it since it was replaced.
 */
deliveries: number,
/**
 * When the last of them arrived.
 */
last_used_at?: Instant, };

/**
 * How a gap began, as far as somebody said so.
 */
export type GapBegan = "closed" | "slept";

/**
 * What went wrong last at a source.
 */
export type WrongKind = "unreadable" | "quarantined" | "refused";

/**
 * A stretch of time in which the door was closed.
 */
export type GapRow = {
/**
 * Its name, which also is the place to ask the next page with: when it ended, in milliseconds.
 */
id: string,
/**
 * Until then at least the door had been open.
 */
from: Instant,
/**
 * From then on it was open again.
 */
to: Instant,
/**
 * How it began; absent when nobody said so: the program was ended by force, or the machine lost its power.
 */
began?: GapBegan, };

/**
 * Which gaps to list, newest first.
 */
export type GapsQuestion = {
/**
 * The name of the last row of the page before.
 */
after?: string,
/**
 * Also short ones, and those from before any service had reached its address.
 */
all?: boolean,
/**
 * How many rows at most; 50 if not given, never more than 200.
 */
limit?: number, };

/**
 * A page of them.
 */
export type GapPage = {
/**
 * The rows.
 */
rows: Array<GapRow>,
/**
 * The name to ask the next page with; absent on the last one.
 */
next?: string, };

/**
 * A gap by its name.
 */
export type GapQuestion = {
/**
 * Its name.
 */
id: string, };

/**
 * Up to which gap a person has seen them.
 */
export type SeenGaps = {
/**
 * The name of the newest that was seen; absent for none.
 */
id?: string, };

/**
 * What had been seen before.
 */
export type GapsSeen = {
/**
 * The name of the newest that had been seen; absent for none.
 */
before?: string, };

/**
 * How often a source usually hears from its service, learned from the last six weeks of its deliveries.
 */
export type RhythmRow = {
/**
 * Seconds from one to the next, at the usual days and hours.
 */
every: number,
/**
 * How many a week brings.
 */
per_week: number,
/**
 * The usual days of the week, Monday first.
 */
days: [boolean, boolean, boolean, boolean, boolean, boolean, boolean],
/**
 * The usual hours of the day by this machine's clock, from and to; absent at any. The second may be below the first.
 */
hours?: [number, number], };

/**
 * What went wrong last at a source, and where to look at it.
 */
export type WrongRow = {
/**
 * When.
 */
at: Instant,
/**
 * What.
 */
kind: WrongKind,
/**
 * The delivery, for what became one.
 */
delivery?: string,
/**
 * The request that was not taken.
 */
refusal?: string,
/**
 * Why it was not taken.
 */
reason?: RefusalReason, };

/**
 * A talkative source has gone quiet.
 */
export type QuietRow = {
/**
 * Seconds since its last delivery in which the door was open.
 */
open_for: number,
/**
 * How many deliveries were to be expected meanwhile.
 */
expected: number,
/**
 * A person has seen it and wants to hear no more of it until the next delivery.
 */
dismissed: boolean, };

/**
 * How a source fares.
 */
export type HealthRow = {
/**
 * When its service last sent something: without samples and trials by hand.
 */
last_at?: Instant,
/**
 * How often it usually does; absent while too little is known.
 */
rhythm?: RhythmRow,
/**
 * What went wrong last.
 */
wrong?: WrongRow,
/**
 * That it has gone quiet.
 */
quiet?: QuietRow, };

/**
 * Whether a person wants to hear no more of a quiet source until its next delivery.
 */
export type QuietDismissal = {
/**
 * The source's name.
 */
source: string,
/**
 * False takes it back.
 */
on: boolean, };

/**
 * A hook address.
 */
export type SourceRow = {
/**
 * Its name.
 */
name: string,
/**
 * The chat service it is for; absent when it finds out by itself.
 */
provider?: string,
/**
 * The address on this machine, with its token.
 */
hook_url: string,
/**
 * The address on the public network, with its token, while the tunnel has one.
 */
public_url?: string,
/**
 * When it was made.
 */
created_at: Instant,
/**
 * The addresses that it had before, as far as they are remembered, the newest first.
 */
old_addresses: Array<OldAddressRow>,
/**
 * When it last heard from its service.
 */
last_delivery_at?: Instant,
/**
 * How many deliveries reached it.
 */
deliveries: number,
/**
 * How many of them are in quarantine.
 */
quarantined: number,
/**
 * How many of them its service sent itself: without samples and trials by hand.
 */
real_deliveries: number,
/**
 * When the first of these arrived.
 */
first_real_delivery_at?: Instant,
/**
 * What its service signs with, oldest first. With none, nothing is checked.
 */
secrets: Array<SecretRow>,
/**
 * Whether it takes what has no signature although it has secrets.
 */
takes_unsigned: boolean,
/**
 * What it answers instead of the usual; absent when it answers as usual.
 */
answer?: AnswerRow,
/**
 * How it fares.
 */
health: HealthRow, };

/**
 * How the tunnel is.
 */
export type TunnelState = "stopped" | "starting" | "assigned" | "reachable" | "changed" | "degraded";

/**
 * Whether the public address is the same after the next start.
 */
export type TunnelAddress = "stays" | "stays_with_account" | "changes";

/**
 * Where the encryption of a request ends.
 */
export type TunnelEncryption = "own_server" | "service" | "this_machine" | "none" | "unknown";

/**
 * Who else can read what services post.
 */
export type TunnelReaders = "nobody" | "service" | "everybody" | "unknown";

/**
 * What somebody must have to use it.
 */
export type TunnelAccount = "none" | "optional" | "needed" | "own_server";

/**
 * A field of a tunnel's settings.
 */
export type TunnelField = "server" | "ssh_port" | "key" | "bind" | "remote_port" | "public_url" | "command" | "url_pattern" | "ready_pattern" | "http2" | "secret";

/**
 * What is entered for a kind of tunnel. Each kind uses a few of these.
 */
export type TunnelFields = {
/**
 * SSH: `user@host`. bore: the server, with its control port behind a colon if it is not 7835.
 */
server: string,
/**
 * The port of the SSH server; absent for 22 or what the account's configuration says.
 */
ssh_port?: number,
/**
 * The file of the private key; empty for the account's own keys.
 */
key: string,
/**
 * The address on the server that listens: `127.0.0.1` behind a proxy, `*` for everybody.
 */
bind: string,
/**
 * The public port; 0 or absent takes any.
 */
remote_port?: number,
/**
 * The public address, where only a person can know it.
 */
public_url: string,
/**
 * A program's command line; `{port}` stands for the port of the door.
 */
command: string,
/**
 * A regular expression that finds the address in what the program prints.
 */
url_pattern: string,
/**
 * A regular expression that finds the line which says that it works.
 */
ready_pattern: string,
/**
 * Over TCP instead of QUIC, where UDP is blocked.
 */
http2: boolean, };

/**
 * A kind of tunnel.
 */
export type TunnelKind = {
/**
 * Its id.
 */
id: string,
/**
 * Its name.
 */
name: string,
/**
 * Whether its address stays.
 */
address: TunnelAddress,
/**
 * Where encryption ends.
 */
encryption: TunnelEncryption,
/**
 * Who can read the requests.
 */
readers: TunnelReaders,
/**
 * What somebody must have.
 */
account: TunnelAccount,
/**
 * The fields that it uses.
 */
takes: Array<TunnelField>,
/**
 * What is entered, or the defaults.
 */
fields: TunnelFields,
/**
 * The end of the token or secret that is set.
 */
secret_ending?: string,
/**
 * The program that it starts.
 */
program?: string,
/**
 * Whether that program is there.
 */
installed: boolean, };

/**
 * How the tunnel is, for the status line.
 */
export type TunnelStatus = {
/**
 * How it is.
 */
state: TunnelState,
/**
 * The kind that runs, or ran last.
 */
kind?: string,
/**
 * The public address, without a path.
 */
url?: string,
/**
 * Since when it is so.
 */
since: Instant,
/**
 * When a question last came back.
 */
proved_at?: Instant,
/**
 * Why it is not as it should be.
 */
trouble?: Failure,
/**
 * When it is tried again.
 */
retry_at?: Instant,
/**
 * The address that services were given, when it is another one.
 */
changed_from?: string,
/**
 * The door that the tunnel leads to, while it is open.
 */
door?: string, };

/**
 * A line of what the tunnel said.
 */
export type TunnelLine = {
/**
 * When.
 */
at: Instant,
/**
 * What.
 */
text: string, };

/**
 * Everything about the tunnel.
 */
export type TunnelAnswer = {
/**
 * How it is.
 */
status: TunnelStatus,
/**
 * Every kind.
 */
kinds: Array<TunnelKind>,
/**
 * The last lines of what it said, oldest first.
 */
log: Array<TunnelLine>, };

/**
 * What to enter for a kind.
 */
export type TunnelEntry = {
/**
 * The kind's id.
 */
kind: string,
/**
 * All of its fields.
 */
fields: TunnelFields,
/**
 * The token or secret; absent leaves the one that is set, empty takes it out.
 */
secret?: string, };

/**
 * Which tunnel to start.
 */
export type TunnelStart = {
/**
 * The kind's id.
 */
kind: string, };

/**
 * A chat service.
 */
export type ProviderRow = {
/**
 * Its id.
 */
id: string,
/**
 * Its name.
 */
name: string,
/**
 * How it signs; absent when it signs nothing.
 */
signature?: SchemeRow,
/**
 * Whether its past chats can be fetched.
 */
fetchable: boolean, };

/**
 * How far a delivery has come on its way to a target.
 */
export type ForwardState = "waiting" | "under_way" | "held" | "done" | "dead";

/**
 * What a person decides about a target.
 */
export type ForwardSettings = {
/**
 * What to call it; empty to call it after its server.
 */
name: string,
/**
 * Where deliveries go: http or https.
 */
url: string,
/**
 * Sent before the service is answered; otherwise after it.
 */
before: boolean,
/**
 * The service gets this target's answer; implies `before`. Of the targets of a source only one does.
 */
pass_back: boolean,
/**
 * Seconds that one attempt may take, 1 to 30.
 */
deadline: number,
/**
 * `Authorization` and `Cookie` go along.
 */
credentials: boolean,
/**
 * The delivery's number goes along, in `X-Afterchat-Delivery`.
 */
numbered: boolean,
/**
 * What is in quarantine goes, too.
 */
quarantined: boolean, };

/**
 * One attempt to send a delivery to a target.
 */
export type ForwardAttempt = {
/**
 * Its number within its target.
 */
number: string,
/**
 * The delivery's number.
 */
delivery: string,
/**
 * When it began.
 */
at: Instant,
/**
 * How long it took, in milliseconds.
 */
took_ms: number,
/**
 * What was answered.
 */
status?: number,
/**
 * Why there was no answer: a stable code.
 */
code?: string,
/**
 * The same in words.
 */
words?: string,
/**
 * The beginning of the answer's body as text.
 */
answer: string, };

/**
 * A target of a source and how it stands.
 */
export type ForwardTargetRow = {
/**
 * Its number.
 */
id: string,
/**
 * The source whose deliveries it gets.
 */
source: string,
/**
 * What a person decided about it.
 */
settings: ForwardSettings,
/**
 * True while what arrives only waits.
 */
paused: boolean,
/**
 * When it was added: it gets what arrived later.
 */
added_at: Instant,
/**
 * How many deliveries are to be sent there, at once or at a later time.
 */
waiting: number,
/**
 * How many are in quarantine and go when they are accepted.
 */
held: number,
/**
 * How many were given up.
 */
dead: number,
/**
 * How many arrived there.
 */
forwarded: number,
/**
 * True while one is being sent.
 */
under_way: boolean,
/**
 * When the next is tried.
 */
next_at?: Instant,
/**
 * The newest attempt.
 */
last?: ForwardAttempt, };

/**
 * The targets of a source.
 */
export type ForwardTargets = {
/**
 * The targets, oldest first.
 */
rows: Array<ForwardTargetRow>, };

/**
 * A target to add.
 */
export type NewForwardTarget = {
/**
 * The source's name.
 */
source: string,
/**
 * What is decided about it.
 */
settings: ForwardSettings, };

/**
 * A target to change.
 */
export type ChangedForwardTarget = {
/**
 * Its number.
 */
target: string,
/**
 * What is decided about it now.
 */
settings: ForwardSettings, };

/**
 * Which target.
 */
export type ForwardTargetQuestion = {
/**
 * Its number.
 */
target: string, };

/**
 * A target to let rest, or to let go on.
 */
export type PausedForwardTarget = {
/**
 * Its number.
 */
target: string,
/**
 * True to let it rest.
 */
on: boolean, };

/**
 * Which part of a target's log, or of what it did not take, newest first.
 */
export type ForwardLogQuestion = {
/**
 * The target's number.
 */
target: string,
/**
 * Pass `next` of the page before.
 */
after?: string,
/**
 * How many rows at most; 50 if not given, never more than 200.
 */
limit?: number, };

/**
 * A page of a target's log.
 */
export type ForwardLogPage = {
/**
 * The attempts.
 */
rows: Array<ForwardAttempt>,
/**
 * Pass as `after` for the next, older page.
 */
next?: string, };

/**
 * A delivery that was given up at a target.
 */
export type DeadLetterRow = {
/**
 * The delivery's number.
 */
delivery: string,
/**
 * When it arrived here.
 */
received_at: Instant,
/**
 * How many attempts were made.
 */
tries: number,
/**
 * What the last one was answered.
 */
status?: number,
/**
 * Or why there was no answer: a stable code.
 */
code?: string, };

/**
 * A page of what was given up.
 */
export type DeadLetterPage = {
/**
 * The deliveries.
 */
rows: Array<DeadLetterRow>,
/**
 * Pass as `after` for the next, older page.
 */
next?: string, };

/**
 * One delivery at one target.
 */
export type ForwardedRow = {
/**
 * The target's number.
 */
target: string,
/**
 * What it is called.
 */
name: string,
/**
 * Its address.
 */
url: string,
/**
 * True while what arrives only waits.
 */
paused: boolean,
/**
 * How far it has come; absent when it does not go there by itself.
 */
state?: ForwardState,
/**
 * When it is tried next.
 */
next_at?: Instant,
/**
 * The attempts that are remembered, oldest first.
 */
attempts: Array<ForwardAttempt>, };

/**
 * Where a delivery went or will go.
 */
export type ForwardedAnswer = {
/**
 * The targets, oldest first.
 */
rows: Array<ForwardedRow>, };

/**
 * What was given up, to be sent again.
 */
export type ForwardAgain = {
/**
 * The target's number.
 */
target: string,
/**
 * The deliveries' numbers; absent for all that it did not take.
 */
deliveries?: Array<string>, };

/**
 * A delivery to send to a target now, whatever became of it before.
 */
export type ForwardNow = {
/**
 * The target's number.
 */
target: string,
/**
 * The delivery's number.
 */
delivery: string, };

/**
 * What arrived before a target was added, to be sent there, too.
 */
export type ForwardEarlier = {
/**
 * The target's number.
 */
target: string,
/**
 * The earliest time of arrival.
 */
since: Instant, };

/**
 * How many deliveries of a source were given up.
 */
export type DeadLetterCount = {
/**
 * The source's name.
 */
source: string,
/**
 * How many, at all its targets.
 */
count: number, };

/**
 * How many conversations a view holds.
 */
export type Counts = {
/**
 * All.
 */
total: number,
/**
 * Those not read to their end.
 */
unread: number, };

/**
 * How many conversations each view holds.
 */
export type ViewCounts = {
/**
 * What has not been put away.
 */
inbox: Counts,
/**
 * What nobody has read to its end.
 */
unread: Counts,
/**
 * Chats whose last message got no answer.
 */
missed: Counts,
/**
 * Messages left while nobody was there.
 */
offline: Counts,
/**
 * What somebody marked.
 */
starred: Counts,
/**
 * What was put away.
 */
archived: Counts,
/**
 * All of it.
 */
everything: Counts, };

/**
 * What a backup has that a repaired archive lacks.
 */
export type BackupOffer = {
/**
 * The name of the backup.
 */
backup: string,
/**
 * When it was made.
 */
at: Instant,
/**
 * Deliveries that only the backup has.
 */
deliveries: number,
/**
 * Decisions of people and notes that only the backup has.
 */
others: number, };

/**
 * What the last repair did, until somebody dismisses it.
 */
export type RepairRow = {
/**
 * When the archive was repaired.
 */
at: Instant,
/**
 * In which way it was damaged: missing, no_database, cut_off, log_broken, log_old, log_missing or malformed.
 */
damage: string,
/**
 * The folder in which the damaged files stand.
 */
folder: string,
/**
 * Deliveries that were taken over.
 */
deliveries: number,
/**
 * How many deliveries are missing; absent where nothing tells.
 */
missing?: number,
/**
 * Hook addresses were taken from this backup, because they could not be read.
 */
addresses_from?: Instant,
/**
 * Forwarding targets were taken from this backup, because they could not be read. They rest.
 */
targets_from?: Instant,
/**
 * Settings were taken from this backup, because they could not be read.
 */
settings_from?: Instant,
/**
 * What the newest good backup has besides.
 */
offer?: BackupOffer, };

/**
 * How the backups stand.
 */
export type BackupsRow = {
/**
 * The folder they are in.
 */
folder: string,
/**
 * When the newest was made.
 */
newest_at?: Instant,
/**
 * Its size in bytes.
 */
newest_size: number,
/**
 * How many there are.
 */
count: number,
/**
 * When the last try failed, unless a later one succeeded.
 */
failed_at?: Instant,
/**
 * Why it failed.
 */
failure?: Failure, };

/**
 * Which backup.
 */
export type BackupQuestion = {
/**
 * Its name.
 */
backup: string, };

/**
 * The state of everything, for the sidebar and the status line.
 */
export type Overview = {
/**
 * Whether the door is open.
 */
listener: Listener,
/**
 * Since when it has been open without a break, whichever program holds it open; of a closed one, since when it
 * last had been.
 */
open_since?: Instant,
/**
 * The newest time in which it was closed and that nobody has said to have seen.
 */
gap?: GapRow,
/**
 * Whether the world can reach it.
 */
tunnel: TunnelStatus,
/**
 * How many conversations there are.
 */
conversations: number,
/**
 * How many deliveries were received and read.
 */
deliveries: number,
/**
 * When the last one arrived.
 */
last_delivery_at?: Instant,
/**
 * How many deliveries are in quarantine.
 */
quarantined: number,
/**
 * The number of the newest of them.
 */
newest_quarantined?: string,
/**
 * The sources whose targets did not take what was forwarded, and how much of it.
 */
dead_letters: Array<DeadLetterCount>,
/**
 * How many deliveries wait to be read.
 */
waiting: number,
/**
 * How many conversations each view holds.
 */
views: ViewCounts,
/**
 * How many requests that were not taken are listed.
 */
refused: number,
/**
 * When the newest of them was given up.
 */
last_refused_at?: Instant,
/**
 * Every hook address.
 */
sources: Array<SourceRow>,
/**
 * Every chat service that is read.
 */
providers: Array<ProviderRow>,
/**
 * What the last repair of the archive did, until somebody dismisses it.
 */
repair?: RepairRow,
/**
 * Damage was met since the start: deliveries are refused, and the next start repairs the archive.
 */
damaged: boolean,
/**
 * How the backups stand.
 */
backups: BackupsRow,
/**
 * The folder of the archive.
 */
archive: string,
/**
 * The program's version.
 */
version: string, };

/**
 * What is being done before the archive is open.
 */
export type OpeningStage = "looking" | "repairing" | "comparing" | "checking" | "waiting" | "backing_up" | "changing";

/**
 * How far opening the archive is.
 */
export type OpeningRow = {
/**
 * What is being done.
 */
stage: OpeningStage,
/**
 * The part of it that is done, between 0 and 1; absent where nobody knows how long it takes.
 */
part?: number, };

/**
 * Whether the archive is open.
 */
export type OpeningAnswer = {
/**
 * How far opening it is; absent once it is open.
 */
opening?: OpeningRow, };

/**
 * How well a fact is known.
 */
export type Known = "documented" | "inferred" | "not_documented";

/**
 * Something to know about a service, with where it is known from.
 */
export type GuideFact = {
/**
 * In words.
 */
text: string,
/**
 * How well it is known.
 */
known: Known,
/**
 * The page where it stands, or from which it follows; absent where no page tells of it.
 */
page?: string, };

/**
 * Whether an event should be switched on.
 */
export type Advice = "needed" | "useful" | "useless";

/**
 * Something the service tells of, and can be asked to.
 */
export type GuideEvent = {
/**
 * As it is called where it is switched on.
 */
name: string,
/**
 * Whether it should be switched on.
 */
advice: Advice,
/**
 * What it brings.
 */
brings: GuideFact, };

/**
 * One of a service's ways to post to an address.
 */
export type GuideWay = {
/**
 * What the service calls it.
 */
name: string,
/**
 * The plan that has it; absent where none is named.
 */
plan?: GuideFact,
/**
 * Where the address goes, step by step.
 */
steps: Array<GuideFact>,
/**
 * What can be switched on, the needed first.
 */
events: Array<GuideEvent>,
/**
 * What never arrives this way.
 */
never: Array<GuideFact>,
/**
 * What a request looks like.
 */
format: GuideFact,
/**
 * True when its requests are signed, once a secret is set on both sides.
 */
signs: boolean,
/**
 * Which secret to enter where; for what is not signed, what is known of that.
 */
secret: GuideFact,
/**
 * When a request that failed is sent again, and what counts as failed.
 */
retries: GuideFact,
/**
 * What must be true of the address.
 */
address: GuideFact,
/**
 * True when an address that begins with `http:` is not taken.
 */
https_only: boolean,
/**
 * Whether one address serves everything that is switched on.
 */
one_for_all: GuideFact,
/**
 * What to do at the service so that something is sent.
 */
trigger: GuideFact, };

/**
 * How a service is connected.
 */
export type Guide = {
/**
 * Its ways to post to an address, the one to begin with first.
 */
ways: Array<GuideWay>, };

/**
 * How a chat service is connected.
 */
export type ServiceGuide = {
/**
 * The service's id.
 */
provider: string,
/**
 * Its guide.
 */
guide: Guide, };

/**
 * The guide to the service of a hook address, or to every one when the address finds out by itself.
 */
export type GuideAnswer = {
/**
 * The guides.
 */
services: Array<ServiceGuide>, };

/**
 * Whether a service has reached its address. Samples and trials by hand do not count.
 */
export type ConnectedAnswer = {
/**
 * The first delivery of the service that could be read.
 */
first?: DeliveryRow,
/**
 * While there is none: the newest that could not, in quarantine or unreadable.
 */
trouble?: DeliveryRow,
/**
 * While there is none: the newest sample or trial by hand.
 */
trial?: DeliveryRow, };

/**
 * A bundled payload.
 */
export type SampleRow = {
/**
 * Its id.
 */
id: string,
/**
 * The chat service it is from.
 */
provider: string,
/**
 * What it shows.
 */
title: string, };

/**
 * Every sample.
 */
export type SamplesAnswer = {
/**
 * The bundled payloads.
 */
rows: Array<SampleRow>,
/**
 * Those that people made, by name.
 */
own: Array<OwnSampleRow>, };

/**
 * Which bundled payload.
 */
export type SampleQuestion = {
/**
 * Its id.
 */
sample: string, };

/**
 * How the door answered a sample.
 */
export type SampleSent = {
/**
 * The HTTP status.
 */
status: number,
/**
 * The address it was posted to.
 */
hook_url: string,
/**
 * The source of that address.
 */
source: string, };

/**
 * A flag to say of conversations, or to take back.
 */
export type Mark = {
/**
 * The conversations' names.
 */
ids: Array<string>,
/**
 * True to say it.
 */
on: boolean, };

/**
 * What changed.
 */
export type Marked = {
/**
 * How many.
 */
changed: number, };

/**
 * A source to make.
 */
export type NewSource = {
/**
 * Its name: small letters, digits and hyphens.
 */
name: string,
/**
 * The chat service it is for; absent to find out by the payload.
 */
provider?: string, };

/**
 * Which source.
 */
export type SourceName = {
/**
 * Its name.
 */
name: string, };

/**
 * A new token for a source.
 */
export type Rotation = {
/**
 * The source's name.
 */
name: string,
/**
 * For how many days the old address works beside the new one; 0 ends it and all older ones at once. 7 if not given,
 * never more than 365.
 */
overlap_days?: number, };

/**
 * An old address of a source.
 */
export type OldAddressQuestion = {
/**
 * The source's name.
 */
name: string,
/**
 * The address's number.
 */
id: string, };

/**
 * Why a header line of a delivery is not sent as it stands unless somebody asks for it.
 */
export type HeaderUse = "sent" | "set_anew" | "connection" | "credential" | "taken_out";

/**
 * What a request is to be made from: a delivery or a sample; of neither, a request to write oneself.
 */
export type ComposeQuestion = {
/**
 * The delivery's name.
 */
delivery?: string,
/**
 * The sample's name.
 */
sample?: string, };

/**
 * A header line to look at and to change.
 */
export type ComposedHeader = {
/**
 * The name as spelled.
 */
name: string,
/**
 * The value as text; bytes that are none show as �.
 */
value: string,
/**
 * The exact value in Base64, where it is no text.
 */
bytes?: string,
/**
 * What becomes of it.
 */
becomes: HeaderUse, };

/**
 * A request to look at, to change and to send.
 */
export type Composition = {
/**
 * The method.
 */
method: string,
/**
 * The query string, without the question mark.
 */
query?: string,
/**
 * Every header line, in order.
 */
headers: Array<ComposedHeader>,
/**
 * The body as text; absent when it is no text or too large for a window. It can be sent as it is all the same.
 */
body?: string,
/**
 * The size of the body in bytes.
 */
size: number,
/**
 * How the body is written.
 */
format: Format,
/**
 * What it is called: a sample's name or title.
 */
title?: string,
/**
 * The chat service it is from or like.
 */
provider?: string,
/**
 * The source it reached, or the one that takes such a sample, if there is one.
 */
source?: string,
/**
 * The label of the secret it was signed with, or would be, if its source has one.
 */
secret?: string,
/**
 * True for a sample that somebody made.
 */
own: boolean, };

/**
 * A header line to send.
 */
export type HeaderToSend = {
/**
 * The name.
 */
name: string,
/**
 * The value as text.
 */
value: string,
/**
 * The exact value in Base64; it then counts instead of the text.
 */
bytes?: string, };

/**
 * A request to send, to try or to keep.
 */
export type RequestToSend = {
/**
 * The delivery it was made from.
 */
delivery?: string,
/**
 * The sample it was made from.
 */
sample?: string,
/**
 * The method.
 */
method: string,
/**
 * The source whose hook address it goes to, through the door as everything that arrives there.
 */
source?: string,
/**
 * The query string at that address, without the question mark.
 */
query?: string,
/**
 * The address it goes to instead.
 */
url?: string,
/**
 * The header lines, in order.
 */
headers: Array<HeaderToSend>,
/**
 * The body as text; when absent, the very bytes of what it was made from.
 */
body?: string,
/**
 * Signs it anew with this secret, at the time of sending.
 */
sign_with?: SecretName, };

/**
 * How long each step took to be reached, in milliseconds from the beginning.
 */
export type SendTiming = {
/**
 * The name stood for addresses.
 */
resolved: number,
/**
 * The connection was there.
 */
connected: number,
/**
 * It was secret; absent where it is not to be.
 */
secured?: number,
/**
 * The first byte of an answer was there.
 */
first_byte: number,
/**
 * All of the answer was there that is read.
 */
whole: number, };

/**
 * What a server answered.
 */
export type ServerAnswer = {
/**
 * The status.
 */
status: number,
/**
 * The header lines, in order.
 */
headers: Array<Header>,
/**
 * The first 64 KiB of the body as text.
 */
body: string,
/**
 * True when some bytes of it are no text and show as �.
 */
lossy: boolean,
/**
 * True when the body is longer than that.
 */
truncated: boolean,
/**
 * How long it took.
 */
took: SendTiming, };

/**
 * What became of a request that was sent.
 */
export type SendAnswer = {
/**
 * The address it went to.
 */
url: string,
/**
 * The header lines as they went out.
 */
sent: Array<Header>,
/**
 * What was answered, as far as it came.
 */
answer?: ServerAnswer,
/**
 * Why no whole answer came.
 */
failure?: Failure,
/**
 * The delivery it became, when it went to an address of one's own.
 */
delivery?: string, };

/**
 * A request to send again and again.
 */
export type RepeatedSend = {
/**
 * The request.
 */
request: RequestToSend,
/**
 * How often, 1 to 10,000.
 */
times: number,
/**
 * How many a second, 0.1 to 200.
 */
per_second: number,
/**
 * Gives each copy a conversation of its own, by changing its id in the body.
 */
fresh: boolean, };

/**
 * What a conversation would become.
 */
export type TriedConversation = {
/**
 * Its name.
 */
id: string,
/**
 * True when there is none of this name yet.
 */
new: boolean,
/**
 * What would change, part by part.
 */
changes: Array<ConversationChange>,
/**
 * How many changes more there are than fit here.
 */
more: number, };

/**
 * What a request would become, tried in an archive that is thrown away.
 */
export type TryAnswer = {
/**
 * What would become of it.
 */
outcome: Outcome,
/**
 * Why it would tell of no conversation.
 */
reason?: string,
/**
 * The chat service whose reader understands it.
 */
provider?: string,
/**
 * The payload's own word for what happened.
 */
event?: string,
/**
 * What the door would find of its signature; absent when no secret is set.
 */
signature?: SignatureRow,
/**
 * What is odd about it.
 */
notices: Array<Notice>,
/**
 * How many values no typed place takes.
 */
other: number,
/**
 * The conversations it would tell of.
 */
conversations: Array<TriedConversation>,
/**
 * How many deliveries of those conversations it was tried with.
 */
with: number, };

/**
 * A sample that somebody made.
 */
export type OwnSampleRow = {
/**
 * Its name for the machine.
 */
id: string,
/**
 * What it is called.
 */
name: string,
/**
 * The chat service it is like.
 */
provider?: string,
/**
 * The size of its body in bytes.
 */
size: number,
/**
 * When it was made or last replaced.
 */
made_at: Instant, };

/**
 * A request to keep as a sample.
 */
export type SampleToKeep = {
/**
 * What to call it.
 */
name: string,
/**
 * The chat service it is like.
 */
provider?: string,
/**
 * The request. Where it goes and how it is signed is not kept.
 */
request: RequestToSend,
/**
 * The own sample it takes the place of.
 */
replaces?: string, };

/**
 * Another name for a sample.
 */
export type SampleName = {
/**
 * The own sample.
 */
id: string,
/**
 * What to call it.
 */
name: string, };

/**
 * Own samples to delete, or to have back.
 */
export type SampleDeletion = {
/**
 * The own sample.
 */
id: string,
/**
 * False to have it back.
 */
on: boolean, };

/**
 * What kind of long work. Work of one kind runs one after another.
 */
export type WorkKind = "import" | "back_fill" | "export" | "send" | "replay" | "backup" | "bring_back";

/**
 * How far long work has come.
 */
export type WorkState = "waiting" | "running" | "stopping" | "done" | "cancelled" | "failed";

/**
 * What became of one record of a file, or of one conversation that was fetched.
 */
export type RecordOutcome = "new" | "repeated" | "no_conversation" | "unreadable" | "export" | "failed" | "taken" | "refused" | "unanswered" | "understood";

/**
 * How many records had one outcome.
 */
export type RecordCount = {
/**
 * Which outcome.
 */
outcome: RecordOutcome,
/**
 * How many.
 */
count: number, };

/**
 * A number that long work tells of itself, as "12 new".
 */
export type WorkCount = {
/**
 * What is counted: a stable code.
 */
code: string,
/**
 * How many.
 */
count: number, };

/**
 * Something long that runs, or that ran and was not dismissed yet.
 */
export type WorkRow = {
/**
 * Its name, as long as the program runs.
 */
id: string,
/**
 * What kind of work.
 */
kind: WorkKind,
/**
 * What it works on: the name of a file or of a service.
 */
title: string,
/**
 * How far it has come.
 */
state: WorkState,
/**
 * How much is done, in whatever unit suits the work.
 */
done: number,
/**
 * How much there is to do; absent while nobody can tell.
 */
all: number,
/**
 * The name of what it is busy with.
 */
at?: string,
/**
 * While it waits because a service asked for it: until when.
 */
waiting_until?: Instant,
/**
 * What it has counted so far.
 */
counts: Array<WorkCount>,
/**
 * What became of each record of its report; outcomes that did not occur are left out. Empty where it has no report.
 */
records: Array<RecordCount>,
/**
 * The name of the file it made, which can be saved as long as the work is not dismissed.
 */
file?: string,
/**
 * Why it failed.
 */
failure?: Failure,
/**
 * When it was asked for.
 */
started_at: Instant,
/**
 * When it ended.
 */
ended_at?: Instant, };

/**
 * All long work, newest first.
 */
export type WorkAnswer = {
/**
 * The work.
 */
rows: Array<WorkRow>, };

/**
 * What is entered for a service besides its token. Empty texts are absent.
 */
export type HistoryFields = {
/**
 * The account's, site's or organisation's id.
 */
account: string,
/**
 * The e-mail address that goes with the token.
 */
user: string,
/**
 * The part of the account whose chats are wanted.
 */
part: string,
/**
 * Another address than the documented one.
 */
base: string,
/**
 * Chatvisor: the request for conversations.
 */
conversations: string,
/**
 * Chatvisor: the request for a conversation's messages.
 */
messages: string,
/**
 * Chatvisor: the request that tags a customer.
 */
tag: string,
/**
 * Chatvisor: the request for an agent's public chat address.
 */
chat_url: string, };

/**
 * How far a run got that did not reach its end.
 */
export type HistoryPlace = {
/**
 * The beginning of the range of time.
 */
since?: Instant,
/**
 * Its end.
 */
until: Instant,
/**
 * Objects fetched so far.
 */
fetched: number, };

/**
 * How a run ended.
 */
export type HistoryEnd = {
/**
 * When.
 */
at: Instant,
/**
 * Objects in the journal that were not there before.
 */
new: number,
/**
 * Objects that were in the journal before.
 */
known: number,
/**
 * Days of which the service told only the first hundred chats.
 */
cut_days: number,
/**
 * Why it did not reach its end.
 */
failure?: Failure, };

/**
 * One service that past chats can be fetched from. No answer ever holds a credential.
 */
export type HistoryService = {
/**
 * The provider's id.
 */
service: string,
/**
 * Its name.
 */
name: string,
/**
 * What the service calls the token.
 */
token_name: string,
/**
 * The token's last characters; absent while none is set.
 */
token_ending?: string,
/**
 * True when a token is set.
 */
token_set: boolean,
/**
 * What the service calls the account's id, if one is entered.
 */
account_name?: string,
/**
 * What goes with the token, if anything does.
 */
user_name?: string,
/**
 * What a part of the account is called, if the chats may be limited to one.
 */
part_name?: string,
/**
 * The documented address of the interface; absent when it differs from account to account.
 */
documented_base?: string,
/**
 * True when a range of time can be asked for.
 */
range: boolean,
/**
 * What was entered.
 */
entered: HistoryFields,
/**
 * Where the last run that did not reach its end goes on.
 */
place?: HistoryPlace,
/**
 * How the last run ended.
 */
last?: HistoryEnd, };

/**
 * Every service that past chats can be fetched from.
 */
export type HistoryAnswer = {
/**
 * The services.
 */
rows: Array<HistoryService>, };

/**
 * What a person entered for a service.
 */
export type HistoryEntry = {
/**
 * The provider's id.
 */
service: string,
/**
 * A new token; absent keeps the one that is set, empty removes it.
 */
token?: string,
/**
 * Everything else.
 */
entered: HistoryFields, };

/**
 * What to fetch.
 */
export type HistoryStart = {
/**
 * The provider's id.
 */
service: string,
/**
 * Goes on where the last run stopped, if there is such a place; the range is that run's.
 */
go_on: boolean,
/**
 * The earliest chats that are wanted.
 */
since?: Instant,
/**
 * The latest ones.
 */
until?: Instant, };

/**
 * The long work that was begun.
 */
export type HistoryStarted = {
/**
 * Its name.
 */
work: string, };

/**
 * What a Chatvisor customer is tagged with.
 */
export type CustomerTagQuestion = {
/**
 * A conversation with this customer.
 */
conversation: string,
/**
 * The e-mail address.
 */
email: string,
/**
 * The first name.
 */
firstname: string,
/**
 * The last name.
 */
lastname: string,
/**
 * The number in one's own system.
 */
id: string,
/**
 * Labels.
 */
labels: Array<string>, };

/**
 * A conversation whose customer is meant.
 */
export type CustomerQuestion = {
/**
 * The conversation.
 */
conversation: string, };

/**
 * An address that was checked and may be opened.
 */
export type OpenableAnswer = {
/**
 * The address.
 */
url: string, };

/**
 * Which records of long work to list, in the order they were met.
 */
export type RecordsQuestion = {
/**
 * The work's name.
 */
work: string,
/**
 * Only those of this outcome.
 */
outcome?: RecordOutcome,
/**
 * Only those whose place or reason holds this text, in any case.
 */
text?: string,
/**
 * The id of the last row of the page before.
 */
after?: string,
/**
 * How many rows at most; 200 if not given, never more than 1000.
 */
limit?: number, };

/**
 * One record.
 */
export type RecordRow = {
/**
 * Its number in the report, as text.
 */
id: string,
/**
 * Where it stands: the name of a file, for a zip file followed by the name inside it.
 */
place: string,
/**
 * Which one it is there, beginning with 1; 0 for the place as a whole.
 */
index: number,
/**
 * What became of it.
 */
outcome: RecordOutcome,
/**
 * Why, in words.
 */
reason?: string,
/**
 * The delivery that holds it.
 */
delivery?: string,
/**
 * The conversation it tells of, where that is one.
 */
conversation?: string, };

/**
 * A page of records.
 */
export type RecordPage = {
/**
 * The rows.
 */
rows: Array<RecordRow>,
/**
 * Pass as `after` for the next page.
 */
next?: string, };

/**
 * Which long work.
 */
export type WorkQuestion = {
/**
 * Its name.
 */
id: string, };

/**
 * What kind of name a visitor is known by.
 */
export type NameKind = "id" | "mail" | "conversation";

/**
 * What a name does.
 */
export type NameStanding = "joins" | "taken_out" | "crowd";

/**
 * What people can decide about who is one visitor.
 */
export type DecisionKind = "joined" | "name_taken_out" | "conversation_taken_out";

/**
 * Whose visitor: any of their conversations names them.
 */
export type VisitorQuestion = {
/**
 * The conversation's name.
 */
conversation: string, };

/**
 * Which part of what a visitor left.
 */
export type VisitorPartQuestion = {
/**
 * Any of the visitor's conversations.
 */
conversation: string,
/**
 * `next` of the part before.
 */
after?: string,
/**
 * How many at most; 50 if not given, never more than 200.
 */
limit?: number, };

/**
 * A name a visitor is known by.
 */
export type VisitorName = {
/**
 * What the acts call it.
 */
key: string,
/**
 * What kind of name.
 */
kind: NameKind,
/**
 * The id or the address; of a conversation its name.
 */
value: string,
/**
 * The chat service the id is from.
 */
provider?: string,
/**
 * The account there.
 */
account?: string, };

/**
 * A name and what it does.
 */
export type KnownName = {
/**
 * The name.
 */
name: VisitorName,
/**
 * How many of the visitor's conversations have it.
 */
conversations: number,
/**
 * What it does.
 */
standing: NameStanding, };

/**
 * Something people decided about a visitor.
 */
export type VisitorDecision = {
/**
 * Its number, to take it back.
 */
id: string,
/**
 * When it was decided.
 */
at: Instant,
/**
 * What was decided.
 */
kind: DecisionKind,
/**
 * The names that are meant, at most 20.
 */
names: Array<VisitorName>,
/**
 * How many more names are meant.
 */
more: number, };

/**
 * A value that is known of a visitor.
 */
export type SeenValue = {
/**
 * As the newest conversation has it.
 */
value: string,
/**
 * In how many conversations.
 */
conversations: number,
/**
 * When the newest of them was last active.
 */
last_at: Instant, };

/**
 * Different values of one kind, newest first.
 */
export type SeenValues = {
/**
 * The values.
 */
values: Array<SeenValue>,
/**
 * Further different values that are not listed.
 */
more: number, };

/**
 * A rating and the conversation it was given in.
 */
export type GivenRating = {
/**
 * The conversation's name.
 */
conversation: string,
/**
 * When that was last active.
 */
at: Instant,
/**
 * The mark and the comment.
 */
rating: Rating, };

/**
 * A chat service and how many conversations came from it.
 */
export type ServiceCount = {
/**
 * The chat service.
 */
provider: string,
/**
 * How many.
 */
conversations: number, };

/**
 * A visitor over all conversations.
 */
export type VisitorAnswer = {
/**
 * The newest name, else address, else handle.
 */
title?: string,
/**
 * How many conversations.
 */
conversations: number,
/**
 * How many of them, the newest, were read for the values below.
 */
read: number,
/**
 * False when so much is joined that not all of it was looked for.
 */
whole: boolean,
/**
 * The chat services.
 */
services: Array<ServiceCount>,
/**
 * The first visit or conversation that is known of.
 */
first_seen_at: Instant,
/**
 * The newest activity.
 */
last_seen_at: Instant,
/**
 * The names that join, or would, those of most conversations first.
 */
known_as: Array<KnownName>,
/**
 * Names left out of that list.
 */
more_names: number,
/**
 * What people decided about this visitor, newest first.
 */
decisions: Array<VisitorDecision>,
/**
 * What they are called.
 */
names: SeenValues,
/**
 * Names the services made up.
 */
handles: SeenValues,
/**
 * E-mail addresses as given.
 */
emails: SeenValues,
/**
 * Telephone numbers.
 */
phones: SeenValues,
/**
 * Companies.
 */
companies: SeenValues,
/**
 * Places, each in one line.
 */
places: SeenValues,
/**
 * Network addresses.
 */
ips: SeenValues,
/**
 * Languages.
 */
languages: SeenValues,
/**
 * Browser, system and screen, each in one line.
 */
devices: SeenValues,
/**
 * User agent strings.
 */
user_agents: SeenValues,
/**
 * Marks and comments, newest first.
 */
ratings: Array<GivenRating>, };

/**
 * The path within one conversation, or a part of it.
 */
export type PathStretch = {
/**
 * The conversation's name.
 */
conversation: string,
/**
 * The chat service.
 */
provider: string,
/**
 * When the conversation was last active.
 */
at: Instant,
/**
 * How many steps were before these, in this conversation.
 */
before: number,
/**
 * How many steps the conversation has.
 */
of: number,
/**
 * The steps, in the order they were taken.
 */
pages: Array<PageVisit>, };

/**
 * A part of a visitor's path: the newest conversation first, within each the first step first.
 */
export type VisitorPath = {
/**
 * The parts.
 */
stretches: Array<PathStretch>,
/**
 * Pass as `after` to go on. It may stand where no steps were found: then none are near.
 */
next?: string,
/**
 * Where the last conversation has more steps: pass as `after` to go on with the conversation after it.
 */
skip?: string, };

/**
 * Which visitors to list.
 */
export type VisitorsQuestion = {
/**
 * Words of a name, an address or anything else that is known of them; the newest without words.
 */
search: string,
/**
 * Leaves the visitor of this conversation out.
 */
except?: string, };

/**
 * A visitor in a list.
 */
export type VisitorRow = {
/**
 * The newest conversation in which the words were found: names the visitor.
 */
conversation: string,
/**
 * What they are called there.
 */
name?: string,
/**
 * Every e-mail address, at most 20.
 */
addresses: Array<string>,
/**
 * How many conversations.
 */
conversations: number,
/**
 * The chat service of that conversation.
 */
provider: string,
/**
 * When that was last active.
 */
at: Instant, };

/**
 * Visitors, those of the newest conversations first.
 */
export type VisitorList = {
/**
 * At most 20.
 */
rows: Array<VisitorRow>, };

/**
 * Two visitors that are one.
 */
export type JoinVisitors = {
/**
 * A conversation of the one.
 */
conversation: string,
/**
 * A conversation of the other.
 */
other: string, };

/**
 * A name to take out of a visitor.
 */
export type TakeNameOut = {
/**
 * Any of the visitor's conversations.
 */
conversation: string,
/**
 * The name's key.
 */
name: string, };

/**
 * A decision to take back, or one that was taken back to let stand again.
 */
export type DecisionQuestion = {
/**
 * Its number.
 */
decision: string, };

/**
 * What was decided.
 */
export type Decided = {
/**
 * Its number, to take it back.
 */
decision: string, };

/** Every query: what it asks and what it answers. */
export type Queries = {
  overview: { ask: Nothing, answer: Overview },
  opening: { ask: Nothing, answer: OpeningAnswer },
  conversations: { ask: ConversationsQuestion, answer: ConversationPage },
  conversation: { ask: ConversationQuestion, answer: ConversationAnswer },
  deliveries: { ask: DeliveriesQuestion, answer: DeliveryPage },
  delivery: { ask: LookQuestion, answer: DeliveryAnswer },
  compare: { ask: CompareQuestion, answer: CompareAnswer },
  drift: { ask: DeliveryQuestion, answer: DriftAnswer },
  neighbours: { ask: DeliveryQuestion, answer: NeighboursAnswer },
  replay_plan: { ask: ReplayQuestion, answer: ReplayPlan },
  written: { ask: WrittenQuestion, answer: WrittenAnswer },
  attempts: { ask: DeliveryQuestion, answer: EventAttempts },
  refusals: { ask: RefusalsQuestion, answer: RefusalPage },
  refusal: { ask: LookQuestion, answer: RefusalAnswer },
  read_answer: { ask: PlanText, answer: PlanAnswer },
  write_answer: { ask: PlanRow, answer: PlanAnswer },
  spot: { ask: SpotQuestion, answer: SpotAnswer },
  bytes: { ask: BytesQuestion, answer: BytesAnswer },
  origin: { ask: OriginQuestion, answer: OriginAnswer },
  shown: { ask: ShownQuestion, answer: ShownAnswer },
  guide: { ask: SourceName, answer: GuideAnswer },
  connected: { ask: SourceName, answer: ConnectedAnswer },
  gaps: { ask: GapsQuestion, answer: GapPage },
  gap: { ask: GapQuestion, answer: GapRow },
  samples: { ask: Nothing, answer: SamplesAnswer },
  compose: { ask: ComposeQuestion, answer: Composition },
  tunnel: { ask: Nothing, answer: TunnelAnswer },
  work: { ask: Nothing, answer: WorkAnswer },
  history: { ask: Nothing, answer: HistoryAnswer },
  work_records: { ask: RecordsQuestion, answer: RecordPage },
  forward_targets: { ask: SourceName, answer: ForwardTargets },
  forward_log: { ask: ForwardLogQuestion, answer: ForwardLogPage },
  dead_letters: { ask: ForwardLogQuestion, answer: DeadLetterPage },
  forwarded: { ask: DeliveryQuestion, answer: ForwardedAnswer },
  visitor: { ask: VisitorQuestion, answer: VisitorAnswer },
  visitor_conversations: { ask: VisitorPartQuestion, answer: ConversationPage },
  visitor_path: { ask: VisitorPartQuestion, answer: VisitorPath },
  visitors: { ask: VisitorsQuestion, answer: VisitorList },
};

/** Every act: what it asks and what it answers. */
export type Acts = {
  enter_history: { ask: HistoryEntry, answer: HistoryService },
  fetch_history: { ask: HistoryStart, answer: HistoryStarted },
  tag_customer: { ask: CustomerTagQuestion, answer: Marked },
  customer_chat_url: { ask: CustomerQuestion, answer: OpenableAnswer },
  set_read: { ask: Mark, answer: Marked },
  set_starred: { ask: Mark, answer: Marked },
  set_archived: { ask: Mark, answer: Marked },
  add_source: { ask: NewSource, answer: SourceRow },
  rotate_source: { ask: Rotation, answer: SourceRow },
  end_old_addresses: { ask: SourceName, answer: SourceRow },
  put_old_address_back: { ask: OldAddressQuestion, answer: SourceRow },
  remove_source: { ask: SourceName, answer: Marked },
  see_gaps: { ask: SeenGaps, answer: GapsSeen },
  dismiss_quiet: { ask: QuietDismissal, answer: Marked },
  set_answer: { ask: NewAnswer, answer: SourceRow },
  add_secret: { ask: NewSecret, answer: SourceRow },
  remove_secret: { ask: SecretName, answer: SourceRow },
  take_unsigned: { ask: TakeUnsigned, answer: SourceRow },
  accept_deliveries: { ask: Acceptance, answer: Marked },
  hand_over: { ask: HandOverQuestion, answer: WorkStarted },
  pin_deliveries: { ask: Pinning, answer: Marked },
  note_delivery: { ask: NewNote, answer: NoteKept },
  replay: { ask: ReplayQuestion, answer: WorkStarted },
  send_sample: { ask: SampleQuestion, answer: SampleSent },
  send_request: { ask: RequestToSend, answer: SendAnswer },
  repeat_request: { ask: RepeatedSend, answer: WorkStarted },
  dry_run: { ask: RequestToSend, answer: TryAnswer },
  keep_sample: { ask: SampleToKeep, answer: OwnSampleRow },
  rename_sample: { ask: SampleName, answer: OwnSampleRow },
  delete_sample: { ask: SampleDeletion, answer: Marked },
  enter_tunnel: { ask: TunnelEntry, answer: TunnelKind },
  start_tunnel: { ask: TunnelStart, answer: TunnelStatus },
  stop_tunnel: { ask: Nothing, answer: TunnelStatus },
  prove_tunnel: { ask: Nothing, answer: TunnelStatus },
  told_tunnel_address: { ask: Nothing, answer: TunnelStatus },
  back_up_now: { ask: Nothing, answer: WorkStarted },
  bring_back: { ask: BackupQuestion, answer: WorkStarted },
  dismiss_repair: { ask: Nothing, answer: Marked },
  cancel_work: { ask: WorkQuestion, answer: Marked },
  dismiss_work: { ask: WorkQuestion, answer: Marked },
  add_forward_target: { ask: NewForwardTarget, answer: ForwardTargetRow },
  change_forward_target: { ask: ChangedForwardTarget, answer: ForwardTargetRow },
  pause_forward_target: { ask: PausedForwardTarget, answer: ForwardTargetRow },
  remove_forward_target: { ask: ForwardTargetQuestion, answer: Marked },
  put_forward_target_back: { ask: ForwardTargetQuestion, answer: ForwardTargetRow },
  forward_again: { ask: ForwardAgain, answer: Marked },
  forward_now: { ask: ForwardNow, answer: Marked },
  forward_earlier: { ask: ForwardEarlier, answer: Marked },
  join_visitors: { ask: JoinVisitors, answer: Decided },
  take_conversation_out: { ask: VisitorQuestion, answer: Decided },
  take_name_out: { ask: TakeNameOut, answer: Decided },
  take_back: { ask: DecisionQuestion, answer: Marked },
  decide_again: { ask: DecisionQuestion, answer: Marked },
};
