//! The files of the flaws still fit the product; trying them takes `cargo xtask flaws`.

use super::flaw::Flaw;
use super::{all, table};
use crate::places;

#[test]
fn every_flaw_can_still_be_put_into_the_product() {
    let root = places::root();
    let flaws = all(&root).expect("every file can be understood");
    assert!(flaws.len() >= 10, "ten flaws are tried, not {}", flaws.len());
    for flaw in &flaws {
        flaw.apply(&root).expect("what it changes stands in the product, once");
        for test in &flaw.red {
            let (program, name) = test.split_once(' ').expect("a program and a test");
            let run = flaw.runs.iter().find(|run| run.program == program);
            let runs = run
                .is_some_and(|run| run.tests.is_empty() || run.tests.iter().any(|some| name.contains(some)));
            assert!(runs, "{}: {test} is not run", flaw.name);
        }
    }
    table::check(&root, &flaws).expect("the page shows them");
}

const FLAW: &str = "A title\nA reason\nin lines.\n\n--- a.rs\nlet a = 1;\n--- becomes\nlet a = 2;\n\n--- run\ndoor a:: b\n--- red\ndoor a::c\n";

#[test]
fn a_file_is_understood() {
    let flaw = Flaw::parse("x", FLAW).expect("a flaw");
    assert_eq!((flaw.title.as_str(), flaw.why.as_str()), ("A title", "A reason in lines."));
    assert_eq!((flaw.runs[0].program.as_str(), flaw.runs[0].tests.len()), ("door", 2));
    assert!(flaw.red.contains("door a::c"));
    for broken in [
        "",
        "A title\nA reason\n--- a.rs\nx\n--- run\ndoor\n--- red\ndoor a",
        "A\nB\n--- run\ndoor\n--- red\ndoor a",
    ] {
        assert!(Flaw::parse("x", broken).is_err(), "{broken:?} is none");
    }
}

#[test]
fn code_that_has_moved_on_is_told() {
    let flaw = Flaw::parse("x", FLAW).expect("a flaw");
    for (text, fits) in [("let a = 1;", true), ("let a = 3;", false), ("let a = 1; let a = 1;", false)] {
        let folder = std::env::temp_dir().join(format!("afterchat-flaw-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("a.rs"), text).expect("a file");
        let applied = flaw.apply(&folder);
        std::fs::remove_dir_all(&folder).expect("it goes");
        assert_eq!(applied.is_ok(), fits, "{text:?}");
    }
}
