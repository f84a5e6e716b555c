//! The times in which the door was closed, told beside deliveries.

use afterchat_api::Api;
use afterchat_archive::{DeliverySummary, Gap, GapQuestion, OpenEnded};
use afterchat_transcript::Instant;
use serde_json::{Value, json};

use crate::output::moment;

/// More of them at once are not told by themselves.
const AT_ONCE: usize = 200;

fn now() -> Instant {
    Instant::from_utc(chrono::Utc::now())
}

/// Tells of gaps that ended since the last look.
#[derive(Debug)]
pub(crate) struct Gaps {
    told: Instant,
}

impl Gaps {
    /// Those that end from now on, the one that opening the door puts an end to included.
    pub(crate) fn from_now() -> Self {
        // The door may open within this very millisecond.
        let now = now();
        Self { told: Instant::from_millis(now.millis() - 1).unwrap_or(now) }
    }

    /// Those that are news and ended since the last call, oldest first.
    pub(crate) fn since(&mut self, api: &Api) -> anyhow::Result<Vec<Gap>> {
        let mut found = between(api, Some(self.told), None)?;
        found.reverse();
        self.told = found.last().map_or(self.told, |gap| gap.to);
        Ok(found)
    }
}

/// Those that are news, ended after one moment and before another, newest first.
fn between(api: &Api, after: Option<Instant>, before: Option<Instant>) -> anyhow::Result<Vec<Gap>> {
    Ok(api.archive().gaps(&GapQuestion { now: now(), before, after, all: false, limit: AT_ONCE })?)
}

/// The gaps beside a list of deliveries that is told newest first, page by page.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// The oldest one that was told.
    told: Option<Instant>,
    waiting: Vec<Gap>,
}

impl Beside {
    /// Looks up the gaps beside this page.
    pub(crate) fn look(&mut self, api: &Api, page: &[DeliverySummary]) -> anyhow::Result<()> {
        let after = page.last().map(|oldest| oldest.received_at);
        self.waiting = between(api, after, self.told)?;
        self.told = self.waiting.last().map(|gap| gap.to).or(self.told);
        Ok(())
    }

    /// Those that ended after this delivery had arrived and were not told yet.
    pub(crate) fn above(&mut self, delivery: &DeliverySummary) -> Vec<Gap> {
        let count = self.waiting.iter().take_while(|gap| gap.to > delivery.received_at).count();
        self.waiting.drain(..count).collect()
    }
}

/// A gap as JSON, which says under this name that it is one.
pub(crate) fn json(name: &str, gap: Gap) -> Value {
    let mut row = json!({ name: "gap", "from": gap.from, "to": gap.to, "seconds": gap.length().as_secs() });
    if let Some(began) = gap.began {
        row["began"] = began.word().into();
    }
    row
}

/// The same in a sentence.
pub(crate) fn words(gap: Gap) -> String {
    let why = match gap.began {
        Some(OpenEnded::Slept) => "The machine slept, and the door with it,",
        _ => "The door was closed",
    };
    let (from, to) = (moment(gap.from), moment(gap.to));
    format!("{why} from {from} to {to}, {}. What services sent then did not arrive.", lasted(gap))
}

/// The same in a few words, for a list.
pub(crate) fn in_short(gap: Gap) -> String {
    let why = match gap.began {
        Some(OpenEnded::Slept) => "the machine slept",
        _ => "the door was closed",
    };
    format!("{}  ─ {why} until then, since {}, {} ─", moment(gap.to), moment(gap.from), lasted(gap))
}

fn lasted(gap: Gap) -> String {
    lasting(gap.length().as_secs())
}

/// "45 s", "12 min", "9 h 45 min", "3 d 2 h"
pub(crate) fn lasting(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let two = |large: u64, unit: &str, small: u64, of: &str| match small {
        0 => format!("{large} {unit}"),
        small => format!("{large} {unit} {small} {of}"),
    };
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min"),
        3600..86_400 => two(hours, "h", minutes % 60, "min"),
        _ => two(days, "d", hours % 24, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::lasting;

    #[test]
    fn a_length_of_time_is_told_in_its_two_largest_units() {
        for (seconds, told) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3599, "59 min"),
            (3600, "1 h"),
            (35_100, "9 h 45 min"),
            (86_400, "1 d"),
            (266_400, "3 d 2 h"),
        ] {
            assert_eq!(lasting(seconds), told);
        }
    }
}
