//! What must hold for any bytes that a stranger can choose. Each target is one function: it panics when something does
//! not hold. A fuzzer calls it with bytes it makes up (`libfuzzer/`), and the test beside it with every input in
//! `corpus/`, so that what was found once stays mended without a fuzzer.

#![allow(clippy::unwrap_used, reason = "a target that cannot go on has failed, which is what it is for")]

mod fold;
mod import;
mod parts;
mod payload;
mod plan;
mod queries;
mod reading;
mod request;
mod richtext;
mod signature;
mod wire;
mod written;

#[path = "../../../src-tauri/crates/transcript/tests/common/mod.rs"]
mod common;

/// Something that is tried with any bytes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, which is that of its folder in `corpus/`.
    pub name: &'static str,
    /// The folders of `tests/fixtures` whose payloads it begins with, beside its corpus.
    pub fixtures: &'static [&'static str],
    /// Panics when something does not hold for these bytes.
    pub run: fn(&[u8]),
}

const fn target(name: &'static str, fixtures: &'static [&'static str], run: fn(&[u8])) -> Target {
    Target { name, fixtures, run }
}

/// The folders of all fixtures.
const ALL: &[&str] = &["chatlio", "chatvisor", "comm100", "hostile", "smartsupp", "snapengage", "tawkto"];

/// Every target.
pub const TARGETS: &[Target] = &[
    target("request", &[], request::check),
    target("reading-any", ALL, |body| reading::check(None, body)),
    target("reading-chatlio", &["chatlio"], |body| reading::check(Some("chatlio"), body)),
    target("reading-chatvisor", &["chatvisor"], |body| reading::check(Some("chatvisor"), body)),
    target("reading-comm100", &["comm100"], |body| reading::check(Some("comm100"), body)),
    target("reading-smartsupp", &["smartsupp"], |body| reading::check(Some("smartsupp"), body)),
    target("reading-snapengage", &["snapengage"], |body| reading::check(Some("snapengage"), body)),
    target("reading-tawkto", &["tawkto"], |body| reading::check(Some("tawkto"), body)),
    target("payload", ALL, payload::check),
    target("multipart", &[], payload::check_multipart),
    target("signature", &[], signature::check),
    target("richtext", &[], richtext::check),
    target("fold", ALL, fold::check),
    target("query", &[], queries::check),
    target("delivery-query", &[], queries::check_deliveries),
    target("answer-plan", &[], plan::check),
    target("import", ALL, import::check),
    target("written", &[], written::check),
];

/// The target of this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
