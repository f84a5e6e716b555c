//! The public door: it takes requests on hook addresses, hands each to the journal as it arrived, and answers once it
//! is kept. It knows nothing of what a payload means and can read nothing of what is kept.

mod body;
mod connection;
mod door;
mod head;
mod journal;
mod limits;
mod line;
mod places;
mod probe;
mod rate;
mod receipt;
mod receiving;
mod reception;
mod recorder;
mod reply;
mod shares;
mod wire;

pub use door::{Door, bind, open, open_with_probe};
pub use journal::Journal;
pub use limits::Limits;
pub use probe::Probe;
pub use rate::Rate;
pub use reception::{Clock, router};
pub use reply::{Kept, Reply};
