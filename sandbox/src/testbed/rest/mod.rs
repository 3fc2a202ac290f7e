//! What the story tests of a REST API say and hear: trigger events, tokens and answers.

pub mod answer;
pub mod caller;
pub mod documentation;
pub mod samples;
pub mod tokens;
pub mod trigger;
