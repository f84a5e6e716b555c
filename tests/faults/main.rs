//! What the real program does when the machine under it fails: it is killed, the power is cut, the disk is full or read-only, another
//! program holds the file, the clock jumps. The program runs as people run it, senders reach it over real sockets, and after each
//! fault one check (`invariant`) looks whether everything that was acknowledged is there.
//!
//! `AFTERCHAT_FAULTS=full` takes the long selection, `AFTERCHAT_FAULTS_SEED` repeats a run, `AFTERCHAT_BIN` names another program.
//! The faults are made with means of Linux and tested there.

#[cfg(target_os = "linux")]
mod cared_for;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod interposer;
#[cfg(target_os = "linux")]
mod invariant;
#[cfg(target_os = "linux")]
mod ledger;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
mod selection;
#[cfg(target_os = "linux")]
mod sender;
#[cfg(target_os = "linux")]
mod shown;
#[cfg(target_os = "linux")]
mod small_disk;

/// A module of its own gives these tests a name by which `cargo xtask test` runs them in a step of their own.
#[cfg(target_os = "linux")]
mod under_fault;
