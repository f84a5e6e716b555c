//! Readers: no value of a payload is lost, and what is said to stand at a pointer stands there.

use crate::common::kept;

/// At an address that is set to this service, or to none.
pub(crate) fn check(provider: Option<&str>, body: &[u8]) {
    if let Err(problem) = kept::check_at(provider, body) {
        panic!("{problem}");
    }
}
