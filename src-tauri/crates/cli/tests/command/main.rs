//! The command as people and scripts use it: the real program, a real archive, real sockets.

mod backfill;
mod files;
mod hostile;
mod listening;
mod program;
mod reading;
