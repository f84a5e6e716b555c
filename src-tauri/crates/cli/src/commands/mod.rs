//! One file for each command.

pub(crate) mod accept;
pub(crate) mod backfill;
pub(crate) mod backup;
pub(crate) mod completions;
pub(crate) mod curl;
pub(crate) mod damage;
pub(crate) mod deliveries;
pub(crate) mod delivery;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod forwarding;
pub(crate) mod gaps;
pub(crate) mod handing;
pub(crate) mod health;
pub(crate) mod import;
pub(crate) mod listen;
pub(crate) mod man;
pub(crate) mod rebuild;
pub(crate) mod replay;
pub(crate) mod restore;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod source;
pub(crate) mod tunnel;
pub(crate) mod visitor;
