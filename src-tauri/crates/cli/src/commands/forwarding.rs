//! The part of `afterchat listen` that forwards: `--forward URL`, and a line for each attempt.

use afterchat_api::{Api, ForwardTold};
use afterchat_archive::export::visible_line;
use clap::Args;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::output::{self, Style, say};

/// Where to forward while this runs.
#[derive(Debug, Args)]
pub(crate) struct Forward {
    /// Send on whatever arrives, byte for byte, to this address after it was answered; can be given several times
    #[arg(long = "forward", value_name = "URL")]
    pub(crate) to: Vec<String>,
}

impl Forward {
    /// Begins to forward; the door must still be closed, so that nothing arrives before.
    pub(crate) fn begin(&self, api: &Api) -> anyhow::Result<Forwarding> {
        let told = api.forwards();
        self.to.iter().try_for_each(|url| api.forward_all_to(url))?;
        Ok(Forwarding { told })
    }
}

/// What is told of forwarding, also to targets that were added in the window.
#[derive(Debug)]
pub(crate) struct Forwarding {
    told: Receiver<ForwardTold>,
}

impl Forwarding {
    /// The next attempt.
    pub(crate) async fn next(&mut self) -> ForwardTold {
        loop {
            match self.told.recv().await {
                Ok(told) => return told,
                Err(RecvError::Lagged(missed)) => {
                    say(&format!("{missed} attempts to forward were not told."));
                }
                // It lives as long as the program.
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }

    /// Closes the door, stops forwarding, and says what did not arrive.
    pub(crate) async fn end(self, api: &Api) -> anyhow::Result<()> {
        for (url, left) in api.end_forwards().await? {
            if left > 0 {
                let deliveries =
                    if left == 1 { "1 delivery has" } else { &format!("{left} deliveries have") };
                say(&format!(
                    "{deliveries} not arrived at {}. The next “afterchat listen” with this --forward goes on with that.",
                    visible_line(&url)
                ));
            }
        }
        Ok(())
    }
}

/// What became of one attempt, as short as a row of deliveries has room for.
pub(crate) fn in_short(told: &ForwardTold) -> String {
    let what = told.status.map_or_else(|| told.code.clone().unwrap_or_default(), |status| status.to_string());
    let then = match told.outcome {
        "again" => ", tried again",
        "dead" => ", given up",
        _ => "",
    };
    format!("→ {what}{then}")
}

/// Tells of one attempt.
pub(crate) fn tell(told: &ForwardTold, json: bool) -> anyhow::Result<()> {
    if json {
        let mut event = json!({ "event": "forward" });
        if let (Some(event), Value::Object(told)) = (event.as_object_mut(), serde_json::to_value(told)?) {
            event.extend(told);
        }
        return output::json(&event);
    }
    output::line(&words(told, Style::of_output()))
}

fn words(told: &ForwardTold, style: Style) -> String {
    let what = match (told.status, &told.words) {
        (Some(status), _) => status.to_string(),
        (None, Some(words)) => visible_line(words),
        (None, None) => String::new(),
    };
    let then = match (told.outcome, told.next_at) {
        ("again", Some(at)) => {
            format!(", tried again at {}", at.utc().with_timezone(&chrono::Local).format("%H:%M:%S"))
        }
        ("dead", _) => ", given up".to_owned(),
        _ => String::new(),
    };
    let again = if told.attempt > 1 { format!(" (attempt {})", told.attempt) } else { String::new() };
    format!(
        "  {} {}  {}  {what}{then}{again}  {}",
        style.dim("→"),
        told.delivery,
        visible_line(&told.target),
        style.dim(&format!("{} ms", told.took_ms))
    )
}

#[cfg(test)]
mod tests {
    use afterchat_api::ForwardTold;

    use super::words;
    use crate::output::Style;

    fn told() -> ForwardTold {
        ForwardTold {
            delivery: "17".to_owned(),
            source: "any".to_owned(),
            target: "http://127.0.0.1:3000/\u{1b}[2J".to_owned(),
            url: "http://127.0.0.1:3000/".to_owned(),
            status: Some(200),
            code: None,
            words: None,
            took_ms: 12,
            attempt: 1,
            outcome: "done",
            next_at: None,
        }
    }

    #[test]
    fn an_attempt_is_told_in_one_line_that_moves_no_cursor() {
        let style = Style::of_output();
        let line = words(&told(), style);
        assert!(line.contains("17") && line.contains("200") && line.contains("12 ms"), "{line}");
        let bare = line.replace("\u{1b}[2m", "").replace("\u{1b}[0m", "");
        assert!(!bare.contains('\u{1b}') && !bare.contains('\n'), "{line:?}");
        let dead = words(&ForwardTold { status: Some(410), outcome: "dead", attempt: 7, ..told() }, style);
        assert!(dead.contains("410, given up (attempt 7)"), "{dead}");
    }
}
