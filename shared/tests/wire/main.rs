//! What goes over the wire to each provider, and what every kind of answer becomes.
//!
//! Payloads in `fixtures/` are the providers' own samples, with our references in them.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod billz_answers;
mod billz_drafts;
mod billz_failures;
mod billz_login;
mod billz_refusals;
mod billz_requests;
mod billz_sandboxed;
mod billz_setup;
mod callback;
mod connections;
mod failures;
mod isp_api;
mod mail_feedback;
mod odd_server;
mod orders;
mod own_root;
mod panel_login;
mod panel_tasks;
mod portmone_callback;
mod portmone_failures;
mod portmone_gateway;
mod portmone_proof;
mod portmone_requests;
mod portmone_sandboxed;
mod portmone_setup;
mod portmone_tls;
mod sandboxed;
mod secrets;
mod ses;
mod setup;
mod sippy_digest;
mod sippy_failures;
mod sippy_python;
mod sippy_requests;
mod sippy_sandboxed;
mod sippy_setup;
mod smtp;
mod telecom;
mod telegram_answers;
mod telegram_requests;
mod telegram_setup;
mod tripay_answers;
mod tripay_requests;
mod users;
