//! How Chatvisor is connected.

use crate::guide::{Advice, Event, Fact, Guide, Way};

const SETUP: &str = "https://docs.chatvisor.com/docs/intregrationsapi02_chat";
const REFERENCE: &str = "https://developers.chatvisor.com/";

pub(super) const GUIDE: Guide = Guide {
    ways: &[Way {
        name: "WebHooks",
        plan: None,
        steps: &[
            Fact::documented(SETUP, "Sign in as an administrator and open Settings – API – WebHooks."),
            Fact::inferred(
                REFERENCE,
                "Where there is no such page, look under Settings – Developer tools: newer versions keep the API keys there.",
            ),
            Fact::inferred(REFERENCE, "Enter the address for each of the three hooks."),
        ],
        events: &[
            Event {
                name: "New message",
                advice: Advice::Needed,
                brings: Fact::documented(
                    REFERENCE,
                    "Each message that a customer writes. Its exact shape is not published; Afterchat reads it as far as it goes.",
                ),
            },
            Event {
                name: "New conversation",
                advice: Advice::Needed,
                brings: Fact::documented(
                    REFERENCE,
                    "A customer who writes for the first time, or again after DONE, with the last message.",
                ),
            },
            Event {
                name: "Status change",
                advice: Advice::Useful,
                brings: Fact::documented(
                    REFERENCE,
                    "UNREAD, UNRESOLVED or DONE, with the last message once more, which is not counted twice.",
                ),
            },
        ],
        never: &[
            Fact::documented(
                REFERENCE,
                "What agents answer: only customers' messages are sent. Past chats fetched under History have both sides.",
            ),
            Fact::inferred(
                REFERENCE,
                "A time, a name or an e-mail address: the published body has none, so the time of receipt stands in.",
            ),
        ],
        format: Fact::documented(REFERENCE, "JSON, posted; one message in each request."),
        signs: false,
        secret: Fact::not_documented(
            "Nothing is signed, as far as is published: the address is the only secret.",
        ),
        retries: Fact::not_documented(
            "Not documented; expect none. What was missed can be fetched under History.",
        ),
        address: Fact::not_documented("No conditions are published. An https address is the safe choice."),
        https_only: false,
        one_for_all: Fact::inferred(
            REFERENCE,
            "One address serves all three. No body names its event; what it is, is seen from its shape.",
        ),
        trigger: Fact::documented(REFERENCE, "Write something as a customer in the chat on your own site."),
    }],
};
