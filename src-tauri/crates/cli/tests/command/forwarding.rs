//! Forwarding by the real program: told line by line, and not lost when it is killed.

use afterchat_archive::{Archive, TargetSettings};
use afterchat_transcript::Instant;
use serde_json::Value;

use crate::listening::{address, post};
use crate::program::{Bench, Running};
use crate::target::{Act, Recorder};

/// The next event of this kind.
fn next_of(running: &Running, event: &str) -> Value {
    loop {
        let told = running.next();
        if told["event"] == event {
            return told;
        }
    }
}

fn post_to(listening: &Value, source: &str, body: &str) {
    let answer = post(address(listening, source), "POST", body.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn listen_forwards_what_reaches_any_source_and_tells_of_it() {
    let bench = Bench::new();
    let recorder = Recorder::start(|number| if number == 1 { Act::status(410) } else { Act::status(200) });
    let listen = ["listen", "--port", "0", "--json", "--forward", &recorder.url];
    let running = Running::start(bench.command(&listen));
    let listening = next_of(&running, "listening");
    post_to(&listening, "any", "one");
    let told = next_of(&running, "forward");
    assert_eq!(
        (&told["delivery"], &told["status"], &told["outcome"]),
        (&"1".into(), &200.into(), &"done".into())
    );
    assert_eq!((&told["source"], &told["url"]), (&"any".into(), &recorder.url.as_str().into()));
    post_to(&listening, "smartsupp", "two");
    let told = next_of(&running, "forward");
    assert_eq!((&told["delivery"], &told["outcome"]), (&"2".into(), &"dead".into()));
    assert_eq!([recorder.next_body(), recorder.next_body()], ["one", "two"]);
    #[cfg(unix)]
    {
        let (status, said) = running.stop();
        assert_eq!((status.code(), said.as_str()), (Some(0), ""));
    }

    let refused = bench.run(&["listen", "--port", "0", "--forward", "http://169.254.169.254/"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("nothing is sent"), "{}", refused.err);
}

#[test]
fn what_was_answered_is_forwarded_although_the_program_was_killed() {
    let bench = Bench::new();
    let recorder = Recorder::start(|number| if number == 0 { Act::Hang } else { Act::status(200) });
    let archive =
        Archive::open(&bench.path("archive"), Instant::from_millis(1_700_000_000_000).unwrap()).unwrap();
    let settings = TargetSettings {
        name: "there".to_owned(),
        url: recorder.url.clone(),
        before: false,
        pass_back: false,
        deadline: 1,
        credentials: false,
        numbered: true,
        quarantined: false,
    };
    archive.add_forward_target("any", settings, Instant::from_millis(1_700_000_000_000).unwrap()).unwrap();
    archive.close();

    let listen = ["listen", "--port", "0", "--json"];
    let running = Running::start(bench.command(&listen));
    let listening = next_of(&running, "listening");
    post_to(&listening, "any", "one");
    // One is on its way and will never be noted; two was only answered.
    assert_eq!(recorder.next_body(), "one");
    post_to(&listening, "any", "two");
    drop(running);

    let running = Running::start(bench.command(&listen));
    next_of(&running, "listening");
    let mut arrived = [recorder.next_body(), recorder.next_body()];
    arrived.sort();
    assert_eq!(arrived, ["one", "two"], "at least once, also what was on its way when it was killed");
    for _ in 0..2 {
        assert_eq!(next_of(&running, "forward")["outcome"], "done");
    }
    assert!(recorder.nothing_more(), "and not without end");
}

#[test]
fn a_killed_run_with_an_address_of_its_own_is_gone_on_with() {
    let bench = Bench::new();
    let recorder = Recorder::start(|number| if number == 0 { Act::status(503) } else { Act::status(200) });
    let listen = ["listen", "--port", "0", "--json", "--forward", &recorder.url];
    let running = Running::start(bench.command(&listen));
    post_to(&next_of(&running, "listening"), "any", "one");
    assert_eq!(next_of(&running, "forward")["outcome"], "again");
    assert_eq!(recorder.next_body(), "one");
    drop(running);
    let running = Running::start(bench.command(&listen));
    next_of(&running, "listening");
    assert_eq!(recorder.next_body(), "one");
    assert_eq!(next_of(&running, "forward")["attempt"], 2);
}
