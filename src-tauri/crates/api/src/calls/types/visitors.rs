//! Who is one visitor, everything that is known of them, and what people decide about it.

use afterchat_transcript::Instant;
use afterchat_transcript::model::{PageVisit, Rating};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What kind of name a visitor is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// The service's own id of the person.
    Id,
    /// An e-mail address.
    Mail,
    /// Nothing but one conversation.
    Conversation,
}

/// What a name does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NameStanding {
    /// It joins the conversations that have it.
    Joins,
    /// People took it out.
    TakenOut,
    /// It stands in too many others' conversations to be one person's.
    Crowd,
}

/// What people can decide about who is one visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// Two visitors are one.
    Joined,
    /// A name joins nobody.
    NameTakenOut,
    /// A conversation is known by nothing but itself.
    ConversationTakenOut,
}

contract! {
    /// Whose visitor: any of their conversations names them.
    VisitorQuestion {
        /// The conversation's name.
        conversation: String,
    }

    /// Which part of what a visitor left.
    VisitorPartQuestion {
        /// Any of the visitor's conversations.
        conversation: String,
        /// `next` of the part before.
        #[serde(default)]
        after: Option<String>,
        /// How many at most; 50 if not given, never more than 200.
        #[serde(default)]
        limit: Option<u32>,
    }

    /// A name a visitor is known by.
    VisitorName {
        /// What the acts call it.
        key: String,
        /// What kind of name.
        kind: NameKind,
        /// The id or the address; of a conversation its name.
        value: String,
        /// The chat service the id is from.
        #[serde(skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
        /// The account there.
        #[serde(skip_serializing_if = "Option::is_none")]
        account: Option<String>,
    }

    /// A name and what it does.
    KnownName {
        /// The name.
        name: VisitorName,
        /// How many of the visitor's conversations have it.
        #[ts(type = "number")]
        conversations: i64,
        /// What it does.
        standing: NameStanding,
    }

    /// Something people decided about a visitor.
    VisitorDecision {
        /// Its number, to take it back.
        id: String,
        /// When it was decided.
        at: Instant,
        /// What was decided.
        kind: DecisionKind,
        /// The names that are meant, at most 20.
        names: Vec<VisitorName>,
        /// How many more names are meant.
        #[ts(type = "number")]
        more: usize,
    }

    /// A value that is known of a visitor.
    SeenValue {
        /// As the newest conversation has it.
        value: String,
        /// In how many conversations.
        #[ts(type = "number")]
        conversations: usize,
        /// When the newest of them was last active.
        last_at: Instant,
    }

    /// Different values of one kind, newest first.
    SeenValues {
        /// The values.
        values: Vec<SeenValue>,
        /// Further different values that are not listed.
        #[ts(type = "number")]
        more: usize,
    }

    /// A rating and the conversation it was given in.
    GivenRating {
        /// The conversation's name.
        conversation: String,
        /// When that was last active.
        at: Instant,
        /// The mark and the comment.
        rating: Rating,
    }

    /// A chat service and how many conversations came from it.
    ServiceCount {
        /// The chat service.
        provider: String,
        /// How many.
        #[ts(type = "number")]
        conversations: usize,
    }

    /// A visitor over all conversations.
    VisitorAnswer {
        /// The newest name, else address, else handle.
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// How many conversations.
        #[ts(type = "number")]
        conversations: i64,
        /// How many of them, the newest, were read for the values below.
        #[ts(type = "number")]
        read: usize,
        /// False when so much is joined that not all of it was looked for.
        whole: bool,
        /// The chat services.
        services: Vec<ServiceCount>,
        /// The first visit or conversation that is known of.
        first_seen_at: Instant,
        /// The newest activity.
        last_seen_at: Instant,
        /// The names that join, or would, those of most conversations first.
        known_as: Vec<KnownName>,
        /// Names left out of that list.
        #[ts(type = "number")]
        more_names: usize,
        /// What people decided about this visitor, newest first.
        decisions: Vec<VisitorDecision>,
        /// What they are called.
        names: SeenValues,
        /// Names the services made up.
        handles: SeenValues,
        /// E-mail addresses as given.
        emails: SeenValues,
        /// Telephone numbers.
        phones: SeenValues,
        /// Companies.
        companies: SeenValues,
        /// Places, each in one line.
        places: SeenValues,
        /// Network addresses.
        ips: SeenValues,
        /// Languages.
        languages: SeenValues,
        /// Browser, system and screen, each in one line.
        devices: SeenValues,
        /// User agent strings.
        user_agents: SeenValues,
        /// Marks and comments, newest first.
        ratings: Vec<GivenRating>,
    }

    /// The path within one conversation, or a part of it.
    PathStretch {
        /// The conversation's name.
        conversation: String,
        /// The chat service.
        provider: String,
        /// When the conversation was last active.
        at: Instant,
        /// How many steps were before these, in this conversation.
        #[ts(type = "number")]
        before: usize,
        /// How many steps the conversation has.
        #[ts(type = "number")]
        of: usize,
        /// The steps, in the order they were taken.
        pages: Vec<PageVisit>,
    }

    /// A part of a visitor's path: the newest conversation first, within each the first step first.
    VisitorPath {
        /// The parts.
        stretches: Vec<PathStretch>,
        /// Pass as `after` to go on. It may stand where no steps were found: then none are near.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
        /// Where the last conversation has more steps: pass as `after` to go on with the conversation after it.
        #[serde(skip_serializing_if = "Option::is_none")]
        skip: Option<String>,
    }

    /// Which visitors to list.
    VisitorsQuestion {
        /// Words of a name, an address or anything else that is known of them; the newest without words.
        search: String,
        /// Leaves the visitor of this conversation out.
        #[serde(default)]
        except: Option<String>,
    }

    /// A visitor in a list.
    VisitorRow {
        /// The newest conversation in which the words were found: names the visitor.
        conversation: String,
        /// What they are called there.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Every e-mail address, at most 20.
        addresses: Vec<String>,
        /// How many conversations.
        #[ts(type = "number")]
        conversations: i64,
        /// The chat service of that conversation.
        provider: String,
        /// When that was last active.
        at: Instant,
    }

    /// Visitors, those of the newest conversations first.
    VisitorList {
        /// At most 20.
        rows: Vec<VisitorRow>,
    }

    /// Two visitors that are one.
    JoinVisitors {
        /// A conversation of the one.
        conversation: String,
        /// A conversation of the other.
        other: String,
    }

    /// A name to take out of a visitor.
    TakeNameOut {
        /// Any of the visitor's conversations.
        conversation: String,
        /// The name's key.
        name: String,
    }

    /// A decision to take back, or one that was taken back to let stand again.
    DecisionQuestion {
        /// Its number.
        decision: String,
    }

    /// What was decided.
    Decided {
        /// Its number, to take it back.
        decision: String,
    }
}
