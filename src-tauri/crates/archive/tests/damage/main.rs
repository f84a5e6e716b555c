//! Damaged files, through the door of the archive: what was acknowledged is there, what was damaged is set aside, and
//! deliveries are taken again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod backups;
mod every_table;
mod house;
#[cfg(unix)]
mod interrupted;
mod offers;
mod table;
mod telling;
