//! One file for each fault.

mod care_at_every_step;
mod care_on_a_full_disk;
mod clock;
mod damaged;
mod full_disk;
mod kill;
mod locked;
mod power;
mod quit;
mod read_only;
mod soak;
mod steps;
mod together;
