//! The door as a chat service meets it: real sockets, bytes written by hand, and a journal in memory that can be told
//! to fail or to take its time.

mod addresses;
mod answers;
mod bodies;
mod closing;
mod heads;
mod hostile;
mod ledger;
mod limits;
mod places;
mod rates;
mod sender;
