//! What opening an archive is busy with, for whoever waits for it. Usually it is over before there is anything to tell.

use std::time::{Duration, Instant as Moment};

/// Between two tellings of one stage.
const BETWEEN: Duration = Duration::from_millis(50);

/// What is being done before an archive is open, in the order in which it may come. Some may come twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpeningStage {
    /// Its files are looked at. This takes a moment only.
    Looking,
    /// Everything that can be read of a damaged archive goes into a new one: counted in pages of the damaged file.
    Repairing,
    /// The newest backup is looked through, and what it has besides is counted.
    Comparing,
    /// What was made is looked through before it counts.
    Checking,
    /// Another program repairs or exchanges the files.
    Waiting,
    /// A copy is made before the format changes: counted in pages.
    BackingUp,
    /// It is brought to the newest format, or everything derived is to be derived anew: counted in conversations, which are
    /// emptied first.
    Changing,
}

impl OpeningStage {
    /// Its stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Looking => "looking",
            Self::Repairing => "repairing",
            Self::Comparing => "comparing",
            Self::Checking => "checking",
            Self::Waiting => "waiting",
            Self::BackingUp => "backing_up",
            Self::Changing => "changing",
        }
    }
}

/// How far opening is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// What is being done.
    pub stage: OpeningStage,
    /// How much of it is done.
    pub done: u64,
    /// How much there is to do; `None` where nothing tells.
    pub all: Option<u64>,
}

/// Tells how far opening is: every stage at once, and of one stage now and then and its end.
pub(crate) struct Teller<'a> {
    tell: Option<&'a mut dyn FnMut(Opening)>,
    last: Option<(Opening, Moment)>,
}

impl<'a> Teller<'a> {
    pub(crate) fn new(tell: &'a mut dyn FnMut(Opening)) -> Self {
        Self { tell: Some(tell), last: None }
    }

    /// Nobody listens.
    pub(crate) fn unheard() -> Self {
        Self { tell: None, last: None }
    }

    /// Whether somebody listens, and so knows why it takes long.
    pub(crate) fn is_heard(&self) -> bool {
        self.tell.is_some()
    }

    /// A stage begins of which nobody knows how long it takes.
    pub(crate) fn begin(&mut self, stage: OpeningStage) {
        self.at(stage, 0, None);
    }

    /// A stage is so far, of so much. Meant to be called often.
    pub(crate) fn at(&mut self, stage: OpeningStage, done: u64, all: impl Into<Option<u64>>) {
        let Some(tell) = &mut self.tell else { return };
        let now = Opening { stage, done, all: all.into() };
        let due = match &self.last {
            Some((last, at)) if last.stage == stage && last.all == now.all => {
                done > last.done && (now.all == Some(done) || at.elapsed() >= BETWEEN)
            }
            _ => true,
        };
        if due {
            self.last = Some((now, Moment::now()));
            tell(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Opening, OpeningStage, Teller};

    #[test]
    fn a_stage_is_told_at_its_beginning_and_its_end_and_seldom_between() {
        let mut told = Vec::new();
        let mut tell = |now: Opening| told.push((now.stage.word(), now.done, now.all));
        let mut teller = Teller::new(&mut tell);
        teller.begin(OpeningStage::Looking);
        for done in 0..=100_000 {
            teller.at(OpeningStage::Repairing, done, 100_000);
        }
        teller.at(OpeningStage::Repairing, 7, 100_000);
        teller.begin(OpeningStage::Checking);
        assert_eq!(told[..2], [("looking", 0, None), ("repairing", 0, Some(100_000))]);
        let end = told.len() - 2;
        let last = [("repairing", 100_000, Some(100_000)), ("checking", 0, None)];
        assert_eq!(told[end..], last, "the end is always told, and nothing goes back");
        assert!(told.len() < 1000, "whoever listens is not flooded: {}", told.len());
    }
}
