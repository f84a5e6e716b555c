//! A guess at a token learns nothing from how long its refusal takes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::hint::black_box;
use std::time::{Duration, Instant as Moment};

use afterchat_archive::Archive;
use afterchat_transcript::Instant;
use subtle::ConstantTimeEq;

/// So long a token takes long enough to compare that a short cut shows.
const LONG: usize = 2 << 20;

/// How long something takes at best: what else the machine does only adds to it.
fn fastest<T>(work: impl Fn() -> T) -> Duration {
    let once = |_| {
        let begun = Moment::now();
        black_box(work());
        begun.elapsed()
    };
    (0..5).map(once).min().unwrap()
}

#[test]
fn a_token_is_compared_to_its_end_wherever_it_differs() {
    let folder = tempfile::tempdir().unwrap();
    let now = Instant::from_millis(1_800_000_000_000).unwrap();
    Archive::open(folder.path(), now).unwrap().close();
    let token = "a".repeat(LONG);
    let file = rusqlite::Connection::open(folder.path().join("archive.sqlite")).unwrap();
    file.execute("UPDATE sources SET token = ?1 WHERE name = 'any'", [&token]).unwrap();
    let archive = Archive::open(folder.path(), now).unwrap();
    assert!(archive.hook("any", &token, now).is_some(), "this is its token");

    let guess = format!("b{}", &token[1..]);
    let whole = fastest(|| token.as_bytes().ct_eq(black_box(guess.as_bytes())).unwrap_u8());
    let early = fastest(|| black_box(&token) == black_box(&guess));
    assert!(early * 10 < whole, "a comparison that stops where they differ shows: {early:?}, {whole:?}");
    let refused = fastest(|| assert!(archive.hook("any", &guess, now).is_none()));
    assert!(
        refused * 2 > whole,
        "a guess whose first letter is wrong was refused early, in {refused:?} of {whole:?}"
    );
}
