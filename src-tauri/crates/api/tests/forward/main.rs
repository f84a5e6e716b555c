//! Forwarding through the real door to real sockets: what arrives at a target, what a service is told, what goes nowhere.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod house;
mod order;
mod passing_back;
mod refusals;
#[allow(dead_code, reason = "shared with other tests; not all of it is used here")]
mod target;
