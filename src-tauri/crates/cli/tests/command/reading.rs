//! What the commands print for people, and how lists go on.

use crate::program::{Bench, chat};

#[test]
fn help_teaches_each_command() {
    let bench = Bench::new();
    let commands = [
        "",
        "listen",
        "serve",
        "source",
        "search",
        "show",
        "visitor",
        "export",
        "import",
        "backfill",
        "deliveries",
        "delivery",
        "replay",
        "curl",
        "rebuild",
        "backup",
        "restore",
        "doctor",
        "completions",
        "man",
    ];
    let help = commands.map(|command| {
        let arguments = [command, "--help"];
        bench.ok(if command.is_empty() { &arguments[1..] } else { &arguments })
    });
    insta::assert_snapshot!(help.join("\n========\n"));
}

#[test]
fn show_prints_a_transcript_to_read() {
    let bench = Bench::new();
    let id = bench.with_chat("Are the lamps in stock?");
    insta::assert_snapshot!(bench.ok(&["show", &id[..6]]));
    let markdown = bench.ok(&["show", &id, "--markdown"]);
    assert!(markdown.starts_with("# Dusan Kmet\n"), "{markdown}");
    assert!(bench.ok(&["show", &id, "--html"]).starts_with("<!DOCTYPE html>"));
}

#[test]
fn a_visitor_is_read_over_their_conversations() {
    let bench = Bench::new();
    let log: String = (0..3).map(|number| chat(number, "hello").replace('\n', "") + "\n").collect();
    bench.file("log.ndjson", log);
    bench.ok(&["import", "log.ndjson"]);
    let id = bench.lines(&["search", "hello"])[1]["id"].as_str().unwrap().to_owned();
    let visitor = &bench.lines(&["visitor", &id, "--json"])[0];
    assert_eq!((&visitor["title"], &visitor["conversations"]), (&"Dusan Kmet".into(), &3.into()));
    let page = bench.ok(&["visitor", &id[..8]]);
    assert!(page.starts_with("Dusan Kmet\n3 conversations · smartsupp · "), "{page}");
}

#[test]
fn a_delivery_is_shown_with_what_became_of_it_and_to_the_byte() {
    let bench = Bench::new();
    let body = chat(1, "Hello") + "\r\n";
    bench.file("chat.json", &body);
    bench.ok(&["import", "chat.json"]);
    assert_eq!(bench.ok(&["delivery", "1", "--body"]), body);
    let page = bench.ok(&["delivery", "1"]);
    assert!(page.contains("x-afterchat-file: chat.json"), "{page}");
    assert!(page.contains("/visitor/name visitor.name = Dusan Kmet"), "{page}");
    let shown = &bench.lines(&["delivery", "1", "--json"])[0];
    assert_eq!(
        (&shown["id"], &shown["outcome"], &shown["body"]),
        (&"1".into(), &"conversation".into(), &body.into())
    );
}

#[test]
fn a_list_goes_on_from_its_last_cursor() {
    let bench = Bench::new();
    let log: String = (0..5).map(|number| chat(number, "hello").replace('\n', "") + "\n").collect();
    bench.file("log.ndjson", log);
    bench.ok(&["import", "log.ndjson"]);
    let all: Vec<_> = bench.lines(&["search", "hello"]);
    let first = bench.lines(&["search", "hello", "--limit", "2"]);
    let rest = bench.lines(&["search", "hello", "--cursor", first[1]["cursor"].as_str().unwrap()]);
    assert_eq!([first, rest].concat(), all);
    let all = bench.lines(&["deliveries", "--json"]);
    let first = bench.lines(&["deliveries", "--json", "--limit", "3"]);
    let rest = bench.lines(&["deliveries", "--json", "--cursor", first[2]["id"].as_str().unwrap()]);
    assert_eq!([first, rest].concat(), all);
}

#[test]
fn sources_are_made_renewed_and_removed() {
    let bench = Bench::new();
    let made = &bench.lines(&["source", "add", "shop-de", "--provider", "smartsupp", "--json"])[0];
    assert!(made["hook_url"].as_str().unwrap().contains("/h/shop-de/"));
    let renewed = &bench.lines(&["source", "rotate", "shop-de", "--json"])[0];
    assert_ne!(made["hook_url"], renewed["hook_url"]);
    assert!(bench.lines(&["source", "list", "--json"]).contains(renewed));
    assert!(bench.ok(&["source", "list"]).contains(" works until "), "the old address works on for a while");
    let days = |arguments: &[&str]| {
        let source = &bench.lines(&[&["source", "rotate", "shop-de", "--json"], arguments].concat())[0];
        let time = |name: &str| -> chrono::DateTime<chrono::Utc> {
            source["old_addresses"][0][name].as_str().unwrap().parse().unwrap()
        };
        let works = source["old_addresses"][0]["works"].as_bool().unwrap();
        (works, (time("until") - time("replaced_at")).num_days())
    };
    assert_eq!(days(&[]), (true, 7), "unless told otherwise");
    assert_eq!(days(&["--overlap", "30"]), (true, 30));
    let revoked = &bench.lines(&["source", "revoke", "shop-de", "--json"])[0];
    assert!(revoked["old_addresses"].as_array().unwrap().iter().all(|old| old["works"] == false));
    assert!(!bench.ok(&["source", "list"]).contains(" works until "), "none of them works any more");
    assert!(!days(&["--now"]).0, "the one before ends at once");
    for wrong in [&["--overlap", "0"][..], &["--overlap", "366"], &["--overlap", "7", "--now"]] {
        assert_eq!(bench.run(&[&["source", "rotate", "shop-de"], wrong].concat()).code, 2, "{wrong:?}");
    }
    bench.ok(&["source", "remove", "shop-de"]);
    assert_eq!(bench.run(&["source", "remove", "shop-de"]).code, 1, "it is gone");
    assert_eq!(bench.run(&["source", "add", "Not A Name"]).code, 1);
    assert_eq!(bench.run(&["source", "add", "x", "--provider", "nobody"]).code, 1);
}

#[test]
fn shells_and_the_manual_know_every_command() {
    let bench = Bench::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = bench.ok(&["completions", shell]);
        assert!(
            script.contains("backfill") && script.contains("completions"),
            "{shell} completes all commands"
        );
    }
    assert!(bench.ok(&["man"]).contains(r"afterchat\-listen(1)"), "the first page leads to the others");
    assert!(bench.ok(&["man", "listen"]).contains(r"\-\-plain"), "a page tells the options");
    bench.ok(&["man", "--out", "pages"]);
    for page in ["afterchat.1", "afterchat-listen.1", "afterchat-source-add.1"] {
        assert!(bench.path("pages").join(page).is_file(), "{page} is written");
    }
    assert_eq!(bench.run(&["man", "nothing"]).code, 1);
    assert!(!bench.path("archive").exists(), "nobody asked for an archive");
}
