//! Import, export and rebuild.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use crate::program::{Bench, chat};

#[test]
fn a_folder_is_imported_once_however_often_it_is_given() {
    let bench = Bench::new();
    bench.file("saved/a.json", chat(1, "one") + "\n");
    bench.file(
        "saved/more/log.ndjson",
        format!("{}\n{}\n", chat(2, "two"), chat(3, "three")).replace("\n  ", ""),
    );
    bench.file("saved/notes.txt", "nothing of a chat");
    let first = bench.lines(&["import", "saved", "--json"]);
    let outcomes: Vec<_> = first.iter().map(|line| line["outcome"].as_str().unwrap_or("summary")).collect();
    assert_eq!(outcomes, ["new", "new", "new", "unreadable", "summary"]);
    assert_eq!(bench.lines(&["search", ""]).len(), 3, "an import is over when everything was read");
    let again = bench.lines(&["import", "saved", "--json"]);
    let summary = again.last().unwrap();
    assert_eq!((&summary["new"], &summary["repeated"]), (&0.into(), &3.into()));
    assert_eq!(bench.lines(&["deliveries", "--json"]).len(), 3);
    assert_eq!(
        bench.ok(&["import", "saved"]),
        "0 new, 3 in the journal already, 1 not understood and not kept.\n"
    );
}

#[test]
fn what_cannot_be_opened_fails_the_import_and_the_rest_is_taken() {
    let bench = Bench::new();
    bench.file("a.json", chat(1, "one"));
    let said = bench.run(&["import", "missing.json", "a.json"]);
    assert_eq!((said.code, said.out.as_str()), (1, "1 new, 1 not readable.\n"));
    assert!(said.err.contains("missing.json"), "{}", said.err);
}

#[test]
fn a_rebuild_gives_the_same_conversation_to_the_byte() {
    let bench = Bench::new();
    let id = bench.with_chat("Hello");
    let before = bench.ok(&["show", &id, "--json"]);
    assert_eq!(bench.ok(&["rebuild", "--json"]), "{\"deliveries\":1,\"conversations\":1}\n");
    assert_eq!(bench.ok(&["show", &id, "--json"]), before);
}

#[test]
fn an_export_never_replaces_a_file_silently() {
    let bench = Bench::new();
    let id = bench.with_chat("Hello");
    bench.ok(&["export", &id, "--out", "chat.html"]);
    let first = std::fs::read(bench.path("chat.html")).unwrap();
    std::fs::write(bench.path("chat.html"), "mine").unwrap();
    let refused = bench.run(&["export", &id, "--out", "chat.html"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("--force"), "the way on is told: {}", refused.err);
    assert_eq!(std::fs::read(bench.path("chat.html")).unwrap(), b"mine");
    bench.ok(&["export", &id, "--out", "chat.html", "--force"]);
    assert_eq!(std::fs::read(bench.path("chat.html")).unwrap(), first);
}

#[test]
fn every_format_goes_to_a_file_a_folder_or_the_output() {
    let bench = Bench::new();
    bench.file("saved/log.json", format!("[{},{}]", chat(1, "one"), chat(2, "two")));
    bench.ok(&["import", "saved"]);
    for format in ["html", "json", "csv", "md", "txt"] {
        bench.ok(&["export", "", "--format", format, "--out", &format!("as-{format}")]);
        assert_eq!(std::fs::read_dir(bench.path(&format!("as-{format}"))).unwrap().count(), 2, "{format}");
    }
    let list: serde_json::Value =
        serde_json::from_str(&bench.ok(&["export", "", "--format", "json", "--out", "-"])).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 2);
    let one: serde_json::Value =
        serde_json::from_str(&bench.ok(&["export", "two", "--format", "json", "--out", "-"])).unwrap();
    assert_eq!(one["messages"][0]["text"], "two");
    let csv = bench.ok(&["export", "", "--format", "csv", "--out", "-"]);
    assert_eq!(csv.lines().filter(|line| line.starts_with("conversation,")).count(), 1, "names stand once");
    assert_eq!(csv.lines().count(), 1 + 2 * 3);
    let refused = bench.run(&["export", "", "--out", "both.html"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""), "a page holds one conversation");
    let nothing = bench.run(&["export", "nowhere", "--out", "nothing.html"]);
    assert_eq!(nothing.code, 1);
    assert!(!bench.path("both.html").exists() && !bench.path("nothing.html").exists());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let bench = Bench::new();
    let log: String = (0..600).map(|number| chat(number, "hello").replace('\n', "") + "\n").collect();
    bench.ok(&["import", bench.file("log.ndjson", log).to_str().unwrap()]);
    let mut command = bench.command(&["search", "", "--limit", "600"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with('{'), "the first line has come, and nobody reads the others");
    let status = child.wait().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}
