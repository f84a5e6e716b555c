//! What was removed is gone from the file: tokens, signing secrets and credentials leave no copy in pages that SQLite has free.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use afterchat_archive::Archive;
use afterchat_transcript::Instant;

fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_800_000_000_000 + seconds * 1000).unwrap()
}

/// True when these letters stand in any file of this folder.
fn stands_in(folder: &Path, letters: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        bytes.windows(letters.len()).any(|window| window == letters.as_bytes())
    })
}

#[test]
fn removed_tokens_and_secrets_are_in_no_file_of_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path(), at(0)).unwrap();
    let mut gone = Vec::new();
    for number in 0..12 {
        let name = format!("source-{number}");
        let made = archive.add_source(&name, Some("tawkto"), at(number)).unwrap();
        // One that was replaced is remembered after its end, so that a service which still has it is noticed.
        if number % 2 == 0 {
            gone.push(made.token);
        }
        for label in ["first", "second"] {
            let secret = format!("canary-signing-{label}-{number:04}");
            archive.add_secret(&name, Some(label), &secret, at(number)).unwrap();
            gone.push(secret);
        }
        let token = format!("canary-credential-{number:04}");
        archive.set_setting(&format!("history.{number}"), Some(&token)).unwrap();
        gone.push(token);
    }
    archive.close();
    assert!(gone.iter().all(|secret| stands_in(folder.path(), secret)), "they are found where they are");

    let archive = Archive::open(folder.path(), at(500)).unwrap();
    let mut kept = Vec::new();
    for number in 0..12 {
        let name = format!("source-{number}");
        for label in ["first", "second"] {
            archive.remove_secret(&name, label).unwrap();
        }
        kept.push(archive.rotate_source(&name, None, at(500)).unwrap().token);
        if number % 2 == 0 {
            kept.pop();
            archive.remove_source(&name).unwrap();
        }
        let setting = format!("history.{number}");
        archive.set_setting(&setting, (number % 3 == 0).then_some("another")).unwrap();
    }
    // Closing takes over what is in the log and removes it.
    archive.close();
    let left: Vec<&String> = gone.iter().filter(|secret| stands_in(folder.path(), secret)).collect();
    assert!(left.is_empty(), "{} linger in the file, the first is {:?}", left.len(), left.first());
    assert!(kept.iter().all(|token| stands_in(folder.path(), token)), "what is in use stays");
}
