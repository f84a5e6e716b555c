//! How Comm100 is connected.

use crate::guide::{Advice, Event, Fact, Guide, Way};

const SETUP: &str =
    "https://portal11.comm100.site/kb/100/Comm100-Support/how-to-set-up-comm100-live-chat-webhooks";
const ENDED: &str =
    "https://portal11.comm100.site/kb/100/Comm100-Support/reference-for-webhook-event-chat-ended";
const STARTED: &str =
    "https://portal11.comm100.site/kb/100/Comm100-Support/reference-for-webhook-event-chat-started";
const REST: &str = "https://developer.comm100.com/docs/server-api-livechat-webhook";

const fn event(name: &'static str, advice: Advice, brings: Fact) -> Event {
    Event { name, advice, brings }
}

pub(super) const GUIDE: Guide = Guide {
    ways: &[Way {
        name: "Live Chat Webhooks",
        plan: None,
        steps: &[
            Fact::documented(
                SETUP,
                "In the Control Panel, open Apps & Integrations and press Settings on the Webhooks card.",
            ),
            Fact::documented(
                SETUP,
                "Press New Webhook, choose an event, enter the address as Target URL, and save.",
            ),
            Fact::documented(SETUP, "Do the same for every other event: a webhook is for one event."),
        ],
        events: &[
            event(
                "Chat Ended",
                Advice::Needed,
                Fact::documented(
                    ENDED,
                    "The whole transcript, the visitor, department, rating and custom fields.",
                ),
            ),
            event(
                "Offline Message Submitted",
                Advice::Needed,
                Fact::documented(SETUP, "The message, its file, and the visitor who left it."),
            ),
            event(
                "Chat Wrapped-Up",
                Advice::Useful,
                Fact::documented(SETUP, "The category and comment that an agent gave the chat afterwards."),
            ),
            event(
                "Chat Started",
                Advice::Useful,
                Fact::documented(STARTED, "The visitor, so that a chat is seen while it runs."),
            ),
            event(
                "Chat Requested",
                Advice::Useful,
                Fact::inferred(SETUP, "A visitor who waits. Its body is not published."),
            ),
            event(
                "Chat Transferred",
                Advice::Useful,
                Fact::inferred(SETUP, "A chat that went to somebody else. Its body is not published."),
            ),
            event(
                "Agent Status Changed",
                Advice::Useless,
                Fact::documented(SETUP, "Agents who come and go: kept, but of no conversation."),
            ),
        ],
        never: &[
            Fact::inferred(ENDED, "Messages while a chat runs: they come together when it ends."),
            Fact::inferred(
                ENDED,
                "The date of each line: a transcript has clock times only, and system lines have none.",
            ),
        ],
        format: Fact::documented(ENDED, "JSON, posted. Times are written /Date(milliseconds)/."),
        signs: false,
        secret: Fact::inferred(
            REST,
            "Nothing is signed: a webhook has an event and an address and no place for a secret. The address is the only one.",
        ),
        retries: Fact::not_documented(
            "Not documented; expect none. A design note of the maker, confirmed by nobody, has three more tries a minute apart, one after an hour and one after a day. What was missed can be fetched under History.",
        ),
        address: Fact::documented(STARTED, "Both http and https are taken."),
        https_only: false,
        one_for_all: Fact::inferred(SETUP, "All webhooks may have this address: every body names its event."),
        trigger: Fact::documented(
            SETUP,
            "Chat with yourself on your own site and end the chat, or leave an offline message there while no agent is online.",
        ),
    }],
};
