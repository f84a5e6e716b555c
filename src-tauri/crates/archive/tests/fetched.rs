//! What was fetched from a service, and who may read the file that holds the credential for it.

use afterchat_archive::Archive;
use afterchat_archive::import::{FETCHED, Intake, Taken};
use afterchat_transcript::{Delivery, DeliveryKind, Instant};

fn at(second: i64) -> Instant {
    Instant::from_millis(1_800_000_000_000 + second * 1000).expect("a time")
}

fn fetched(body: &str) -> Delivery {
    Delivery {
        kind: DeliveryKind::BackFill,
        source: FETCHED.to_owned(),
        provider: Some("snapengage".to_owned()),
        method: "GET".to_owned(),
        path: "/api/v2/208/logs".to_owned(),
        query: None,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        received_at: at(2),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_equal_object_is_not_kept_twice_and_another_word_of_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::open(folder.path(), at(0)).expect("opens");
    let first = r#"{"id":"a","type":"chat","source_id":2,"transcripts":[{"id":"","message":"Hi"}]}"#;
    let later =
        r#"{"id":"a","type":"chat","source_id":2,"survey_score":5,"transcripts":[{"id":"","message":"Hi"}]}"#;
    let mut intake = Intake::open(&archive).expect("opens");
    let taken = intake.take(vec![fetched(first), fetched(first), fetched("{}")]).expect("taken");
    assert_eq!(taken, Taken { new: 2, known: 1 });
    assert_eq!(intake.take(vec![fetched(first), fetched(later)]).expect("taken"), Taken { new: 1, known: 1 });
    let mut again = Intake::open(&archive).expect("opens");
    let taken = again.take(vec![fetched(first), fetched(later), fetched("{}")]).expect("taken");
    assert_eq!(taken, Taken { new: 0, known: 3 }, "another run must find what the first one kept");
    let kept = archive.delivery(afterchat_archive::DeliveryId(1)).expect("kept").delivery;
    assert_eq!((kept.kind, kept.method.as_str()), (DeliveryKind::BackFill, "GET"));
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone_even_if_it_was_opened_to_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("archive.sqlite");
    let mode = || file.metadata().expect("a file").permissions().mode() & 0o777;
    Archive::open(folder.path(), at(0)).expect("opens").close();
    assert_eq!(mode(), 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("opened to all");
    let archive = Archive::open(folder.path(), at(1)).expect("opens");
    assert_eq!(mode(), 0o600, "credentials are in it");
    archive.set_setting("x", Some("y")).expect("written");
    let wal =
        folder.path().join("archive.sqlite-wal").metadata().expect("a log").permissions().mode() & 0o777;
    assert_eq!(wal, 0o600, "and in the log beside it");
    assert_eq!(archive.setting("x").expect("read").as_deref(), Some("y"));
    archive.set_setting("x", None).expect("written");
    assert_eq!(archive.setting("x").expect("read"), None);
}
