//! Ways from the public network to a door on this machine. Each way is a [`Tunnel`]; one [`Supervisor`] starts it, proves
//! that the public address really leads here, and keeps it up.
//!
//! Nothing here knows an archive, a delivery or a window. Asking over the public network is done by whoever gives the
//! [`Asker`], where the rules for what goes out live.

mod bore;
mod child;
mod cloudflared;
mod events;
mod external;
mod fetch;
mod log;
mod plan;
mod probe;
mod program;
mod ssh;
mod state;
mod supervisor;
mod sweep;
mod wake;

pub use bore::Bore;
pub use child::is_installed;
pub use cloudflared::{Cloudflared, Named};
pub use events::{Event, Run, Running, Tunnel};
pub use external::External;
pub use log::Log;
pub use plan::{Clock, Plan, Wall};
pub use probe::{Asker, Asking, Probe, below};
pub use program::{BUNDLED, Description, Program};
pub use ssh::{Service, Ssh};
pub use state::{Account, Address, Encryption, Facts, Readers, State, Status, Trouble};
pub use supervisor::{Supervisor, Wish};
pub use sweep::sweep;
pub use wake::{Happened, LOOK, Looks, Watch};
