//! SnapEngage: a case for each chat and each offline request, posted whole; the same cases in answers of the Logs API,
//! and the older XML form.
//!
//! Documented at <https://help.snapengage.com/integration-api-json> and
//! <https://developer.snapengage.com/post-api/post-api-xml>. No offline sample is published.

mod case;
mod guide;
mod requester;
mod time;

use super::Provider;
use crate::guide::Guide;
use crate::payload::{Cursor, Kind, Value};
use crate::reading::Findings;
use crate::signature::Scheme;

/// The SnapEngage provider.
pub(super) struct SnapEngage;

impl Provider for SnapEngage {
    fn id(&self) -> &'static str {
        "snapengage"
    }

    fn name(&self) -> &'static str {
        "SnapEngage"
    }

    fn guide(&self) -> &'static Guide {
        &guide::GUIDE
    }

    /// The “Authentication Token”. Which header carries it is not printed; SnapEngage's other interfaces use the first.
    fn signature(&self) -> Option<Scheme> {
        Some(Scheme::secret(&["Authorization", "Authentication"]))
    }

    fn recognises(&self, payload: &Value) -> bool {
        if payload.items().first().is_some_and(is_case) {
            return true;
        }
        let cases = payload.get("cases").map(Value::items);
        let listed = cases.is_some_and(|cases| {
            cases.first().map_or_else(|| payload.get("linkToNextSetOfResults").is_some(), is_case)
        });
        listed || is_case(payload) || payload.get("case").is_some_and(is_case)
    }

    fn read(&self, payload: &Cursor<'_>, findings: &mut Findings) {
        let bare = matches!(payload.peek().map(|value| &value.kind), Some(Kind::Array(_)));
        let cases = if bare { payload.clone() } else { payload.at("cases") };
        let Some(Kind::Array(_)) = cases.peek().map(|value| &value.kind) else {
            let xml = payload.at("case");
            case::read(if xml.exists() { &xml } else { payload }, findings);
            return;
        };
        for case in cases.items() {
            case::read(&case, findings);
        }
        let next = payload.at("linkToNextSetOfResults").text();
        if let Some(next) = &next {
            let text = "The service holds more cases than this list. The address of the next ones is among the fields of the last one.";
            findings.notice("more_results", Some(&next.origin), text);
        }
        if let Some(last) = findings.parts.last_mut() {
            last.field(None, "linkToNextSetOfResults", next);
        }
        if findings.parts.is_empty() {
            findings.no_conversation = Some("This list of cases is empty.");
        }
    }
}

/// Three names that only a case has together.
fn is_case(payload: &Value) -> bool {
    let own = [
        "widget_id",
        "requested_by",
        "requester_details",
        "created_at_seconds",
        "created_at_date",
        "created_at",
        "transcripts",
        "source_id",
        "proactive_chat",
        "chat_waittime",
        "snapshot_image_url",
        "javascript_variables",
        "operator_variables",
        "chat_duration",
    ];
    payload.get("id").is_some() && own.iter().filter(|name| payload.get(name).is_some()).count() >= 2
}
