//! Every command, plain and as JSON: what it says holds no secret that nobody asked for.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::planted::{HOOK, IN_BODY, IN_HEAD, Planted, canary, files, in_query};
use crate::program::Running;
use crate::target::Recorder;

const NOTHING: &[&str] = &[];
/// The bytes of a body are what is asked for.
const BODY: &[&str] = &[IN_BODY];
/// The whole transcript has what its service sent, under whatever name.
const FIELDS: &[&str] = &[IN_BODY];
/// Who asks for secrets is told them.
const ASKED: &[&str] = &[IN_HEAD[0], IN_HEAD[1], IN_HEAD[2], IN_HEAD[3], IN_BODY];
/// Also the address of the delivery's own source.
const ASKED_WITH_ADDRESS: &[&str] = &[IN_HEAD[0], IN_HEAD[1], IN_HEAD[2], IN_HEAD[3], IN_BODY, HOOK];
/// Hook addresses are what is asked for.
const ADDRESSES: &[&str] = &[HOOK];

/// Each command with its arguments (`{id}` stands for a conversation), and the secrets that it does tell, all of them.
/// The rows are run in this order. A folder `out/` is searched after each and emptied.
const TABLE: &[(&str, &[&str])] = &[
    ("completions bash", NOTHING),
    ("man", NOTHING),
    ("man --out out/man", NOTHING),
    ("deliveries", NOTHING),
    ("deliveries --json", NOTHING),
    ("deliveries --quarantined", NOTHING),
    ("deliveries --har -", NOTHING),
    ("deliveries --har out/all.har", NOTHING),
    ("deliveries --fixtures out/fixtures", NOTHING),
    ("deliveries --har - --with-secrets", ASKED),
    ("deliveries --fixtures out/fixtures --with-secrets", ASKED),
    ("delivery 1", NOTHING),
    ("delivery 1 --json", NOTHING),
    ("delivery 1 --body", BODY),
    ("delivery 1 --secrets", ASKED),
    ("delivery 1 --secrets --json", ASKED),
    ("delivery 2", NOTHING),
    ("delivery 3", NOTHING),
    ("delivery 4", NOTHING),
    ("delivery 4 --secrets", NOTHING),
    ("curl 1", NOTHING),
    ("curl 1 --raw", NOTHING),
    ("curl 1 --httpie", NOTHING),
    ("curl 1 --with-secrets", ASKED_WITH_ADDRESS),
    ("curl 4 --with-secrets", NOTHING),
    ("accept 3", NOTHING),
    ("search lamps", NOTHING),
    ("search lamps --json", NOTHING),
    ("show {id}", NOTHING),
    ("show {id} --json", FIELDS),
    ("show {id} --html", NOTHING),
    ("show {id} --html --with-secrets", FIELDS),
    ("show {id} --markdown", NOTHING),
    ("visitor {id}", NOTHING),
    ("visitor {id} --json", NOTHING),
    ("export lamps --format json --out -", NOTHING),
    ("export lamps --format json --out - --with-secrets", FIELDS),
    ("export lamps --format csv --out -", NOTHING),
    ("export lamps --format md --out -", NOTHING),
    ("export lamps --format txt --out -", NOTHING),
    ("export {id} --format html --out -", NOTHING),
    ("export {id} --format html --out - --with-secrets", FIELDS),
    ("export lamps --format html --out out/pages", NOTHING),
    ("export lamps --format html --out out/pages --with-secrets", FIELDS),
    ("backfill snapengage", NOTHING),
    ("backfill snapengage --json", NOTHING),
    ("import saved", NOTHING),
    ("import saved --json", NOTHING),
    ("replay 1-4 --dry", NOTHING),
    ("replay 1-4 --dry --json", NOTHING),
    ("replay 1 --to {target}", NOTHING),
    ("replay 1 --to {target} --json", NOTHING),
    ("replay 1", NOTHING),
    ("rebuild", NOTHING),
    ("rebuild --json", NOTHING),
    ("doctor", NOTHING),
    ("doctor --json", NOTHING),
    ("backup first.sqlite", NOTHING),
    ("backup second.sqlite --json", NOTHING),
    ("source list", ADDRESSES),
    ("source list --json", ADDRESSES),
    ("source add shop-de --provider tawkto", NOTHING),
    ("source add shop-at --json", NOTHING),
    ("source add-secret shop-de --label typed", NOTHING),
    ("source remove-secret shop-de typed", NOTHING),
    ("source add-secret shop-de --label again --json", NOTHING),
    ("source remove-secret shop-de again --json", NOTHING),
    ("source remove shop-de", NOTHING),
    ("source remove shop-at --json", NOTHING),
    ("source revoke smartsupp", ADDRESSES),
    ("source revoke smartsupp --json", ADDRESSES),
    // The new address is told, the one that is replaced is not.
    ("source rotate smartsupp", NOTHING),
    ("source rotate smartsupp --now --json", NOTHING),
    ("restore first.sqlite", NOTHING),
    ("restore second.sqlite --json", NOTHING),
];

/// These run until they are stopped; tests of their own watch them.
const WATCHED: [&str; 4] = ["listen", "listen --json", "serve", "serve --json"];

/// What the program says of itself: its commands, with `--json` behind those that have it.
fn every_command(planted: &Planted) -> Vec<String> {
    planted.bench.ok(&["man", "--out", "pages"]);
    let pages = files(&planted.bench.path("pages"));
    let names: Vec<String> = pages
        .iter()
        .filter_map(|page| Some(page.file_stem()?.to_str()?.strip_prefix("afterchat-")?.to_owned()))
        .filter(|name| !name.split('-').any(|word| word == "help"))
        .collect();
    let mut commands = Vec::new();
    for name in &names {
        // What has commands of its own is none.
        if names.iter().any(|other| other.starts_with(&format!("{name}-")) && name == "source") {
            continue;
        }
        let page =
            fs::read_to_string(planted.bench.path(&format!("pages/afterchat-{name}.1"))).expect("a page");
        let words = name.replacen("source-", "source ", 1);
        if page.contains("\\-\\-json\\fR") {
            commands.push(format!("{words} --json"));
        }
        commands.push(words);
    }
    commands
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_tells_a_secret_unasked() {
    let kept = Recorder::always(200);
    let planted = Planted::new(&kept.url).await;
    for command in every_command(&planted) {
        let (words, json) = command.strip_suffix(" --json").map_or((&*command, false), |words| (words, true));
        let covered = TABLE.iter().map(|(row, _)| *row).chain(WATCHED).any(|row| {
            let begins = row == words || row.starts_with(&format!("{words} "));
            begins && row.split(' ').any(|word| word == "--json") == json
        });
        assert!(covered, "“{command}” has no row: say which secrets it may tell");
    }

    let listening = Running::start(planted.bench.command(&["listen", "--port", "0", "--json"]));
    let door = listening.next()["url"].as_str().expect("an address").replace("http://", "");
    planted.requests(&door);
    for recorder in [&kept, &kept] {
        recorder.next();
    }
    listening.stop();
    planted.bench.file("saved/chat.json", crate::program::chat(9, "Saved"));
    let id = planted.conversation();
    let target = format!("{}&api_key={}", kept.url, in_query("targetquery"));
    let out = planted.bench.path("out");
    let mut wrong = Vec::new();
    for (row, expected) in TABLE {
        let filled = row.replace("{id}", &id).replace("{target}", &target);
        fs::create_dir_all(&out).expect("a folder");
        let (done, said) = planted.said(&filled.split(' ').collect::<Vec<_>>(), &(canary("signing") + "\n"));
        // Nothing answers where these ask.
        let fails = row.starts_with("backfill") || *row == "replay 1";
        assert_eq!(done, !fails, "{row}: {said}");
        let mut found = planted.found(&said);
        found.extend(planted.found_below(&out));
        found.dedup();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        found.sort_unstable();
        if found != expected {
            wrong.push(format!("{row} tells {found:?} instead of {expected:?}"));
        }
        for file in files(&out).iter().filter(|_| !row.starts_with("man")) {
            let mode = fs::metadata(file).expect("a file").permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{row}: {} is its owner's alone", file.display());
        }
        fs::remove_dir_all(&out).expect("it can be emptied");
    }
    assert_eq!(wrong, [""; 0]);
    for backup in ["first.sqlite", "second.sqlite"] {
        let mode = fs::metadata(planted.bench.path(backup)).expect("a backup").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "a backup holds every secret");
    }
    assert!(files(&planted.bench.path("tmp")).is_empty(), "nothing is left behind");
    let beside = files(&planted.bench.path("archive"));
    assert!(!beside.iter().any(|file| file.extension().is_some_and(|ending| ending == "part")), "{beside:?}");
}

/// A secret that was given in the wrong place is not repeated: what a terminal showed is copied into mails for help.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_entered_wrongly_is_not_repeated() {
    let planted = Planted::new("http://127.0.0.1:9/?a=b").await;
    planted.bench.file("saved/chat.json", crate::program::chat(9, "Saved"));
    planted.bench.ok(&["import", "saved"]);
    let secret = in_query("targetquery");
    let mut wrong = Vec::new();
    for row in [
        "listen --port 0 --forward https://user:{secret}@shop.example/",
        "listen --port 0 --forward http://169.254.169.254/?token={secret}",
        "listen --port 0 --forward https://shop.example:{secret}/",
        "listen --port 0 --forward {secret}",
        "listen --port 0 --tunnel https://user:{secret}@shop.example/",
        "listen --port 0 --tunnel https://shop.example/?token={secret}",
        "curl 1 --to ftp://user:{secret}@shop.example/",
        "curl 1 --to {secret}",
        "replay 1 --to http://user:{secret}@127.0.0.1:9/",
        "replay 1 --to ftp://127.0.0.1:9/?token={secret}",
        "replay 1 --to http://169.254.169.254/?token={secret}",
        "backfill snapengage --base http://user:{secret}@127.0.0.1:9/",
        "backfill snapengage --base http://127.0.0.1:9/?token={secret}",
        "backfill snapengage --base {secret}",
        "backfill snapengage --account {secret}",
    ] {
        let mut command = row.replace("{secret}", &secret);
        if row.contains("curl 1 --to ftp") {
            command.push_str(" --raw");
        }
        let (done, said) = planted.said(&command.split(' ').collect::<Vec<_>>(), "");
        // Where it listens already it has told the addresses.
        if done || planted.found(&said).contains(&"targetquery") {
            wrong.push(format!("{row} ({done}): {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
