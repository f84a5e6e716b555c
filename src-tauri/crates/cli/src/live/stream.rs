//! The deliveries of the live view: the newest ones, the chosen one, and those that wait while it stands still.

use std::collections::{BTreeMap, VecDeque};

use afterchat_archive::DeliverySummary;

/// Older ones leave the view; they are in the journal.
const KEPT: usize = 10_000;

/// Deliveries in order of arrival. Without a chosen one the view follows the newest.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    rows: VecDeque<DeliverySummary>,
    /// A number and not a place, so that it stays chosen while others arrive.
    chosen: Option<i64>,
    waiting: Option<Vec<DeliverySummary>>,
    /// What became of the last attempt to forward a delivery.
    forwarded: BTreeMap<i64, String>,
}

impl Stream {
    /// Takes what arrived. While the stream is paused it waits.
    pub(crate) fn add(&mut self, arrived: Vec<DeliverySummary>) {
        match &mut self.waiting {
            Some(waiting) => {
                waiting.extend(arrived);
                let too_many = waiting.len().saturating_sub(KEPT);
                waiting.drain(..too_many);
            }
            None => self.rows.extend(arrived),
        }
        let too_many = self.rows.len().saturating_sub(KEPT);
        self.rows.drain(..too_many);
        if self.index().is_none() {
            self.chosen = None;
        }
    }

    /// Notes what became of an attempt to forward; it may come before the delivery itself.
    pub(crate) fn forwarded(&mut self, delivery: i64, words: String) {
        self.forwarded.insert(delivery, words);
        while self.forwarded.len() > KEPT {
            self.forwarded.pop_first();
        }
    }

    /// What became of the last attempt to forward this delivery.
    pub(crate) fn attempt(&self, delivery: i64) -> Option<&str> {
        self.forwarded.get(&delivery).map(String::as_str)
    }

    pub(crate) fn rows(&self) -> impl ExactSizeIterator<Item = &DeliverySummary> {
        self.rows.iter()
    }

    /// The chosen one, else the newest.
    pub(crate) fn chosen(&self) -> Option<&DeliverySummary> {
        self.rows.get(self.place()?)
    }

    /// The place of that one in [`Stream::rows`].
    pub(crate) fn place(&self) -> Option<usize> {
        self.index().or_else(|| self.rows.len().checked_sub(1))
    }

    /// True when each new delivery becomes the chosen one.
    pub(crate) fn follows(&self) -> bool {
        self.chosen.is_none() && self.waiting.is_none()
    }

    /// How many wait; `None` when it is not paused.
    pub(crate) fn waiting(&self) -> Option<usize> {
        self.waiting.as_ref().map(Vec::len)
    }

    /// Goes down by so many rows, or up. Going down onto the newest follows again.
    pub(crate) fn go(&mut self, rows: isize) {
        let Some(place) = self.place() else { return };
        let last = self.rows.len() - 1;
        let wanted = place.saturating_add_signed(rows).min(last);
        self.chosen = if wanted == last && rows > 0 { None } else { Some(self.rows[wanted].id.0) };
    }

    /// Goes to the oldest.
    pub(crate) fn go_to_oldest(&mut self) {
        self.chosen = self.rows.front().map(|row| row.id.0);
    }

    /// Goes to the newest and follows.
    pub(crate) fn go_to_newest(&mut self) {
        self.chosen = None;
    }

    /// Stands still, or shows what has waited and goes on.
    pub(crate) fn pause_or_go_on(&mut self) {
        match self.waiting.take() {
            None => self.waiting = Some(Vec::new()),
            Some(waiting) => self.add(waiting),
        }
    }

    fn index(&self) -> Option<usize> {
        let chosen = self.chosen?;
        self.rows.binary_search_by_key(&chosen, |row| row.id.0).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Stream};
    use crate::live::testing::deliveries;

    fn chosen(stream: &Stream) -> Option<i64> {
        stream.chosen().map(|row| row.id.0)
    }

    #[test]
    fn it_follows_the_newest_until_somebody_chooses() {
        let mut stream = Stream::default();
        assert_eq!(chosen(&stream), None, "there is nothing to choose yet");
        stream.add(deliveries(1..=3));
        assert_eq!(chosen(&stream), Some(3));
        stream.go(-1);
        stream.add(deliveries(4..=5));
        assert_eq!(chosen(&stream), Some(2), "what arrives must not take the chosen one away");
        stream.go(99);
        stream.add(deliveries(6..=6));
        assert_eq!(chosen(&stream), Some(6), "going down to the end follows again");
        stream.go_to_oldest();
        assert_eq!((chosen(&stream), stream.follows()), (Some(1), false));
        stream.go(-1);
        assert_eq!(chosen(&stream), Some(1), "there is nothing above the first");
    }

    #[test]
    fn paused_it_stands_still_and_loses_nothing() {
        let mut stream = Stream::default();
        stream.add(deliveries(1..=2));
        stream.pause_or_go_on();
        stream.add(deliveries(3..=5));
        assert_eq!((stream.rows().len(), stream.waiting()), (2, Some(3)), "new ones wait");
        stream.pause_or_go_on();
        assert_eq!((stream.rows().len(), stream.waiting(), chosen(&stream)), (5, None, Some(5)));
    }

    #[test]
    fn old_ones_leave_it_in_the_end() {
        let newest = i64::try_from(KEPT).unwrap() + 10;
        let mut stream = Stream::default();
        stream.add(deliveries(1..=5));
        stream.go_to_oldest();
        stream.add(deliveries(6..=newest));
        assert_eq!(stream.rows().len(), KEPT, "a service may post for weeks");
        assert_eq!(chosen(&stream), Some(newest), "a chosen one that left cannot stay chosen");
    }
}
