//! What changed in a conversation, as a person would tell it: lines that came, a state that is another, a new page.
//!
//! What people added here (`local`), the list of deliveries and the conversation's own name are no part of it, and neither
//! is whether a time was inferred or how a text is marked up: those explain a value and are none.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use ts_rs::TS;

use super::Difference;
use super::align::{self, Step};
use crate::Instant;
use crate::model::{Message, Role, Transcript};

/// Which part of a conversation a change is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConversationArea {
    /// Its kind and how far it got.
    State,
    /// Its beginning and end.
    Time,
    /// The lines that were said.
    Message,
    /// What it was about, and who ended it.
    About,
    /// Who asked.
    Visitor,
    /// Who answered.
    Agent,
    /// The visitor's path.
    Page,
    /// What the visitor thought of it.
    Rating,
    /// How long things took.
    Timing,
    /// Labels of the service.
    Label,
    /// Values with a name but no place of their own.
    Field,
    /// Addresses the service gives.
    Link,
    /// Which service, account and source it is of.
    Origin,
    /// Values that no typed place took.
    Other,
    /// What was odd.
    Notice,
}

/// A value of a conversation, before or after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct Said {
    /// The path in the transcript, such as `messages[3].text`.
    pub path: String,
    /// The value as text, whole.
    pub text: String,
    /// When it was said or seen, for a line or a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// Whose line it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The name of whose line it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

/// One change of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ConversationChange {
    /// Added, removed or changed; same for an item that only stands elsewhere.
    pub what: Difference,
    /// Whether it stands elsewhere among its fellows than before.
    pub moved: bool,
    /// Which part of the conversation it is in.
    pub area: ConversationArea,
    /// What was there; absent for what was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Said>,
    /// What is there now; absent for what was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Said>,
}

/// Tells what changed between two states of a conversation, part by part. A line that was added or removed is one change;
/// of a line that both have, each value that differs is one.
#[must_use]
pub fn conversations(before: &Transcript, after: &Transcript) -> Vec<ConversationChange> {
    use ConversationArea as Area;
    let mut found = Changes::default();
    let (b, a) = (before, after);
    found.single(Area::State, "kind", &b.kind, &a.kind);
    found.single(Area::State, "state", &b.state, &a.state);
    found.single(Area::State, "provider_status", &b.provider_status, &a.provider_status);
    found.single(Area::Time, "started_at", &b.started_at, &a.started_at);
    found.single(Area::Time, "ended_at", &b.ended_at, &a.ended_at);
    found.messages(&b.messages, &a.messages);
    found.single(Area::About, "subject", &b.subject, &a.subject);
    found.single(Area::About, "department", &b.department, &a.department);
    found.single(Area::About, "language", &b.language, &a.language);
    found.single(Area::About, "ended_by", &b.ended_by, &a.ended_by);
    found.single(Area::Visitor, "visitor", &b.visitor, &a.visitor);
    found.list(
        Area::Agent,
        "agents",
        (&b.agents, &a.agents),
        &[&|agent| agent.id.clone(), &|agent| agent.email.clone(), &|agent| agent.name.clone()],
        |agent| {
            let name = agent.name.as_ref().or(agent.email.as_ref()).or(agent.id.as_ref());
            said(name.cloned().unwrap_or_default())
        },
    );
    found.list(
        Area::Page,
        "pages",
        (&b.pages, &a.pages),
        &[&|page| Some(format!("{:?} {}", page.role, page.url)), &|page| Some(page.url.clone())],
        |page| Said { at: page.at, ..said(page.url.clone()) },
    );
    found.single(Area::Rating, "rating", &b.rating, &a.rating);
    found.single(Area::Timing, "timing", &b.timing, &a.timing);
    found.list(Area::Label, "labels", (&b.labels, &a.labels), &[&|label| Some(label.clone())], |label| {
        said(label.clone())
    });
    found.list(
        Area::Field,
        "fields",
        (&b.fields, &a.fields),
        &[&|field| Some(format!("{:?} {}", field.group, field.name))],
        |field| said(format!("{}: {}", field.name, field.value)),
    );
    found.list(
        Area::Link,
        "links",
        (&b.links, &a.links),
        &[&|link| Some(link.url.clone()), &|link| Some(link.label.clone())],
        |link| said(format!("{}: {}", link.label, link.url)),
    );
    found.single(Area::Origin, "provider", &b.provider, &a.provider);
    found.single(Area::Origin, "account", &b.account, &a.account);
    found.single(Area::Origin, "external_id", &b.external_id, &a.external_id);
    found.single(Area::Origin, "source", &b.source, &a.source);
    found.list(
        Area::Other,
        "other",
        (&b.other, &a.other),
        &[&|other| Some(other.pointer.clone())],
        |other| said(format!("{}: {}", other.pointer, shown(&other.value))),
    );
    found.list(
        Area::Notice,
        "notices",
        (&b.notices, &a.notices),
        &[&|notice| Some(format!("{} {:?}", notice.code, notice.pointer))],
        |notice| said(notice.text.clone()),
    );
    found.0
}

fn said(text: String) -> Said {
    Said { path: String::new(), text, at: None, role: None, who: None }
}

/// Ways to know an item again, the surest first.
type Keys<'k, T> = &'k [&'k dyn Fn(&T) -> Option<String>];

#[derive(Default)]
struct Changes(Vec<ConversationChange>);

impl Changes {
    fn single<T: Serialize + PartialEq>(
        &mut self,
        area: ConversationArea,
        path: &str,
        before: &T,
        after: &T,
    ) {
        if before != after {
            self.json(area, (path, path), &json(before), &json(after));
        }
    }

    fn messages(&mut self, before: &[Message], after: &[Message]) {
        let author = |message: &Message| message.author.as_ref().and_then(|author| author.name.clone());
        let words = |message: &Message| message.text.clone().or_else(|| message.event.clone());
        let keys: Keys<'_, Message> = &[
            &|message| message.id.clone(),
            &|message| {
                Some(format!("{:?} {:?} {:?} {}", message.role, words(message), author(message), message.at))
            },
            &|message| words(message).map(|words| format!("{:?} {words}", message.role)),
            &|message| Some(format!("{:?} {:?} {}", message.role, author(message), message.at)),
        ];
        self.list(ConversationArea::Message, "messages", (before, after), keys, |message| {
            let files = || {
                let names =
                    message.attachments.iter().filter_map(|file| file.name.as_ref().or(file.url.as_ref()));
                names.cloned().collect::<Vec<_>>().join(", ")
            };
            Said {
                at: Some(message.at),
                role: Some(message.role),
                who: author(message),
                ..said(words(message).unwrap_or_else(files))
            }
        });
    }

    fn list<T: Serialize + PartialEq>(
        &mut self,
        area: ConversationArea,
        name: &str,
        (before, after): (&[T], &[T]),
        keys: Keys<'_, T>,
        say: impl Fn(&T) -> Said,
    ) {
        if before == after {
            return;
        }
        let path = |at: usize| format!("{name}[{at}]");
        let at = |at: usize, item: &T| Some(Said { path: path(at), ..say(item) });
        for step in align::merged(before.len(), &known_again(before, after, keys)) {
            let (what, moved, before, after) = match step {
                Step::Left(l) => (Difference::Removed, false, at(l, &before[l]), None),
                Step::Right(r) => (Difference::Added, false, None, at(r, &after[r])),
                Step::Both { left, right, moved } => {
                    let (one, other) = (&before[left], &after[right]);
                    if one != other {
                        self.json(area, (&path(left), &path(right)), &json(one), &json(other));
                    }
                    if !moved {
                        continue;
                    }
                    (Difference::Same, true, at(left, one), at(right, other))
                }
            };
            self.0.push(ConversationChange { what, moved, area, before, after });
        }
    }

    /// Each value that differs between two parts of a transcript. The transcript is as deep as its types are.
    fn json(&mut self, area: ConversationArea, paths: (&str, &str), before: &Json, after: &Json) {
        match (before, after) {
            _ if before == after => {}
            (Json::Object(one), Json::Object(other)) => {
                let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
                for name in names.filter(|name| !explains(name)) {
                    let (one, other) = (one.get(name), other.get(name));
                    let paths = (format!("{}.{name}", paths.0), format!("{}.{name}", paths.1));
                    let (one, other) = (one.unwrap_or(&Json::Null), other.unwrap_or(&Json::Null));
                    self.json(area, (&paths.0, &paths.1), one, other);
                }
            }
            (Json::Array(one), Json::Array(other)) => {
                let partners =
                    align::by_key(one.iter().map(Json::to_string), other.iter().map(Json::to_string));
                let at = |path: &str, at: usize| format!("{path}[{at}]");
                for step in align::merged(one.len(), &partners) {
                    match step {
                        Step::Left(l) => self.value(area, (&at(paths.0, l), ""), &one[l], &Json::Null),
                        Step::Right(r) => self.value(area, ("", &at(paths.1, r)), &Json::Null, &other[r]),
                        Step::Both { .. } => {}
                    }
                }
            }
            // A part that only one of them has tells each of its values.
            (Json::Null, Json::Object(_)) => self.json(area, paths, &Json::Object(Map::new()), after),
            (Json::Object(_), Json::Null) => self.json(area, paths, before, &Json::Object(Map::new())),
            (Json::Null, Json::Array(_)) => self.json(area, paths, &Json::Array(Vec::new()), after),
            (Json::Array(_), Json::Null) => self.json(area, paths, before, &Json::Array(Vec::new())),
            _ => self.value(area, paths, before, after),
        }
    }

    fn value(&mut self, area: ConversationArea, paths: (&str, &str), before: &Json, after: &Json) {
        let place = |path: &str, value: &Json| {
            (!value.is_null()).then(|| Said { path: path.to_owned(), ..said(shown(value)) })
        };
        let (before, after) = (place(paths.0, before), place(paths.1, after));
        let what = match (&before, &after) {
            (Some(_), Some(_)) => Difference::Changed,
            (Some(_), None) => Difference::Removed,
            (None, _) => Difference::Added,
        };
        self.0.push(ConversationChange { what, moved: false, area, before, after });
    }
}

/// Pairs items by the first key that knows them again, each item once.
fn known_again<T>(before: &[T], after: &[T], keys: Keys<'_, T>) -> Vec<Option<usize>> {
    let mut partners: Vec<Option<usize>> = vec![None; after.len()];
    let mut free: Vec<usize> = (0..before.len()).collect();
    for key in keys {
        let left: Vec<(usize, String)> =
            free.iter().filter_map(|at| Some((*at, key(&before[*at])?))).collect();
        let right: Vec<(usize, String)> = (0..after.len())
            .filter(|at| partners[*at].is_none())
            .filter_map(|at| Some((at, key(&after[at])?)))
            .collect();
        let found = align::by_key(left.iter().map(|(_, key)| key), right.iter().map(|(_, key)| key));
        let mut taken = vec![false; before.len()];
        for ((at, _), partner) in right.iter().zip(found) {
            partners[*at] = partner.map(|partner| left[partner].0);
            if let Some(partner) = partners[*at] {
                taken[partner] = true;
            }
        }
        free.retain(|at| !taken[*at]);
    }
    partners
}

/// Whether a name says something about the value beside it.
fn explains(name: &str) -> bool {
    name.ends_with("_inferred") || name == "markup"
}

/// A part of the transcript as its JSON. Its types have no keys that JSON cannot write.
fn json(part: &impl Serialize) -> Json {
    serde_json::to_value(part).unwrap_or_default()
}

fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
