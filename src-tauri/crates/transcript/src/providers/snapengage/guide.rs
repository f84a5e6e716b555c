//! How SnapEngage is connected.

use crate::guide::{Advice, Event, Fact, Guide, Way};

const JSON: &str = "https://help.snapengage.com/integration-api-json/";
const XML: &str = "https://developer.snapengage.com/post-api/post-api-xml/";
const EVENTS: &str = "https://help.snapengage.com/conversation-events-api/";
const LOGS: &str = "https://developer.snapengage.com/logs-api/get-all-logs/";

pub(super) const GUIDE: Guide = Guide {
    ways: &[Way {
        name: "Integration API",
        plan: None,
        steps: &[
            Fact::documented(JSON, "In the widget's configuration, open Settings – Integrations."),
            Fact::documented(JSON, "Choose “Integration API” and enter the address as its URL."),
            Fact::documented(
                JSON,
                "If you wish, enter an Authentication Token below it: a long word of your own.",
            ),
            Fact::documented(JSON, "Press Save at the very bottom of the page."),
        ],
        events: &[
            Event {
                name: "Live chats",
                advice: Advice::Needed,
                brings: Fact::documented(
                    JSON,
                    "The whole chat: messages with translations, the requester, pages, place, wait and duration, labels and variables.",
                ),
            },
            Event {
                name: "Offline requests",
                advice: Advice::Needed,
                brings: Fact::inferred(
                    JSON,
                    "The same, of a request that was left while nobody was there. No sample is published.",
                ),
            },
            Event {
                name: "Conversation Events API",
                advice: Advice::Useless,
                brings: Fact::inferred(
                    EVENTS,
                    "Single steps of a chat, set up at a place of their own. Their bodies are not published: they are kept, but not read.",
                ),
            },
        ],
        never: &[
            Fact::inferred(JSON, "A chat that still runs: it comes once, when it is over."),
            Fact::inferred(
                LOGS,
                "The survey after the chat: it is stored minutes later. Past chats fetched under History have it.",
            ),
        ],
        format: Fact::documented(JSON, "JSON, posted. The older XML form is read too."),
        signs: true,
        secret: Fact::documented(
            JSON,
            "The Authentication Token goes along with every request. Enter the same word here. The header's exact name is not printed: Authorization and Authentication are both looked at.",
        ),
        retries: Fact::documented(
            XML,
            "Anything but an answer of exactly 200 is tried again for about two hours; then it is sent by e-mail and given up. Afterchat answers 200.",
        ),
        address: Fact::not_documented("No conditions are published. An https address is the safe choice."),
        https_only: false,
        one_for_all: Fact::documented(JSON, "One address for each widget, for chats and offline requests."),
        trigger: Fact::documented(
            JSON,
            "Write something in the widget on your own site and end the chat, or leave an offline request.",
        ),
    }],
};
