//! That the list runs along an index wherever one leads to few deliveries.

use afterchat_transcript::Instant;
use afterchat_transcript::query::deliveries::DeliveryQuery;

use super::listing::{JournalQuestion, plan};
use crate::Archive;

#[test]
fn what_is_rare_is_found_by_its_index_and_never_sorted() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path(), Instant::from_millis(1_800_000_000_000).unwrap()).unwrap();
    for (search, index) in [
        ("", "SEARCH d USING INTEGER PRIMARY KEY"),
        ("rocket method:put", "SEARCH d USING INTEGER PRIMARY KEY"),
        ("is:unreadable rocket", "INDEX readings_without_conversation"),
        ("is:no_conversation", "INDEX readings_without_conversation"),
        ("is:quarantined", "INDEX readings_quarantined"),
        ("signature:wrong", "INDEX signatures_doubted"),
        ("source:smartsupp -rocket", "INDEX deliveries_by_source"),
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
        assert!(
            !steps.iter().any(|step| step.contains("TEMP B-TREE")),
            "{search:?} sorts nothing: {steps:?}"
        );
    }
}
