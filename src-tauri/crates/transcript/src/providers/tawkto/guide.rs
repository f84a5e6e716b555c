//! How tawk.to is connected.

use crate::guide::{Advice, Event, Fact, Guide, Way};

const WEBHOOKS: &str = "https://developer.tawk.to/webhooks/";
const MAKE: &str = "https://make.com/en/help/apps/communication/tawk-to";

pub(super) const GUIDE: Guide = Guide {
    ways: &[Way {
        name: "Webhooks",
        plan: None,
        steps: &[
            Fact::documented(WEBHOOKS, "In the dashboard, open Administration."),
            Fact::inferred(MAKE, "Choose Settings – Webhooks – Create Webhook."),
            Fact::inferred(MAKE, "Give it a name, enter the address as endpoint, tick the events, and save."),
            Fact::inferred(WEBHOOKS, "Copy the secret key that the webhook then has."),
        ],
        events: &[
            Event {
                name: "New chat transcript",
                advice: Advice::Needed,
                brings: Fact::documented(WEBHOOKS, "The whole chat, a while after it is over."),
            },
            Event {
                name: "New ticket",
                advice: Advice::Needed,
                brings: Fact::documented(WEBHOOKS, "What somebody left while nobody was there."),
            },
            Event {
                name: "Chat start",
                advice: Advice::Useful,
                brings: Fact::documented(
                    WEBHOOKS,
                    "The visitor and the first message of visitor or agent, so that a chat is seen while it runs.",
                ),
            },
            Event {
                name: "Chat end",
                advice: Advice::Useful,
                brings: Fact::documented(WEBHOOKS, "That it is over; it holds no messages."),
            },
        ],
        never: &[
            Fact::inferred(WEBHOOKS, "Messages while a chat runs, but for the first."),
            Fact::documented(WEBHOOKS, "A start for chats in which only whispers or triggers were written."),
        ],
        format: Fact::documented(WEBHOOKS, "JSON, posted; one event in each request."),
        signs: true,
        secret: Fact::documented(
            WEBHOOKS,
            "Each request is signed with the webhook's secret key. Enter the same one here.",
        ),
        retries: Fact::documented(
            WEBHOOKS,
            "Anything but a success within 30 seconds is tried again for up to twelve hours. A retry has the same event id and body, so nothing is counted twice.",
        ),
        address: Fact::inferred(
            WEBHOOKS,
            "Use one that begins with https, such as a tunnel's. The page does not say whether http is taken; expect that it is not.",
        ),
        https_only: true,
        one_for_all: Fact::documented(
            WEBHOOKS,
            "One webhook may have all four events: every body names its own.",
        ),
        trigger: Fact::documented(
            WEBHOOKS,
            "Write something in the chat on your own site, then end the chat.",
        ),
    }],
};
