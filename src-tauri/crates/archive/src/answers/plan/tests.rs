//! Plans as people write them, and as nobody should.

use std::time::Duration;

use afterchat_transcript::Header;
use proptest::prelude::*;

use super::{AnswerPlan, Said, Step};

/// Reads a plan and writes it again in its own way.
fn check(text: &str, written: &str) {
    let plan: AnswerPlan = text.parse().unwrap_or_else(|error| panic!("“{text}” is a plan: {error}"));
    assert_eq!(plan.to_string(), written, "“{text}”");
    assert_eq!(written.parse(), Ok(plan), "what is written is read as the same plan");
}

#[test]
fn a_plan_is_read_as_people_write_it() {
    check("503 x2, 200", "503 x2, 200");
    check("wait 12s", "wait 12s");
    check("drop", "drop");
    check("429 retry-after 30", "429 retry-after 30");
    check("429 retry-after 30s x3, as usual", "429 retry-after 30 x3, as usual");
    check("  DROP  x1 ,wait 500ms as  usual,Wait 1m 503", "drop x1, wait 500ms, wait 60s 503");
    check("as usual x2, wait 2000ms drop", "as usual x2, wait 2s drop");
    check("per event: 503 x2, 200", "per event: 503 x2, 200");
    check("quarantine too,per event :drop", "per event, quarantine too: drop");
    check("410!, 301! x2", "410!, 301! x2");
    check(r#"header "X-A:b: c""#, r#"200 header "X-A: b: c""#);
    check(r#"body "{\"a\":1}\n" 202"#, r#"202 body "{\"a\":1}\n""#);
    check(r#"503 header "Retry-After: Fri, 27 Nov""#, r#"503 header "Retry-After: Fri, 27 Nov""#);
    check(r#"503 header "Retry-After: 030""#, r#"503 header "Retry-After: 030""#);
}

/// Expects a text to be refused at this character, counted from 0, with these words among others.
fn refused(text: &str, at: usize, words: &str) {
    let error = text.parse::<AnswerPlan>().expect_err("no plan");
    assert_eq!(error.at, at, "“{text}”: {error}");
    assert!(error.words.contains(words), "“{text}” must be told about “{words}”: {error}");
}

#[test]
fn what_is_no_plan_is_told_where_and_what_is_allowed() {
    refused("", 0, "A step is a status");
    refused("503 x2,", 7, "a step is missing");
    refused("503,,200", 4, "a step is missing");
    refused("503 x2 200", 7, "at the end of a step");
    refused("503 200", 4, "twice");
    refused("503 drop", 0, "not two of them");
    refused("teapot", 0, "A step is a status");
    refused("99", 0, "200 to 599");
    refused("101", 0, "200 to 599");
    refused("600", 0, "200 to 599");
    refused("0200", 0, "200 to 599");
    refused("503 x0", 4, "1 to 1000");
    refused("503 x1001", 4, "1 to 1000");
    refused("wait", 0, "12s");
    refused("wait soon", 0, "12s");
    refused("200, wait 61s", 5, "60 seconds");
    refused("wait 0s", 0, "60 seconds");
    refused("wait 18446744073709551615m", 0, "60 seconds");
    refused("429 retry-after soon", 4, "seconds");
    refused("410", 0, "410!");
    refused("503, 302", 5, "302!");
    refused("per week: 503", 0, "per event");
    refused("per event 503: 200", 10, "colon");
    refused("as before", 0, "as usual");
    refused(r#"body "open"#, 5, "not closed");
    refused(r#"body "a\q""#, 7, "means nothing");
    refused("body open", 0, "double quotes");
    refused(r#"header "no colon""#, 0, "colon");
    refused(r#"header "a b: c""#, 0, "letters");
    refused(r#"header "X: a\nY: b""#, 0, "line breaks");
    refused(r#"header "content-length: 5""#, 0, "connection itself");
    refused(r#"header "Transfer-Encoding: chunked""#, 0, "connection itself");
    refused("é drop", 0, "A step is a status");
    refused(&"503,".repeat(21), 80, "at most 20");
    refused(&"5".repeat(20_000), 0, "bytes");
}

#[test]
fn steps_follow_one_another_and_the_last_one_stays() {
    let taken = |text: &str, numbers: &[u64]| -> Vec<Option<String>> {
        let plan: AnswerPlan = text.parse().expect("a plan");
        numbers.iter().map(|number| plan.step(*number).map(ToString::to_string)).collect()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        taken("503 x2, 200", &[0, 1, 2, 3, u64::MAX]),
        [some("503 x2"), some("503 x2"), some("200"), some("200"), some("200")]
    );
    assert_eq!(taken("503 x2", &[1, 2]), [some("503 x2"), None], "after a counted last step all is as usual");
    assert_eq!(taken("drop, 503, 200 x1", &[0, 1, 2, 3]), [some("drop"), some("503"), some("200 x1"), None]);
}

fn any_step() -> impl Strategy<Value = Step> {
    let header = ("[A-Za-z][A-Za-z0-9-]{0,8}", "[ -~é]{0,12}")
        .prop_filter("those of the connection", |(name, _)| {
            !["te", "date"].contains(&name.to_lowercase().as_str())
        })
        .prop_map(|(name, value)| Header {
            name: format!("X-{name}"),
            value: value.trim().as_bytes().to_vec(),
        });
    let own = (200..600_u16, proptest::collection::vec(header, 0..3), proptest::option::of("\\PC{0,20}"))
        .prop_map(|(status, headers, body)| Said::Own { status, headers, body });
    let said = prop_oneof![Just(Said::Usual), Just(Said::Drop), own];
    (said, 0..=60_000_u64, proptest::option::of(1..=1_000_u32)).prop_map(|(said, wait, times)| Step {
        said,
        wait: Duration::from_millis(wait),
        times,
    })
}

proptest! {
    #[test]
    fn every_plan_is_read_as_it_was_written(
        steps in proptest::collection::vec(any_step(), 1..5),
        per_event: bool,
        quarantine_too: bool,
    ) {
        let plan = AnswerPlan { steps, per_event, quarantine_too };
        prop_assert_eq!(plan.to_string().parse(), Ok(plan));
    }

    #[test]
    fn no_text_breaks_the_reader(text in "(per|event|:|,|\"|\\\\|x2|503|410!|wait|12s|drop|as|usual|body|é| ){0,12}") {
        if let Ok(plan) = text.parse::<AnswerPlan>() {
            prop_assert_eq!(plan.to_string().parse(), Ok(plan));
        }
    }
}
