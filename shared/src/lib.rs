//! What the functions share. Read in this order:
//!
//! `domain` decides, `notices` say it to people, `bot` knows the chat's commands, `stores` keep it,
//! `providers` talk to the outside, `queues` carry messages between functions, `lambda` is the edge to AWS
//! Lambda, `workflows` are the sequences that more than one function needs, `rest` is what functions with a
//! REST API do alike.
//! Arrows point one way: functions → {workflows, rest} → {lambda, queues, providers, stores} →
//! notices → domain.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod aws_account;
pub mod aws_error;
pub mod decimal;
pub mod domain;
pub mod http_client;
pub mod retry;
pub mod unreadable;

pub mod notices;

pub mod bot;

pub mod stores;

pub mod providers;

pub mod queues;

pub mod lambda;

pub mod workflows;

pub mod rest;
