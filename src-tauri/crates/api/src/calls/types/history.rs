//! Past chats from a service: what is entered for each, how far it got, and how the last run ended.

use afterchat_relay::history::Secret;
use afterchat_transcript::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Failure;

contract! {
    /// One service that past chats can be fetched from. No answer ever holds a credential.
    HistoryService {
        /// The provider's id.
        service: String,
        /// Its name.
        name: String,
        /// What the service calls the token.
        token_name: String,
        /// The token's last characters; absent while none is set.
        #[serde(skip_serializing_if = "Option::is_none")]
        token_ending: Option<String>,
        /// True when a token is set.
        token_set: bool,
        /// What the service calls the account's id, if one is entered.
        #[serde(skip_serializing_if = "Option::is_none")]
        account_name: Option<String>,
        /// What goes with the token, if anything does.
        #[serde(skip_serializing_if = "Option::is_none")]
        user_name: Option<String>,
        /// What a part of the account is called, if the chats may be limited to one.
        #[serde(skip_serializing_if = "Option::is_none")]
        part_name: Option<String>,
        /// The documented address of the interface; absent when it differs from account to account.
        #[serde(skip_serializing_if = "Option::is_none")]
        documented_base: Option<String>,
        /// True when a range of time can be asked for.
        range: bool,
        /// What was entered.
        entered: HistoryFields,
        /// Where the last run that did not reach its end goes on.
        #[serde(skip_serializing_if = "Option::is_none")]
        place: Option<HistoryPlace>,
        /// How the last run ended.
        #[serde(skip_serializing_if = "Option::is_none")]
        last: Option<HistoryEnd>,
    }

    /// What is entered for a service besides its token. Empty texts are absent.
    HistoryFields {
        /// The account's, site's or organisation's id.
        account: String,
        /// The e-mail address that goes with the token.
        user: String,
        /// The part of the account whose chats are wanted.
        part: String,
        /// Another address than the documented one.
        base: String,
        /// Chatvisor: the request for conversations.
        conversations: String,
        /// Chatvisor: the request for a conversation's messages.
        messages: String,
        /// Chatvisor: the request that tags a customer.
        tag: String,
        /// Chatvisor: the request for an agent's public chat address.
        chat_url: String,
    }

    /// How far a run got that did not reach its end.
    HistoryPlace {
        /// The beginning of the range of time.
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<Instant>,
        /// Its end.
        until: Instant,
        /// Objects fetched so far.
        #[ts(type = "number")]
        fetched: u64,
    }

    /// How a run ended.
    HistoryEnd {
        /// When.
        at: Instant,
        /// Objects in the journal that were not there before.
        #[ts(type = "number")]
        new: u64,
        /// Objects that were in the journal before.
        #[ts(type = "number")]
        known: u64,
        /// Days of which the service told only the first hundred chats.
        #[ts(type = "number")]
        cut_days: u64,
        /// Why it did not reach its end.
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
    }

    /// Every service that past chats can be fetched from.
    HistoryAnswer {
        /// The services.
        rows: Vec<HistoryService>,
    }

    /// What a person entered for a service.
    HistoryEntry {
        /// The provider's id.
        service: String,
        /// A new token; absent keeps the one that is set, empty removes it.
        #[serde(default)]
        #[ts(as = "Option<String>")]
        token: Option<Secret>,
        /// Everything else.
        entered: HistoryFields,
    }

    /// What to fetch.
    HistoryStart {
        /// The provider's id.
        service: String,
        /// Goes on where the last run stopped, if there is such a place; the range is that run's.
        go_on: bool,
        /// The earliest chats that are wanted.
        #[serde(default)]
        since: Option<Instant>,
        /// The latest ones.
        #[serde(default)]
        until: Option<Instant>,
    }

    /// The long work that was begun.
    HistoryStarted {
        /// Its name.
        work: String,
    }

    /// What a Chatvisor customer is tagged with.
    CustomerTagQuestion {
        /// A conversation with this customer.
        conversation: String,
        /// The e-mail address.
        email: String,
        /// The first name.
        firstname: String,
        /// The last name.
        lastname: String,
        /// The number in one's own system.
        id: String,
        /// Labels.
        labels: Vec<String>,
    }

    /// A conversation whose customer is meant.
    CustomerQuestion {
        /// The conversation.
        conversation: String,
    }

    /// An address that was checked and may be opened.
    OpenableAnswer {
        /// The address.
        url: String,
    }
}
