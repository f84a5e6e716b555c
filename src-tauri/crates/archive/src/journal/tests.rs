//! That the list runs along an index wherever one leads to few deliveries, and that what waits is counted by what it takes.

use afterchat_transcript::query::deliveries::DeliveryQuery;
use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};

use super::listing::{JournalQuestion, plan};
use super::{DeliveryId, Row};
use crate::Archive;

fn now() -> Instant {
    Instant::from_millis(1_800_000_000_000).unwrap()
}

fn delivery(body: Vec<u8>) -> Delivery {
    let header = Header { name: "X-A".to_owned(), value: b"12".to_vec() };
    Delivery {
        kind: DeliveryKind::Hook,
        source: "shop".to_owned(),
        provider: None,
        method: "POST".to_owned(),
        path: "/h/shop/…".to_owned(),
        query: None,
        headers: vec![header.clone(), header],
        body,
        received_at: now(),
    }
}

#[test]
fn a_waiting_delivery_counts_by_the_bytes_that_are_stored_of_it() {
    let row = |body: Vec<u8>| Row::new(delivery(body), None).bytes();
    let headers = "X-A: 12\n".len() * 2;
    assert_eq!(row(Vec::new()), headers);
    assert_eq!(row(vec![b'a'; 127]), headers + 127, "too short to be compressed");
    let compressed = row(vec![b'a'; 100_000]);
    assert!((headers + 1..headers + 1_000).contains(&compressed), "{compressed}: it is stored compressed");
}

#[test]
fn a_number_is_written_as_people_write_it() {
    assert_eq!(DeliveryId(12).to_string(), "12");
    assert_eq!(format!("{:>4}", DeliveryId(12)), "  12");
}

#[test]
fn what_is_rare_is_found_by_its_index_and_never_sorted() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path(), now()).unwrap();
    archive.append_all(vec![delivery(Vec::new())]).unwrap();
    for (search, index) in [
        ("", "SEARCH d USING INTEGER PRIMARY KEY"),
        ("rocket method:put", "SEARCH d USING INTEGER PRIMARY KEY"),
        ("is:unreadable rocket", "INDEX readings_without_conversation"),
        ("is:no_conversation", "INDEX readings_without_conversation"),
        ("is:quarantined", "INDEX readings_quarantined"),
        ("signature:wrong", "INDEX signatures_doubted"),
        ("source:shop -rocket", "INDEX deliveries_by_source"),
        ("source:nobody", "INDEX deliveries_by_source"),
        ("signature:missing", "INDEX signatures_doubted"),
        ("signature:late", "INDEX signatures_doubted"),
        ("conversation:abc is:unreadable", "SEARCH t USING PRIMARY KEY"),
        ("is:pinned rocket", "SEARCH n USING INTEGER PRIMARY KEY"),
        ("note:word -is:pinned", "SEARCH n USING INTEGER PRIMARY KEY"),
        ("is:drifted rocket", "SEARCH f USING INTEGER PRIMARY KEY"),
        ("is:pending", "SEARCH d USING INTEGER PRIMARY KEY"),
    ] {
        let question = JournalQuestion { before: Some(50), ..JournalQuestion::default() };
        let query = DeliveryQuery::parse(search);
        let steps = archive.read(|connection| plan(connection, &question, &query)).unwrap();
        assert!(steps[0].contains(index), "{search:?} runs along {index}: {steps:?}");
        let behind_the_cursor = steps.iter().any(|step| step.contains("cursor"));
        assert_eq!(
            behind_the_cursor,
            search == "is:pending",
            "{search:?} begins where reading ended: {steps:?}"
        );
        assert!(
            !steps.iter().any(|step| step.contains("TEMP B-TREE")),
            "{search:?} sorts nothing: {steps:?}"
        );
    }
}
