//! A plan as text, in the one way in which it is always written. Reading it gives the same plan.

use std::fmt;
use std::time::Duration;

use super::{AnswerPlan, Risk, Said, Step};

impl fmt::Display for AnswerPlan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conditions = [(self.per_event, "per event"), (self.quarantine_too, "quarantine too")];
        let conditions: Vec<&str> =
            conditions.into_iter().filter(|(on, _)| *on).map(|(_, word)| word).collect();
        if !conditions.is_empty() {
            write!(formatter, "{}: ", conditions.join(", "))?;
        }
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                formatter.write_str(", ")?;
            }
            step.fmt(formatter)?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.wait.is_zero() {
            parts.push(format!("wait {}", duration(self.wait)));
        }
        match &self.said {
            Said::Usual if self.wait.is_zero() => parts.push("as usual".to_owned()),
            Said::Usual => {}
            Said::Drop => parts.push("drop".to_owned()),
            Said::Own { status, headers, body } => {
                let meant = if Risk::of(*status).is_some() { "!" } else { "" };
                parts.push(format!("{status}{meant}"));
                for header in headers {
                    let value = String::from_utf8_lossy(&header.value);
                    let seconds = header.name == RETRY_AFTER
                        && value.parse::<u32>().is_ok_and(|seconds| seconds.to_string() == value);
                    parts.push(if seconds {
                        format!("retry-after {value}")
                    } else {
                        format!("header {}", quoted(&format!("{}: {value}", header.name)))
                    });
                }
                parts.extend(body.iter().map(|body| format!("body {}", quoted(body))));
            }
        }
        parts.extend(self.times.map(|times| format!("x{times}")));
        formatter.write_str(&parts.join(" "))
    }
}

/// How `retry-after 30` is spelled as a header.
pub(super) const RETRY_AFTER: &str = "Retry-After";

fn duration(wait: Duration) -> String {
    match wait.as_millis() {
        millis if millis % 1000 == 0 => format!("{}s", millis / 1000),
        millis => format!("{millis}ms"),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
