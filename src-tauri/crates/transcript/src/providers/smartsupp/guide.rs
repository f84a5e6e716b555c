//! How Smartsupp is connected: the POST hook, or webhooks, both switched on by its support.

use crate::guide::{Advice, Event, Fact, Guide, Way};

const EXPORT: &str = "https://www.smartsupp.com/help/export-3rd-party-system/";
const LEGACY: &str = "https://docs.smartsupp.com/chat-box/v1/examples/export-to-3rd-party-system.html";
const WEBHOOKS: &str = "https://docs.smartsupp.com/rest-api/webhooks/";

const fn event(name: &'static str, advice: Advice, brings: Fact) -> Event {
    Event { name, advice, brings }
}

pub(super) const GUIDE: Guide = Guide { ways: &[POST_HOOK, EVENTS] };

const POST_HOOK: Way = Way {
    name: "POST hook",
    plan: Some(Fact::documented(EXPORT, "Only in the PRO package.")),
    steps: &[
        Fact::documented(
            EXPORT,
            "Write to support@smartsupp.com, give them the address, and ask them to activate the POST hook for it.",
        ),
        Fact::documented(
            EXPORT,
            "There is nothing to set in the dashboard: they switch it on for the account.",
        ),
    ],
    events: &[
        event(
            "Finished chats",
            Advice::Needed,
            Fact::documented(
                EXPORT,
                "The whole chat: messages, automatic and system lines, the visitor with variables and note, the page path, the rating.",
            ),
        ),
        event(
            "Missed conversations",
            Advice::Needed,
            Fact::documented(EXPORT, "The same, of a chat that nobody answered."),
        ),
        event(
            "Offline messages",
            Advice::Needed,
            Fact::documented(EXPORT, "The same, of a message that was left while nobody was there."),
        ),
    ],
    never: &[
        Fact::inferred(EXPORT, "A chat that still runs: it comes once, when it is over."),
        Fact::inferred(EXPORT, "Files that were sent: the published body has no place for them."),
    ],
    format: Fact::documented(LEGACY, "JSON, posted as the whole body. Times are milliseconds since 1970."),
    signs: false,
    secret: Fact::not_documented(
        "Nothing is signed, as far as is published: the address is the only secret. Do not set a signing secret at an address that this hook posts to.",
    ),
    retries: Fact::not_documented(
        "Not documented; expect none. What was missed can be fetched under History.",
    ),
    address: Fact::not_documented("No conditions are published. An https address is the safe choice."),
    https_only: false,
    one_for_all: Fact::documented(EXPORT, "One address for everything: there is only one in an account."),
    trigger: Fact::documented(
        EXPORT,
        "When support has confirmed it: write something in the chat on your own site, then close the chat.",
    ),
};

const EVENTS: Way = Way {
    name: "Webhooks",
    plan: None,
    steps: &[
        Fact::documented(
            WEBHOOKS,
            "Write to Smartsupp's support: give them the address and the names of the events below. There is no page for it in the dashboard.",
        ),
        Fact::inferred(
            WEBHOOKS,
            "Ask them for the app's shared secret too. Where it is shown is not documented.",
        ),
    ],
    events: &[
        event(
            "conversation.contact_replied, .agent_replied, .bot_replied",
            Advice::Needed,
            Fact::documented(WEBHOOKS, "The messages, each as it is written."),
        ),
        event(
            "conversation.opened, .closed, .closed_by_contact",
            Advice::Needed,
            Fact::documented(WEBHOOKS, "Beginning and end."),
        ),
        event("conversation.rated", Advice::Needed, Fact::documented(WEBHOOKS, "The rating.")),
        event(
            "conversation.agent_joined, .agent_left, .agent_assigned, .agent_unassigned",
            Advice::Useful,
            Fact::documented(WEBHOOKS, "Who came, left or was put in charge."),
        ),
        event(
            "conversation.message_delivered, .message_delivery_failed",
            Advice::Useless,
            Fact::documented(WEBHOOKS, "Whether a message reached the visitor."),
        ),
        event(
            "contact.*",
            Advice::Useless,
            Fact::documented(WEBHOOKS, "Changes in the list of contacts: kept, but of no conversation."),
        ),
        event(
            "visitor.*",
            Advice::Useless,
            Fact::documented(
                WEBHOOKS,
                "Every step of every visitor, also of those who never write: very many.",
            ),
        ),
    ],
    never: &[
        Fact::inferred(
            WEBHOOKS,
            "The visitor's name and e-mail address, in most events. Past chats fetched under History have them.",
        ),
        Fact::inferred(WEBHOOKS, "The page path that the POST hook sends."),
    ],
    format: Fact::documented(WEBHOOKS, "JSON, posted; one event in each request."),
    signs: true,
    secret: Fact::documented(
        WEBHOOKS,
        "Each request is signed with the app's shared secret. Enter the same one here.",
    ),
    retries: Fact::documented(
        WEBHOOKS,
        "Sent again later when the answer is not a success. When, how often and for how long is not said.",
    ),
    address: Fact::not_documented("No conditions are published. An https address is the safe choice."),
    https_only: false,
    one_for_all: Fact::documented(WEBHOOKS, "One address for all events: there can be only one."),
    trigger: Fact::documented(
        WEBHOOKS,
        "When support has confirmed it: write something in the chat on your own site.",
    ),
};
