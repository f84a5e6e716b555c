//! The archive, or its folder, may not be written: from the start, or all of a sudden.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use afterchat_archive::Archive;
use afterchat_transcript::Instant;

use crate::interposer::{Interposer, READ_ONLY};
use crate::invariant;
use crate::ledger::Ledger;
use crate::load::{load_of, send_what_waits};
use crate::program::{House, Program, ran};
use crate::selection::{Chance, figures};
use crate::sender::Sender;
use crate::shown::assert_shows_everything_acknowledged;

/// Root may write what nobody may, so the program then runs as a user that owns nothing else.
const STRANGER: [&str; 6] =
    ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--reset-env", "--"];
const READ_ONLY_WORDS: &str =
    "The archive cannot be written: the file or its folder is read-only. What is stored can be read.";
const FOLDER_WORDS: &str = "Choose another one, or allow this account to write there.";

const INSIDE: &str = "AFTERCHAT_FAULTS_CODE_OF";
const NAME: &str = "under_fault::read_only::a_start_without_the_right_to_write_says_so_and_changes_nothing";

#[test]
fn a_start_without_the_right_to_write_says_so_and_changes_nothing() {
    if let Some(folder) = std::env::var_os(INSIDE) {
        let opened = Archive::open(Path::new(&folder), Instant::from_utc(chrono::Utc::now()));
        println!("code: {}", opened.expect_err("it must not open").code());
        return;
    }
    let root =
        fs::metadata("/proc/self").map(|this| std::os::unix::fs::MetadataExt::uid(&this)).expect("a process")
            == 0;
    let before: &[&str] = if root { &STRANGER } else { &[] };
    let house = House::new().behind(before);
    mode(&house.path(""), 0o777);
    let ledger = Ledger::new(Chance::seed());
    let (program, listening) = house.start();
    load_of(&listening, &ledger, 1, 20);
    program.stop();

    let (data, file) = (house.data(), house.data().join("archive.sqlite"));
    let refused = |words: &str, code: &str| {
        let mut program = Program::spawn(house.listen());
        assert!(program.listening().is_none(), "a door that can keep nothing is not opened");
        let (status, said) = program.ended();
        assert_eq!(status.code(), Some(1), "it does not start: {said}");
        assert!(said.contains(words), "it says what is wrong: {said}");
        let mut inside = Command::new(before.first().copied().unwrap_or("env"));
        inside.args(before.get(1..).unwrap_or_default());
        inside.args(["env", &format!("{INSIDE}={}", data.display())]);
        inside.arg(std::env::current_exe().expect("this test's program")).args([
            "--exact",
            NAME,
            "--nocapture",
        ]);
        let said = ran(inside);
        let out = String::from_utf8_lossy(&said.out);
        assert!(out.contains(&format!("code: {code}")), "its code is {code}: {out} {}", said.err);
    };
    for read_only in [0o400, 0o444] {
        mode(&file, read_only);
        refused(READ_ONLY_WORDS, "archive_read_only");
        assert_eq!(mode_of(&file) & 0o200, 0, "a file that its owner may not write stays so");
    }
    mode(&file, 0o600);
    // A whole run takes away what the refused ones left: with its log beside it the file could be written in such a folder.
    house.start().0.stop();
    mode(&data, 0o555);
    refused(READ_ONLY_WORDS, "archive_read_only");
    mode(&data, 0o700);

    let kept = house.path("kept");
    fs::rename(&data, &kept).expect("the archive is put aside");
    mode(&house.path(""), 0o555);
    refused(FOLDER_WORDS, "folder_unusable");
    mode(&house.path(""), 0o777);
    fs::rename(&kept, &data).expect("the archive is back");

    let found = invariant::check(&house, &ledger);
    let who = if root { "as another user, because root may write everywhere" } else { "as this user" };
    figures(
        "read-only at the start",
        format_args!("file 0400 and 0444, folder 0555, no folder: refused in words and code, {who}; {found}"),
    );
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

fn mode_of(path: &Path) -> u32 {
    path.metadata().expect("it is there").permissions().mode()
}

#[test]
fn an_archive_that_becomes_read_only_is_answered_503_until_it_can_be_written() {
    let (house, ledger) = (House::new(), Ledger::new(Chance::seed()));
    let interposer = Interposer::new(&house);
    let (program, listening) = Program::start(interposer.loaded_into(house.listen()));
    load_of(&listening, &ledger, 4, 20);
    interposer.refuse(Some(READ_ONLY));
    let mut sender = Sender::new(listening.address);
    let refused = 20;
    for _ in 0..refused {
        let delivery = ledger.next();
        let answer = sender.send(&listening, &ledger, delivery).expect("the program answers");
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("30")), "{answer:?}");
        ledger.again(delivery);
    }
    let shown = assert_shows_everything_acknowledged(&house, &ledger);
    interposer.refuse(None);
    send_what_waits(&listening, &ledger);
    let (_, said) = program.stop_by(rustix::process::Signal::TERM);
    assert!(said.contains("could not be kept"), "the log tells what happened: {said}");
    let found = invariant::check(&house, &ledger);
    figures(
        "read-only while it runs",
        format_args!("{refused} refused with 503, {shown} read meanwhile, {found}"),
    );
}
