//! The door before the real archive: what is answered 200 is kept to the byte, and nothing else is.

mod answers;
mod bad_input;
mod faults;
mod house;
mod load;
mod samples;
mod signatures;

#[path = "../../src-tauri/crates/listener/tests/sockets/sender.rs"]
mod sender;
