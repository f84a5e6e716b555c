//! Every input that was ever worth keeping, and every fixture, through the same functions that the fuzzer calls.

use std::path::{Path, PathBuf};

use afterchat_fuzz::{TARGETS, Target, by_name};
use afterchat_transcript::providers::PROVIDERS;

/// As much is kept of all inputs together.
const MOST: u64 = 2 << 20;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn check(name: &str) {
    let Target { run, fixtures, .. } = by_name(name).expect("a target of this name");
    let mut inputs = files(&folder("corpus").join(name));
    assert!(!inputs.is_empty(), "{name} keeps inputs");
    inputs.extend(fixtures.iter().flat_map(|service| files(&folder("../fixtures").join(service))));
    inputs.retain(|input| !input.to_string_lossy().ends_with(".md"));
    for input in inputs {
        let bytes = std::fs::read(&input).expect("an input is readable");
        // The panic of a target does not know its input.
        let held = std::panic::catch_unwind(|| run(&bytes));
        assert!(held.is_ok(), "{} does not hold", input.display());
    }
}

macro_rules! targets {
    ($($test:ident: $name:literal,)*) => {
        $(#[test] fn $test() { check($name); })*

        #[test]
        fn every_target_is_tried() {
            let tried = [$($name),*];
            assert!(TARGETS.iter().map(|target| target.name).eq(tried), "a test for each, in the same order");
            let mut folders: Vec<_> = files(&folder("corpus"))
                .iter()
                .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
                .collect();
            let mut names = tried.to_vec();
            names.sort_unstable();
            folders.sort();
            assert_eq!(folders, names, "no input is left without its target");
        }
    };
}

targets! {
    the_door_takes_any_bytes: "request",
    readers_lose_nothing_of_any_payload: "reading-any",
    chatlio_loses_nothing: "reading-chatlio",
    chatvisor_loses_nothing: "reading-chatvisor",
    comm100_loses_nothing: "reading-comm100",
    smartsupp_loses_nothing: "reading-smartsupp",
    snapengage_loses_nothing: "reading-snapengage",
    tawkto_loses_nothing: "reading-tawkto",
    every_value_of_a_payload_has_its_place: "payload",
    parts_of_a_body_lie_in_it: "multipart",
    only_what_was_signed_is_good: "signature",
    markup_becomes_what_is_seen: "richtext",
    order_and_repetition_change_no_conversation: "fold",
    searches_are_understood_as_written: "query",
    searches_for_deliveries_are_understood_as_written: "delivery-query",
    plans_are_read_as_written: "answer-plan",
    imports_take_what_stands_in_the_file_once: "import",
    what_is_handed_on_stays_data: "written",
}

#[test]
fn every_service_has_a_target_of_its_own() {
    for provider in PROVIDERS {
        let name = format!("reading-{}", provider.id());
        assert!(by_name(&name).is_some(), "{name} is missing");
    }
}

#[test]
fn what_is_kept_stays_small() {
    let sizes = TARGETS.iter().flat_map(|target| files(&folder("corpus").join(target.name)));
    let size: u64 = sizes.map(|file| file.metadata().expect("a file").len()).sum();
    assert!(size <= MOST, "{size} bytes are kept, more than {MOST}");
}
