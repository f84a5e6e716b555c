//! The door before the real archive: what is answered 200 is kept to the byte, and nothing else is.

mod answers;
mod bad_input;
#[cfg(target_os = "linux")]
mod durable;
mod faults;
mod house;
mod large;
mod limits;
mod load;
mod nothing;
mod samples;
mod signatures;
mod tokens;

#[path = "../hostile/large.rs"]
mod recipes;
#[path = "../../src-tauri/crates/listener/tests/sockets/sender.rs"]
mod sender;
