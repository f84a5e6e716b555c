//! Sending, against servers on this machine that keep the exact bytes they receive and answer what a test tells them.

mod answers;
mod standin;
mod tls;
mod wire;
