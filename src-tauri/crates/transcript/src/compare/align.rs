//! Which item of one sequence stands for which item of another, and in what order a person reads both.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

/// One step through two aligned sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// An item that only the left has.
    Left(usize),
    /// Two items that stand for each other.
    Both {
        /// The place in the left.
        left: usize,
        /// The place in the right.
        right: usize,
        /// Whether it stands elsewhere among its fellows than before.
        moved: bool,
    },
    /// An item that only the right has.
    Right(usize),
}

/// Both sequences in the order of the right one. What only the left has comes where it stood, in front of what came instead. `partners` tells for each item
/// of the right its item of the left; no item of the left stands for two.
pub(super) fn merged(left: usize, partners: &[Option<usize>]) -> Vec<Step> {
    let mut taken = vec![false; left];
    for partner in partners.iter().flatten() {
        if let Some(taken) = taken.get_mut(*partner) {
            *taken = true;
        }
    }
    let stays = longest_rise(partners);
    let mut steps = Vec::with_capacity(left.max(partners.len()));
    let (mut passed, mut come) = (0, Vec::new());
    for (right, partner) in partners.iter().enumerate() {
        let Some(partner) = *partner else {
            come.push(Step::Right(right));
            continue;
        };
        steps.extend((passed..partner).filter(|at| !taken[*at]).map(Step::Left));
        passed = passed.max(partner + 1);
        steps.append(&mut come);
        steps.push(Step::Both { left: partner, right, moved: !stays[right] });
    }
    steps.extend((passed..left).filter(|at| !taken[*at]).map(Step::Left));
    steps.append(&mut come);
    steps
}

/// Which items belong to the longest run of partners in rising order: those stay, the others have moved.
fn longest_rise(partners: &[Option<usize>]) -> Vec<bool> {
    // The last item of the best run of each length, and before each item the one in front of it in its run.
    let (mut ends, mut before): (Vec<usize>, _) = (Vec::new(), vec![None; partners.len()]);
    for (at, partner) in partners.iter().enumerate() {
        if partner.is_none() {
            continue;
        }
        let length = ends.partition_point(|end| partners[*end] < *partner);
        before[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut stays = vec![false; partners.len()];
    let mut next = ends.last().copied();
    while let Some(at) = next {
        stays[at] = true;
        next = before[at];
    }
    stays
}

/// Pairs items that are equal by their keys, each with the next of its kind.
pub(super) fn by_key<K: Hash + Eq>(
    left: impl Iterator<Item = K>,
    right: impl Iterator<Item = K>,
) -> Vec<Option<usize>> {
    let mut places: HashMap<K, std::collections::VecDeque<usize>> = HashMap::new();
    for (at, key) in left.enumerate() {
        places.entry(key).or_default().push_back(at);
    }
    right.map(|key| places.get_mut(&key)?.pop_front()).collect()
}

/// Pairs items by their order: the longest run of equal ones stands, equal ones elsewhere have moved, and what is left
/// between two that stand is paired one by one where `fits` allows it.
pub(super) fn by_order<T: Hash + Eq + Copy + Default>(
    left: &[T],
    right: &[T],
    fits: impl Fn(usize, usize) -> bool,
) -> Vec<Option<usize>> {
    let hunks = hunks(left, right);
    let mut partners = vec![None; right.len()];
    let (mut l, mut r) = (0, 0);
    let ends = std::iter::once((left.len()..left.len(), right.len()..right.len()));
    for (before, after) in hunks.iter().cloned().chain(ends) {
        while l < before.start && r < after.start {
            partners[r] = Some(l);
            (l, r) = (l + 1, r + 1);
        }
        (l, r) = (before.end, after.end);
    }
    let mut taken = vec![false; left.len()];
    let elsewhere = by_key(
        hunks.iter().flat_map(|(before, _)| before.clone()).map(|at| left[at]),
        hunks.iter().flat_map(|(_, after)| after.clone()).map(|at| right[at]),
    );
    let removed: Vec<usize> = hunks.iter().flat_map(|(before, _)| before.clone()).collect();
    for (at, partner) in hunks.iter().flat_map(|(_, after)| after.clone()).zip(elsewhere) {
        partners[at] = partner.map(|partner| removed[partner]);
        if let Some(partner) = partners[at] {
            taken[partner] = true;
        }
    }
    for (before, after) in hunks {
        let mut free = before.filter(|at| !taken[*at]).peekable();
        for at in after {
            if partners[at].is_none() && free.peek().is_some_and(|left| fits(*left, at)) {
                partners[at] = free.next();
            }
        }
    }
    partners
}

/// Longer sequences are aligned by the order of equal items alone: comparing sequences of few different items, however
/// cleverly, grows faster than they do.
const LONGEST: usize = 10_000;

/// Where two sequences differ, in order.
pub(super) fn hunks<T: Hash + Eq + Copy + Default>(
    left: &[T],
    right: &[T],
) -> Vec<(Range<usize>, Range<usize>)> {
    let front = left.iter().zip(right).take_while(|(one, other)| one == other).count();
    let (left, right) = (&left[front..], &right[front..]);
    let back = left.iter().rev().zip(right.iter().rev()).take_while(|(one, other)| one == other).count();
    let (left, right) = (&left[..left.len() - back], &right[..right.len() - back]);
    let found =
        if left.len().max(right.len()) > LONGEST { rising(left, right) } else { compared(left, right) };
    let shifted = |range: Range<usize>| range.start + front..range.end + front;
    found.into_iter().map(|(before, after)| (shifted(before), shifted(after))).collect()
}

fn compared<T: Hash + Eq + Copy + Default>(left: &[T], right: &[T]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut input = InternedInput::default();
    input.update_before(left.iter().copied());
    input.update_after(right.iter().copied());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    let range = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks().map(|hunk| (range(hunk.before), range(hunk.after))).collect()
}

/// The gaps between equal items, each paired with the next of its kind, that stand in the same order in both.
fn rising<T: Hash + Eq>(left: &[T], right: &[T]) -> Vec<(Range<usize>, Range<usize>)> {
    let partners = by_key(left.iter(), right.iter());
    let stays = longest_rise(&partners);
    let anchors = partners.iter().enumerate().filter(|(at, _)| stays[*at]);
    let anchors = anchors.filter_map(|(at, partner)| Some((partner.as_ref().copied()?, at)));
    let (mut found, mut from) = (Vec::new(), (0, 0));
    for to in anchors.chain([(left.len(), right.len())]) {
        if from != to {
            found.push((from.0..to.0, from.1..to.1));
        }
        from = (to.0 + 1, to.1 + 1);
    }
    found
}
