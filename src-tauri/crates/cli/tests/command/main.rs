//! The command as people and scripts use it: the real program, a real archive, real sockets.

mod backfill;
mod care;
mod files;
mod forwarding;
mod handing;
mod hostile;
mod listening;
mod live;
mod presence;
mod program;
mod reading;
mod secrets;
mod serving;
#[path = "../../../api/tests/forward/target.rs"]
#[allow(dead_code, reason = "shared with the tests of the whole door, which use all of it")]
mod target;
mod terminal;
#[cfg(target_os = "linux")]
mod tunnel;
