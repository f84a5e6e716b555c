//! One program for all targets, so that one build instruments the product once: `AFTERCHAT_FUZZ` names the target.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static RUN: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = std::env::var("AFTERCHAT_FUZZ").unwrap_or_default();
    afterchat_fuzz::by_name(&name).expect("AFTERCHAT_FUZZ names a target").run
});

fuzz_target!(|bytes: &[u8]| RUN(bytes));
