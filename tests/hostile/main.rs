//! What strangers write is text, also where it leaves the program: every vector of `vectors/` in every text of
//! every service's payload, in every format.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod corpus;
mod csv;
mod html;
mod markdown;
mod names;
mod plain;
mod window;

use corpus::{each, vectors};

#[test]
fn every_vector_in_every_text_stays_text_in_every_format() {
    each(&vectors(), |vector, transcript| {
        let looks = [html::wrong, csv::wrong, markdown::wrong, plain::wrong, names::wrong];
        looks.iter().flat_map(|look| look(vector, transcript)).collect()
    });
}
