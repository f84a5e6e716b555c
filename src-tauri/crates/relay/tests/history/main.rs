//! Back-fill against stand-ins: servers on this machine that answer as the services document it, or as they fail. No
//! real service was asked for these answers.

mod services;
mod standin;
mod trouble;
