//! What is answered has reached the disk: the operating system was asked to bring it there, whatever a setting says.

use std::path::Path;
use std::process::Command;

use crate::house::{House, post};

/// Set in the process whose syncs are counted, to the file that grows by a byte with each.
const COUNTED: &str = "AFTERCHAT_TEST_SYNCS";

/// Runs this same test again in a process whose calls of the C library are listened to.
#[tokio::test]
async fn every_commit_is_synced_before_its_answer() {
    let Some(counted) = std::env::var_os(COUNTED) else {
        return inside();
    };
    let synced = || std::fs::metadata(&counted).expect("the file that counts").len();
    let house = House::open().await;
    let hook = house.hook("any");
    let mut sender = house.sender().await;
    for turn in 0..20 {
        let before = synced();
        sender.send(post(&hook, "", format!("delivery {turn}").as_bytes())).await;
        assert_eq!(sender.answer().await.status, 200);
        assert!(
            synced() > before,
            "delivery {turn} was answered, and nothing was brought to the disk since it came"
        );
        house.outcomes().await;
    }
}

fn inside() {
    let folder = tempfile::tempdir().expect("a folder");
    let (library, counted) = (folder.path().join("syncs.so"), folder.path().join("syncs"));
    std::fs::write(&counted, "").expect("a file");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("door/syncs.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&library).arg(source);
    let built = compiler.arg("-ldl").status().expect("the C compiler that builds SQLite");
    assert!(built.success(), "what listens compiles");
    let this = std::env::current_exe().expect("this test's program");
    let mut command = Command::new(this);
    command.args(["--exact", "durable::every_commit_is_synced_before_its_answer"]);
    let status = command.env("LD_PRELOAD", &library).env(COUNTED, &counted).status();
    assert!(status.expect("it runs").success(), "the test whose syncs are counted must pass");
    let syncs = std::fs::metadata(&counted).expect("the file that counts").len();
    assert!(syncs >= 20, "twenty commits were listened to, not {syncs}: the library was not loaded");
}
