//! How Chatlio is connected.

use crate::guide::{Advice, Event, Fact, Guide, Way};

const WEBHOOKS: &str = "https://chatlio.com/docs/webhooks/";
const TRANSCRIPTS: &str = "https://chatlio.com/docs/chat-transcripts-v1/";
const COMMANDS: &str = "https://chatlio.com/docs/chatlio-commands/";

const fn event(name: &'static str, advice: Advice, brings: Fact) -> Event {
    Event { name, advice, brings }
}

pub(super) const GUIDE: Guide = Guide {
    ways: &[Way {
        name: "Webhooks",
        plan: None,
        steps: &[
            Fact::documented(TRANSCRIPTS, "Open the Chatlio dashboard and choose the widget."),
            Fact::documented(
                TRANSCRIPTS,
                "On its Behavior tab, go to “Webhooks and post-chat actions”: each webhook has a field for an address.",
            ),
            Fact::documented(
                TRANSCRIPTS,
                "At the transcript's field, also choose that it is sent automatically. Otherwise it comes only when an agent types /chatlio send-to-webhook.",
            ),
        ],
        events: &[
            event(
                "Chat transcripts",
                Advice::Needed,
                Fact::documented(
                    TRANSCRIPTS,
                    "The whole chat once it is over: every message, the visitor with traits and page, the agent, a link to the Slack archive.",
                ),
            ),
            event(
                "Offline messages",
                Advice::Needed,
                Fact::documented(
                    WEBHOOKS,
                    "Name, e-mail address and words of somebody who wrote while nobody was there.",
                ),
            ),
            event(
                "New conversation has started",
                Advice::Useful,
                Fact::documented(
                    WEBHOOKS,
                    "The visitor and the first message, so that a chat is seen while it runs.",
                ),
            ),
            event(
                "Visitor did not get an answer in time",
                Advice::Useful,
                Fact::documented(WEBHOOKS, "The visitor and the message that waits for an answer."),
            ),
            event(
                "Visitor left feedback after a chat",
                Advice::Useful,
                Fact::documented(WEBHOOKS, "The visitor and the feedback's words."),
            ),
        ],
        never: &[
            Fact::documented(
                WEBHOOKS,
                "Which of the last three events it was: their bodies have one shape, without an event's name, a time or a score.",
            ),
            Fact::inferred(
                TRANSCRIPTS,
                "Files that were sent: the published transcript has no place for them.",
            ),
        ],
        format: Fact::documented(
            TRANSCRIPTS,
            "JSON, posted. Which content type it is sent with is not said, and does not matter here.",
        ),
        signs: false,
        secret: Fact::not_documented(
            "Nothing is signed, as far as is published: the address is the only secret.",
        ),
        retries: Fact::not_documented(
            "Not documented; expect none. What is sent while Afterchat cannot be reached is lost, unless an agent sends it again with /chatlio send-to-webhook.",
        ),
        address: Fact::not_documented("No conditions are published. An https address is the safe choice."),
        https_only: false,
        one_for_all: Fact::inferred(
            WEBHOOKS,
            "One address may stand in all five fields. To tell the last three events apart, give each of them an address of its own.",
        ),
        trigger: Fact::documented(
            COMMANDS,
            "Write something in the chat on your own site, answer it in Slack, then end the chat there with /chatlio end.",
        ),
    }],
};
