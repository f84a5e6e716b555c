//! Payloads to try Afterchat with: what each service would post of the chats of a small shop for wooden things.
//!
//! Each tells of a conversation of its own, so posting one twice is a repetition and changes nothing.

/// A payload that can be posted to a hook address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// The stable id by which it is asked for.
    pub id: &'static str,
    /// The id of the service that would post it.
    pub provider: &'static str,
    /// What it tells, in words for a list.
    pub title: &'static str,
    /// The content type it is posted with.
    pub content_type: &'static str,
    /// The payload.
    pub body: &'static [u8],
}

macro_rules! sample {
    ($provider:literal, $name:literal, $title:literal) => {
        Sample {
            id: concat!($provider, "_", $name),
            provider: $provider,
            title: $title,
            content_type: "application/json",
            body: include_bytes!(concat!("../samples/", $provider, "_", $name, ".json")),
        }
    };
}

static SAMPLES: &[Sample] = &[
    sample!("chatlio", "transcript", "A cracked board before a wedding"),
    sample!("chatlio", "offline_message", "Six spoons with names, asked at night"),
    sample!("chatlio", "new_conversation", "A tea chest to Norway: somebody has begun a chat"),
    sample!("smartsupp", "chat", "Twenty trays for a café, rated five of five"),
    sample!("smartsupp", "missed_chat", "A salt cellar by Thursday, and nobody was there"),
    sample!("smartsupp", "offline_message", "Beetroot on an oak board"),
    sample!("comm100", "chat_ended", "One order, two sisters"),
    sample!("comm100", "offline_message", "Twelve trays for a guesthouse"),
    sample!("comm100", "chat_started", "Somebody reads about returns and asks"),
    sample!("chatvisor", "new_conversation", "Birch or oak? A new conversation"),
    sample!("chatvisor", "unresolved", "A parcel at one of forty neighbours"),
    sample!("chatvisor", "done", "It was Mrs Lindqvist: a conversation is done"),
    sample!("snapengage", "chat", "Oil for olive wood, in two languages"),
    sample!("snapengage", "offline", "One dowel for a rocking whale"),
    sample!("tawkto", "transcript", "Is the left-handed ladle left-handed?"),
    sample!("tawkto", "ticket", "A spoon that floats, asked at night"),
];

/// Every bundled sample, by service.
#[must_use]
pub fn samples() -> &'static [Sample] {
    SAMPLES
}
