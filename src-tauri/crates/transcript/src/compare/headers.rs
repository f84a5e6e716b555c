//! Two lists of header lines side by side.

use std::collections::{HashMap, VecDeque};

use super::Difference;
use super::align::{self, Step};
use crate::Header;

/// One header of the comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct HeaderLine<'a> {
    /// How the two stand to each other.
    pub what: Difference,
    /// Whether only the spelling of the name differs, or it too.
    pub respelled: bool,
    /// Whether it stands elsewhere among the headers that both have.
    pub moved: bool,
    /// Its place among the left headers, and the line; `None` for what was added.
    pub left: Option<(usize, &'a Header)>,
    /// Its place among the right headers, and the line; `None` for what was removed.
    pub right: Option<(usize, &'a Header)>,
}

impl HeaderLine<'_> {
    /// True for what a person looks for.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.respelled || self.moved || self.what.is_change()
    }
}

/// Compares header lines. A name is the same in any spelling; of a name that stands several times equal values are
/// paired first, then the others in their order.
#[must_use]
pub fn headers<'a>(left: &'a [Header], right: &'a [Header]) -> Vec<HeaderLine<'a>> {
    let names = |headers: &[Header]| -> Vec<String> {
        headers.iter().map(|header| header.name.to_ascii_lowercase()).collect()
    };
    let (left_names, right_names) = (names(left), names(right));
    let mut partners = align::by_key(
        left_names.iter().zip(left).map(|(name, header)| (name, &header.value)),
        right_names.iter().zip(right).map(|(name, header)| (name, &header.value)),
    );
    let mut taken = vec![false; left.len()];
    for partner in partners.iter().flatten() {
        taken[*partner] = true;
    }
    let mut free: HashMap<&String, VecDeque<usize>> = HashMap::new();
    for (at, name) in left_names.iter().enumerate().filter(|(at, _)| !taken[*at]) {
        free.entry(name).or_default().push_back(at);
    }
    for (partner, name) in partners.iter_mut().zip(&right_names).filter(|(partner, _)| partner.is_none()) {
        *partner = free.get_mut(name).and_then(VecDeque::pop_front);
    }
    let alone = |what, left, right| HeaderLine { what, respelled: false, moved: false, left, right };
    align::merged(left.len(), &partners)
        .into_iter()
        .map(|step| match step {
            Step::Left(l) => alone(Difference::Removed, Some((l, &left[l])), None),
            Step::Right(r) => alone(Difference::Added, None, Some((r, &right[r]))),
            Step::Both { left: l, right: r, moved } => {
                let (before, after) = (&left[l], &right[r]);
                let what = if before.value == after.value { Difference::Same } else { Difference::Changed };
                let respelled = before.name != after.name;
                HeaderLine { what, respelled, moved, left: Some((l, before)), right: Some((r, after)) }
            }
        })
        .collect()
}
