//! How a source fares, in words.

use afterchat_api::types::{HealthRow, RhythmRow, WrongKind};

use super::gaps::lasting;
use crate::output::moment;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A line for each thing that is known.
pub(crate) fn lines(health: &HealthRow) -> Vec<String> {
    let quiet = health.quiet.as_ref().map(|quiet| {
        format!(
            "quiet: nothing for {} in which the door was open; about {} deliveries were to be expected",
            lasting(quiet.open_for.unsigned_abs()),
            quiet.expected
        )
    });
    let wrong = health.wrong.as_ref().map(|wrong| {
        let what = match (wrong.kind, &wrong.delivery) {
            (WrongKind::Unreadable, Some(id)) => format!("delivery {id} could not be read"),
            (WrongKind::Quarantined, Some(id)) => {
                format!("delivery {id} was answered 401 and is in quarantine")
            }
            _ => "a request was not taken".to_owned(),
        };
        format!("last error {}: {what}", moment(wrong.at))
    });
    [health.rhythm.as_ref().map(rhythm), quiet, wrong].into_iter().flatten().collect()
}

/// "usually every 20 min on weekdays 9–18"
fn rhythm(rhythm: &RhythmRow) -> String {
    let hours = rhythm.hours.map(|(from, to)| format!(" {from}–{to}")).unwrap_or_default();
    let often = if rhythm.per_week < 14.0 {
        format!("about {} a week", rhythm.per_week.round())
    } else {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds, rounded")]
        let every = rhythm.every.round() as u64;
        format!("every {}", lasting(every))
    };
    format!("usually {often}{}{hours}", days(rhythm.days))
}

fn days(days: [bool; 7]) -> String {
    match days {
        [true, true, true, true, true, true, true] => String::new(),
        [true, true, true, true, true, false, false] => " on weekdays".to_owned(),
        days => {
            let named: Vec<&str> = DAYS.iter().zip(days).filter(|(_, on)| *on).map(|(day, _)| *day).collect();
            format!(" on {}", named.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rhythm_is_one_line() {
        let office = [true, true, true, true, true, false, false];
        let told = |every, per_week, days, hours| rhythm(&RhythmRow { every, per_week, days, hours });
        assert_eq!(told(1200.0, 135.0, office, Some((9, 18))), "usually every 20 min on weekdays 9–18");
        assert_eq!(told(3600.0, 168.0, [true; 7], None), "usually every 1 h");
        let days = [true, false, true, false, false, false, false];
        assert_eq!(told(86_400.0, 4.2, days, Some((22, 2))), "usually about 4 a week on Mon, Wed 22–2");
    }
}
