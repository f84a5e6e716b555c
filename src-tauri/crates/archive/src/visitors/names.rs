//! The names a conversation knows its visitor by, and what is no name of anybody.

use std::collections::HashSet;

use afterchat_transcript::Transcript;
use afterchat_transcript::model::Role;
use serde::{Deserialize, Serialize};

/// The most letters of an id, and of an address (RFC 5321).
const LONGEST: usize = 254;
/// More different addresses than this in one conversation are a list that somebody pasted, not their own.
const MOST_ADDRESSES: usize = 20;
/// What programs write where they know no id.
const NO_IDS: &[&str] = &[
    "null",
    "undefined",
    "none",
    "nil",
    "nan",
    "unknown",
    "anonymous",
    "guest",
    "visitor",
    "true",
    "false",
    "n/a",
    "-1",
    "[object object]",
];
/// Mailboxes that nobody reads.
const NOBODY: &[&str] =
    &["noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster"];
/// What people type into a form that insists on an address, where the domain says the same again: `test@test.com`.
const FILLERS: &[&str] = &[
    "a",
    "aa",
    "aaa",
    "abc",
    "anonymous",
    "asd",
    "asdf",
    "email",
    "example",
    "guest",
    "mail",
    "no",
    "noemail",
    "none",
    "null",
    "qwe",
    "qwerty",
    "test",
    "undefined",
    "unknown",
    "x",
    "xx",
    "xxx",
];

/// One way a visitor is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Name {
    /// The service's own id of the person.
    Id {
        /// The chat service.
        provider: String,
        /// The account there; empty where the service has none.
        account: String,
        /// The id.
        id: String,
    },
    /// An e-mail address, in small letters.
    Mail(String),
    /// Nothing but one conversation: its id. Where no other name is known, and where people decided so.
    Only(String),
}

impl Name {
    /// The name as one text, the same for equal names only.
    #[must_use]
    pub fn text(&self) -> String {
        // A tree of strings is always JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The name that was written so by [`Name::text`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// Names in order as one text, the same for equal sets only.
pub(super) fn list_text(names: &[Name]) -> String {
    serde_json::to_string(names).unwrap_or_default()
}

pub(super) fn parse_list(text: &str) -> Vec<Name> {
    serde_json::from_str(text).unwrap_or_default()
}

/// Every name this conversation gives its visitor, in order; none where nothing is known.
pub(crate) fn names_of(transcript: &Transcript) -> Vec<Name> {
    let Some(visitor) = &transcript.visitor else { return Vec::new() };
    let agents: HashSet<String> = agents_addresses(transcript).map(str::to_lowercase).collect();
    let given: HashSet<String> =
        visitor.email.iter().chain(&visitor.emails).filter_map(|given| address(given)).collect();
    let mut names: Vec<Name> = if given.len() > MOST_ADDRESSES {
        Vec::new()
    } else {
        given.into_iter().filter(|address| !agents.contains(address)).map(Name::Mail).collect()
    };
    names.extend(visitor.external_id.as_deref().filter(|id| is_id(id)).map(|id| Name::Id {
        provider: transcript.provider.clone(),
        account: transcript.account.clone().unwrap_or_default(),
        id: id.trim().to_owned(),
    }));
    names.sort();
    names
}

fn agents_addresses(transcript: &Transcript) -> impl Iterator<Item = &str> {
    let speaking = transcript
        .messages
        .iter()
        .filter(|message| message.role == Role::Agent)
        .filter_map(|message| message.author.as_ref());
    transcript.agents.iter().chain(speaking).filter_map(|agent| Some(agent.email.as_deref()?.trim()))
}

fn is_id(text: &str) -> bool {
    let id = text.trim();
    // "0", and the UUID of nobody.
    let zero = id.chars().all(|letter| matches!(letter, '0' | '-'));
    !zero && id.len() <= LONGEST && !NO_IDS.contains(&id.to_lowercase().as_str())
}

/// The address in small letters, if a person could be reached by it.
fn address(text: &str) -> Option<String> {
    let address = text.trim().to_lowercase();
    let (local, domain) = address.split_once('@')?;
    let letter = |letter: char| {
        letter.is_alphanumeric() || (letter.is_ascii_graphic() && !"@()<>[]:;,\\\"".contains(letter))
    };
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    let first = domain.split('.').next().unwrap_or_default();
    let possible = address.len() <= LONGEST
        && !local.is_empty()
        && local.chars().all(letter)
        && domain.contains('.')
        && domain.split('.').all(label);
    let nobody = NOBODY.contains(&local) || (local == first && FILLERS.contains(&local));
    (possible && !nobody).then_some(address)
}

#[cfg(test)]
mod tests {
    use afterchat_transcript::Transcript;
    use serde_json::json;

    use super::{MOST_ADDRESSES, Name, address, is_id, names_of};

    fn transcript(visitor: &serde_json::Value) -> Transcript {
        serde_json::from_value(json!({
            "id": "x", "provider": "chatlio", "kind": "chat", "state": "ended", "started_at": "2026-01-01T00:00:00.000Z",
            "messages": [], "deliveries": [], "visitor": visitor,
        }))
        .unwrap()
    }

    #[test]
    fn a_list_of_addresses_that_somebody_pasted_is_nobodys() {
        let list =
            |count: usize| -> Vec<String> { (0..count).map(|n| format!("n{n}@example.org")).collect() };
        let names =
            |count| names_of(&transcript(&json!({ "external_id": "7", "emails": list(count) }))).len();
        assert_eq!(names(MOST_ADDRESSES), MOST_ADDRESSES + 1, "an id and many addresses");
        assert_eq!(names(MOST_ADDRESSES + 1), 1, "only the id is left");
    }

    #[test]
    fn what_is_nobodys_own_address_is_no_name() {
        for own in
            ["Anna@Example.org", " anna.b+shop@mail.example.co.uk ", "žofie@příklad.cz", "nova@nova.cz"]
        {
            assert_eq!(address(own), Some(own.trim().to_lowercase()), "{own} is somebody's");
        }
        for nobodys in [
            "",
            "@",
            "anna",
            "anna@",
            "@example.org",
            "anna@localhost",
            "anna@example..org",
            "anna@@example.org",
            "anna b@example.org",
            "[email protected]",
            "[email\u{a0}protected]",
            "<anna@example.org>",
            "anna@example.org, petr@example.org",
            "no-reply@shop.example",
            "test@test.com",
            "a@a.com",
            &format!("{}@example.org", "a".repeat(300)),
        ] {
            assert_eq!(address(nobodys), None, "{nobodys} must join nobody");
        }
    }

    #[test]
    fn what_is_nobodys_own_id_is_no_name() {
        for own in ["5", "10", "a", "visitor:mx5", "0000a", "00000000-0000-0000-0000-000000000001"] {
            assert!(is_id(own), "{own} is somebody's");
        }
        let long = "1".repeat(300);
        for nobodys in [
            "",
            " ",
            "0",
            "000",
            "-1",
            "null",
            "NULL",
            "undefined",
            "[object Object]",
            "00000000-0000-0000-0000-000000000000",
            &long,
        ] {
            assert!(!is_id(nobodys), "{nobodys} must join nobody");
        }
    }

    #[test]
    fn names_do_not_read_alike_unless_they_are() {
        let id = |account: &str, id: &str| Name::Id {
            provider: "p".to_owned(),
            account: account.to_owned(),
            id: id.to_owned(),
        };
        assert_ne!(id("a:b", "c").text(), id("a", "b:c").text());
        assert_ne!(id("", "{\"mail\":\"x\"}").text(), Name::Mail("x".to_owned()).text());
        assert_eq!(Name::parse(&id("a\u{1f}", "\"").text()), Some(id("a\u{1f}", "\"")));
    }
}
