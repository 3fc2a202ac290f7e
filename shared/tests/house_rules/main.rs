//! The rules of the house that a program can check. Each failure names the place and says why.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod arrows;
mod deployment;
mod metrics;
mod names;
mod settings;
mod shape;
mod source;
mod template;
