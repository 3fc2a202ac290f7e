//! Point-of-sale work at Billz: jobs that other services ask for, and the orders and payment methods they are about.

#[cfg(test)]
mod billz_model;
pub mod card;
pub mod job;
pub mod operation;
pub mod order;
pub mod quantity;
pub mod review;
pub mod running;
#[cfg(test)]
mod running_properties;
pub mod work;
