//! Deliveries handed on: as a text to copy, or as a file.

use afterchat_transcript::Instant;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::DeliveriesQuestion;

/// As what a delivery is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WrittenForm {
    /// A `curl` command.
    Curl,
    /// An HTTPie command.
    Httpie,
    /// A raw HTTP/1.1 request.
    Raw,
}

/// As what deliveries are saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HandedAs {
    /// One HAR 1.2 file.
    Har,
    /// A zip file of test fixtures: payload, head of the request and expected transcripts of each.
    Fixtures,
    /// The exact bytes of one delivery's body.
    Body,
    /// The exact bytes of one delivery as a raw HTTP/1.1 request.
    Request,
}

contract! {
    /// A delivery, and how to write it.
    WrittenQuestion {
        /// The delivery's number.
        delivery: String,
        /// As what.
        form: WrittenForm,
        /// Also what is secret: values of headers and of the query, and the address with its token.
        #[serde(default)]
        secrets: Option<bool>,
        /// Where the command sends to. Without it the variable `HOOK_URL` stands there, or with secrets the address of
        /// the delivery's own source.
        #[serde(default)]
        to: Option<String>,
        /// The whole body stands in the command, however large it is.
        #[serde(default)]
        whole: Option<bool>,
    }

    /// What the text does not say as the delivery did.
    WrittenRemark {
        /// Its stable code: `not_kept`, `header_left_out`, `body_left_out` or `body_in_file`.
        code: String,
        /// The header or the file that is meant.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    }

    /// A delivery as text.
    WrittenAnswer {
        /// The text.
        text: String,
        /// Where something is hidden: names of headers, `?name` for a part of the query, `body`.
        hidden: Vec<String>,
        /// What it does not say as the delivery did.
        remarks: Vec<WrittenRemark>,
    }

    /// Some deliveries: these, or all that a list holds.
    DeliveryChoice {
        /// Their numbers.
        #[serde(default)]
        ids: Option<Vec<String>>,
        /// All that such a list holds, to its end.
        #[serde(default)]
        list: Option<DeliveriesQuestion>,
        /// Only those that came at this moment or later.
        #[serde(default)]
        since: Option<Instant>,
        /// Only those that came before this moment.
        #[serde(default)]
        until: Option<Instant>,
    }

    /// Deliveries to save.
    HandOverQuestion {
        /// Which.
        which: DeliveryChoice,
        /// As what.
        form: HandedAs,
        /// Also what is secret.
        #[serde(default)]
        secrets: Option<bool>,
    }

    /// The long work that was begun.
    WorkStarted {
        /// Its name.
        work: String,
    }
}
