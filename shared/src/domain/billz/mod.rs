//! Point-of-sale work at Billz: jobs that other services ask for, and the orders and payment methods they are about.

pub mod asking;
pub mod card;
pub mod job;
pub mod operation;
pub mod order;
pub mod quantity;
pub mod review;
pub mod running;
pub mod work;

#[cfg(test)]
mod billz_model;
#[cfg(test)]
mod running_properties;
#[cfg(test)]
mod sums;
