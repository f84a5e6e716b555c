//! `afterchat delivery`: one request as it came, and what each value of it became.

use std::fmt::Write as _;

use afterchat_api::Api;
use afterchat_api::types::{DeliveryAnswer, Doubt};
use afterchat_archive::DeliveryId;
use afterchat_archive::export::{visible, visible_line};
use clap::Args;
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::output::{self, Style, moment};

/// Bytes of a body that is no text, shown in hexadecimal; `--body` writes all of it.
const SHOWN_HEX: usize = 4096;
/// Stands where a secret header's value would.
const CONCEALED: &str = "••••••";

/// Show one delivery: the request, and what each of its values became
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  afterchat delivery 12
  afterchat delivery 12 --body > payload.json     The exact bytes that arrived
  afterchat delivery 12 --json | jq '.became[] | {pointer, field}'")]
pub(crate) struct Delivery {
    /// The delivery's number
    #[arg(value_name = "ID")]
    id: i64,
    /// Write the exact bytes of the body and nothing else
    #[arg(long, conflicts_with = "json")]
    body: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// Also what is secret in it: values of headers, of the query and of the body that are called so
    #[arg(long)]
    secrets: bool,
}

impl Delivery {
    pub(crate) async fn run(self, api: &Api) -> anyhow::Result<()> {
        let kept = api.archive().delivery(DeliveryId(self.id))?.delivery;
        if self.body {
            return output::write(&kept.body);
        }
        let ask = json!({ "id": self.id.to_string(), "secrets": self.secrets });
        let mut answer: DeliveryAnswer = serde_json::from_value(api.query("delivery", ask).await?)?;
        let body = if self.secrets {
            kept.body
        } else {
            conceal(&mut answer);
            api.covered_body(kept)?
        };
        if self.json {
            let mut answer = serde_json::to_value(answer)?;
            if let Some(answer) = answer.as_object_mut() {
                // These are for a window: the body stands whole below, and the tree is the body again.
                for part in ["tree", "truncated"] {
                    answer.remove(part);
                }
                answer.insert("body".to_owned(), Value::from(String::from_utf8_lossy(&body)));
                // A window shows a compressed body inflated; here it is as it was sent.
                let lossy = std::str::from_utf8(&body).is_err();
                answer.insert("lossy".to_owned(), Value::from(lossy));
                if lossy {
                    answer.insert("body_base64".to_owned(), Value::from(BASE64.encode(&body)));
                }
                // The row's values stand beside the others, as `afterchat deliveries` lists them.
                if let Some(Value::Object(mut row)) = answer.remove("row") {
                    row.append(answer);
                    *answer = row;
                }
            }
            return output::json(&answer);
        }
        output::write(words(&answer, &body, Style::of_output()).as_bytes())
    }
}

/// Puts dots where the values of secret headers are left out.
pub(crate) fn conceal(answer: &mut DeliveryAnswer) {
    for at in &answer.concealed.headers {
        if let Some(header) = usize::try_from(*at).ok().and_then(|at| answer.headers.get_mut(at)) {
            CONCEALED.clone_into(&mut header.value);
        }
    }
}

/// Bytes in rows of sixteen, and what they would be as text.
fn hex(bytes: &[u8]) -> String {
    let mut lines = String::new();
    for (row, line) in bytes.chunks(16).enumerate() {
        let digits: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        let text: String = line
            .iter()
            .map(|b| if b.is_ascii_graphic() || *b == b' ' { char::from(*b) } else { '.' })
            .collect();
        let _infallible = writeln!(lines, "{:08x}  {:<47}  {text}", row * 16, digits.join(" "));
    }
    lines
}

/// A delivery for people: the request, and what each of its values became.
pub(crate) fn words(answer: &DeliveryAnswer, body: &[u8], style: Style) -> String {
    let row = &answer.row;
    let mut page = format!("{} {}\n", style.bold(&format!("Delivery {}", row.id)), moment(row.received_at));
    let became = match &row.reason {
        Some(reason) => reason.clone(),
        None if row.conversations.is_empty() => "It waits to be read.".to_owned(),
        None => format!("It tells of {}.", row.conversations.join(" and ")),
    };
    let _infallible = writeln!(page, "{}\n", visible_line(&became));
    if row.by_old_address {
        page.push_str("It came by an old address of its source: the service still uses that one.\n\n");
    }
    if let Some(signature) = &row.signature {
        let found = match (&signature.doubt, &signature.secret) {
            (None, Some(secret)) => format!("good, made with {}", visible_line(secret)),
            (None, None) => "good".to_owned(),
            (Some(Doubt::Missing), _) => "missing".to_owned(),
            (Some(Doubt::Wrong), _) => "wrong".to_owned(),
            (Some(Doubt::Late), _) => "right, but of another time".to_owned(),
        };
        let accepted = signature.accepted_at.map(|at| format!("; accepted by hand {}", moment(at)));
        let scheme = style.dim(&format!("({})", signature.scheme));
        let _infallible = writeln!(page, "Signature: {found}{} {scheme}\n", accepted.unwrap_or_default());
    }
    let query = answer.query.as_deref().map(|query| format!("?{query}"));
    let request = format!("{} {}{}", row.method, answer.path, query.unwrap_or_default());
    let _infallible = writeln!(page, "{}", style.bold(&visible_line(&request)));
    for header in &answer.headers {
        let name = style.dim(&format!("{}:", visible_line(&header.name)));
        let _infallible = writeln!(page, "{name} {}", visible_line(&header.value));
    }
    let _infallible = match std::str::from_utf8(body) {
        Ok(text) => writeln!(page, "\n{}", visible(text).trim_end()),
        Err(_) => writeln!(page, "\n{}", hex(&body[..body.len().min(SHOWN_HEX)])),
    };
    let mut list = |name: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _infallible = writeln!(page, "\n{}\n{}", style.bold(name), lines.join("\n"));
        }
    };
    let value = |pointer: &str, became: &str| format!("  {} {became}", style.dim(&visible_line(pointer)));
    list(
        "What each value became",
        answer
            .became
            .iter()
            .map(|became| {
                value(
                    &became.pointer,
                    &format!("{} = {}", visible_line(&became.field), visible_line(&became.value)),
                )
            })
            .collect(),
    );
    let other =
        answer.other.iter().map(|other| value(&other.pointer, &visible_line(&other.value.to_string())));
    list("Other fields", other.collect());
    let notices = answer
        .notices
        .iter()
        .map(|notice| value(notice.pointer.as_deref().unwrap_or_default(), &visible_line(&notice.text)));
    list("Notices", notices.collect());
    page
}
