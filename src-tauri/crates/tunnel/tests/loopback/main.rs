//! Real tunnels on this machine's loopback: OpenSSH's own server and client, the public bore server, and for what truly
//! lives on the internet a stand-in program that prints what was recorded of the real one.

#![allow(missing_docs, clippy::unwrap_used)]
#![cfg(target_os = "linux")]

mod bore;
mod cuts;
mod house;
mod ssh;
mod sshd;
mod standin;
