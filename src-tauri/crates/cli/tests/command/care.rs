//! Backups, restoring one, and looking whether all is well.

use std::fs;

use crate::listening::{address, post};
use crate::program::{Bench, Running, chat};
use crate::terminal::Terminal;

#[test]
fn a_backup_is_made_while_the_door_is_open_and_restored_when_it_is_closed() {
    let bench = Bench::new();
    let id = bench.with_chat("Before the backup");
    let running = Running::start(bench.command(&["listen", "--port", "0", "--json"]));
    let listening = running.next();
    let made = bench.lines(&["backup", "copy.sqlite", "--json"]);
    assert!(made[0]["size"].as_u64().unwrap() > 4096);
    post(address(&listening, "smartsupp"), "POST", chat(2, "After the backup").as_bytes());
    running.next();
    let refused = bench.run(&["restore", "copy.sqlite"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert!(refused.err.contains("quit it first"), "what to do is told: {}", refused.err);
    assert_eq!(running.stop().0.code(), Some(0));

    let told = bench.ok(&["restore", "copy.sqlite"]);
    assert!(told.contains("1 deliveries") && told.contains("replaced"), "where the other one is: {told}");
    let found = bench.lines(&["search", ""]);
    assert_eq!((found.len(), &found[0]["id"]), (1, &id.into()), "it is as it was");
    let sources = |bench: &Bench| bench.ok(&["source", "list", "--json"]);
    let before = sources(&bench);
    bench.ok(&["restore", "copy.sqlite", "--json"]);
    assert_eq!(sources(&bench), before, "the addresses are the same");
    let aside = fs::read_dir(bench.path("archive/replaced")).unwrap().count();
    assert_eq!(aside, 2, "nothing is deleted");
}

#[test]
fn a_backup_goes_into_a_folder_and_over_no_file() {
    let bench = Bench::new();
    bench.with_chat("Hello");
    fs::create_dir(bench.path("usb")).unwrap();
    let told = bench.ok(&["backup", "usb"]);
    assert!(told.contains("is whole"), "{told}");
    let name = fs::read_dir(bench.path("usb")).unwrap().next().unwrap().unwrap().file_name();
    assert!(name.to_str().unwrap().starts_with("afterchat-20"), "{name:?}");
    bench.file("mine.sqlite", "mine");
    let refused = bench.run(&["backup", "mine.sqlite"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("exists already"), "{}", refused.err);
    assert_eq!(fs::read(bench.path("mine.sqlite")).unwrap(), b"mine");
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_neither_a_backup_nor_half_of_one() {
    let bench = Bench::new();
    for number in 0..40 {
        let words: String =
            (0..20_000_u32).map(|at| char::from(b'a' + (at * at / 7 + number) as u8 % 26)).collect();
        bench.file(&format!("saved/{number}.json"), chat(number, &words));
    }
    bench.ok(&["import", "saved"]);
    fs::create_dir(bench.path("usb")).unwrap();
    let full = bench.command(&["backup", "usb"]);
    // No file of this program may grow beyond 200 KB: every write after that fails, as on a full disk.
    let script =
        format!("trap '' XFSZ; ulimit -f 200; exec '{}' backup usb", full.get_program().to_str().unwrap());
    let mut limited = std::process::Command::new("bash");
    limited.args(["-c", &script]).current_dir(bench.path(""));
    limited.env("AFTERCHAT_DATA", bench.path("archive"));
    let output = limited.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(fs::read_dir(bench.path("usb")).unwrap().count(), 0, "nothing is left: {said}");
    assert_eq!(bench.lines(&["search", "", "--limit", "100"]).len(), 40, "the archive is as it was");
    bench.ok(&["backup", "usb"]);
}

#[test]
fn the_doctor_finds_what_is_wrong_and_changes_nothing() {
    let bench = Bench::new();
    bench.with_chat("Hello");
    let healthy = bench.lines(&["doctor", "--json"]);
    let state = |lines: &[serde_json::Value], what: &str| {
        let found =
            lines.iter().find(|line| line["what"] == what).unwrap_or_else(|| panic!("{what} is looked at"));
        found["health"].as_str().unwrap().to_owned()
    };
    for what in ["format", "content", "log", "permissions", "room"] {
        assert_eq!(state(&healthy, what), "good", "{what}");
    }
    assert_eq!(state(&healthy, "backup"), "remark", "there is none yet");

    let file = bench.path("archive/archive.sqlite");
    let whole = fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    damaged[100] = 0x55;
    fs::write(&file, &damaged).unwrap();
    let said = bench.run(&["doctor", "--json"]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.err.contains("wrong"), "{}", said.err);
    assert!(fs::read(&file).unwrap() == damaged, "it only looks");
    assert!(!bench.path("archive/damaged").exists());

    let repaired = bench.run(&["search", ""]);
    assert_eq!(repaired.code, 0);
    assert!(repaired.err.contains("was repaired"), "whoever repairs it says so: {}", repaired.err);
    assert_eq!(bench.run(&["search", ""]).err, "", "once");
    let after = bench.lines(&["doctor", "--json"]);
    assert_eq!(state(&after, "content"), "good");
    assert_eq!(state(&after, "repair"), "remark");
}

/// Overwrites the beginning of the archive's file, so that the next start repairs it.
fn damage(bench: &Bench) {
    let file = bench.path("archive/archive.sqlite");
    let mut damaged = fs::read(&file).expect("the archive is there");
    damaged[100] = 0x55;
    fs::write(&file, &damaged).expect("it can be written");
}

#[test]
fn a_repair_is_told_of_beside_the_data() {
    let bench = Bench::new();
    bench.with_chat("Hello");
    let healthy = bench.run(&["search", "", "--json"]);
    assert_eq!(healthy.err, "", "where nothing takes long nothing is said");
    damage(&bench);
    let repaired = bench.run(&["deliveries", "--json"]);
    assert_eq!(repaired.code, 0, "{}", repaired.err);
    let said: Vec<&str> = repaired.err.lines().collect();
    assert!(said[0].contains("is being repaired"), "it is said before it is done: {said:?}");
    assert!(said[1].contains("was repaired") && said.len() == 2, "and once each: {said:?}");
    for line in repaired.out.lines() {
        let _data: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("{line} is data"));
    }
    assert_eq!(repaired.out.lines().count(), 1, "{}", repaired.out);
}

#[test]
fn a_terminal_shows_how_far_a_repair_is() {
    let bench = Bench::new();
    bench.with_chat("Hello");
    damage(&bench);
    let mut terminal = Terminal::start(&bench, &["deliveries"]);
    assert_eq!(terminal.ended(), 0);
    let all = String::from_utf8_lossy(&terminal.all).into_owned();
    assert!(all.contains("Repairing the archive: "), "{all}");
    assert!(all.contains("Looking through the new file"), "what comes after it is shown at once: {all}");
    assert!(!terminal.until(|_| true).contains("Repairing"), "and gone when it is over");
}

#[test]
fn what_another_program_does_to_the_archive_is_waited_for_and_told() {
    let bench = Bench::new();
    bench.with_chat("Hello");
    let held = fs::File::open(bench.path("archive/archive.lock")).unwrap();
    held.lock().unwrap();
    let mut waiting = bench.command(&["search", "", "--json"]);
    waiting.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut waiting = waiting.spawn().unwrap();
    let mut said = String::new();
    let mut err = std::io::BufReader::new(waiting.stderr.take().unwrap());
    std::io::BufRead::read_line(&mut err, &mut said).unwrap();
    assert!(said.starts_with("Waiting for another Afterchat program"), "{said}");
    drop(held);
    let output = waiting.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 1, "the answer is as ever");
}
