//! Wrong use, and input that means harm.

use crate::program::{Bench, chat};

#[test]
fn exit_codes_tell_failure_from_wrong_use() {
    let bench = Bench::new();
    for wrong in [
        &["nonsense"][..],
        &[],
        &["show"],
        &["search", "--limit", "many"],
        &["delivery", "one"],
        &["show", "a", "--json", "--html"],
        &["export", "x"],
        &["import"],
        &["export", "x", "--format", "pdf", "--out", "x"],
    ] {
        let said = bench.run(wrong);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{wrong:?} is wrong use");
        assert!(!said.err.is_empty(), "{wrong:?} must be told what is wrong");
    }
    for failed in
        [&["show", "nothing"][..], &["show", ""], &["delivery", "77"], &["export", "", "--out", "x.html"]]
    {
        let said = bench.run(failed);
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{failed:?} cannot be done");
        assert!(said.err.starts_with("afterchat: "), "{}", said.err);
    }
}

#[test]
fn no_argument_breaks_out() {
    let bench = Bench::new();
    bench.with_chat("Hello");
    let long = "x".repeat(100_000);
    let searches = [
        "\"",
        "*",
        "NEAR(a b)",
        "a OR b",
        "(",
        "col:x",
        "'; DROP TABLE deliveries; --",
        "is:",
        "rating:<",
        "\u{202e}",
        "%s%n",
        "-",
        "- -",
        "\\",
        "a\u{301}",
        "🦀",
        "after:9999-99-99",
        &long,
    ];
    for search in searches {
        let said = bench.run(&["search", "--", search]);
        assert_eq!(said.code, 0, "{search:.40} is a search like any other: {}", said.err);
    }
    for id in ["../../etc/passwd", "%", "_", "' OR 1=1 --", "\u{1b}[2J", &long] {
        let said = bench.run(&["show", "--", id]);
        assert_eq!(said.code, 1);
        assert!(!said.err.contains('\u{1b}'), "an argument must not steer the terminal");
    }
    assert_eq!(bench.run(&["search", "hello", "--cursor", "not a number"]).code, 1);
    assert_eq!(bench.lines(&["search", "hello"]).len(), 1, "everything is still there");
}

#[test]
fn what_strangers_wrote_never_steers_a_terminal() {
    let bench = Bench::new();
    let words = "\u{1b}]0;owned\u{7}\u{1b}[2Jhello \u{202e}evil";
    bench.file("chat.json", chat(1, words).replace("Dusan Kmet", "\\u001b[31mDusan"));
    bench.file("odd.bin", [0x1b, b'[', b'2', b'J', 0x9b]);
    let mut said = bench.run(&["import", "chat.json", "odd.bin", "--keep-unreadable"]).err;
    let id = bench.lines(&["search", "owned"])[0]["id"].as_str().unwrap().to_owned();
    for command in [
        &["show", &id][..],
        &["show", &id, "--markdown"],
        &["deliveries"],
        &["delivery", "1"],
        &["delivery", "2"],
    ] {
        said += &bench.ok(command);
    }
    assert!(said.contains("[U+001B]"), "it is shown by its code");
    let steers = |c: char| c != '\n' && c != '\t' && (c.is_control() || c == '\u{202e}');
    assert_eq!(said.find(steers), None, "it must not reach the terminal");
}

#[test]
fn what_is_no_archive_is_set_aside_and_told_in_words() {
    let bench = Bench::new();
    let text = "this is no database, but long enough to be looked at as one by the library";
    bench.file("archive/archive.sqlite", text);
    let said = bench.run(&["search", "x"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("was damaged and was repaired"), "{}", said.err);
    let aside = std::fs::read_dir(bench.path("archive/damaged")).unwrap().next().unwrap().unwrap().path();
    let kept = std::fs::read_to_string(aside.join("archive.sqlite")).unwrap();
    assert_eq!(kept, text, "a file that is not ours is kept as it was");
    let again = bench.run(&["search", "x"]);
    assert_eq!((again.code, again.err.as_str()), (0, ""), "it is told once");
}
