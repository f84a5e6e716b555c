//! One file for each fault.

mod clock;
mod full_disk;
mod kill;
mod locked;
mod power;
mod quit;
mod read_only;
mod soak;
mod steps;
mod together;
