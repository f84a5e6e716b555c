//! Deliveries as text, said again by the real programs: `curl` and HTTPie, started by `sh`, against a server that keeps
//! every byte it is sent.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod curl;
mod files;
mod httpie;
mod raw;
mod stage;
