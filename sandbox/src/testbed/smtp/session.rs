//! What the server says to each command of a session.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use mailin::response::{AUTH_OK, INVALID_CREDENTIALS, OK};
use mailin::{Handler, Response};

use super::mail::Mail;
use super::{Failure, Mailbox};

/// What happens in place of the answer that the state machine gives.
#[derive(Debug)]
pub(super) enum Instead {
    Say(u16, String),
    Cut,
    Hang,
}

/// Where a session leaves what happens instead.
#[derive(Clone, Debug, Default)]
pub(super) struct Turn(Arc<Mutex<Option<Instead>>>);

impl Turn {
    fn set(&self, instead: Instead) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(instead);
    }

    pub(super) fn take(&self) -> Option<Instead> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The server's side of one session.
pub(super) struct Sitting {
    pub(super) mailbox: Mailbox,
    pub(super) wanted_login: Option<(String, String)>,
    pub(super) is_encrypted: Arc<std::sync::atomic::AtomicBool>,
    pub(super) turn: Turn,
    pub(super) login: Option<String>,
    pub(super) from: String,
    pub(super) to: Vec<String>,
    pub(super) body: Vec<u8>,
}

impl Sitting {
    fn admit(&mut self, user: &str, password: &str) -> Response {
        match &self.wanted_login {
            Some((name, secret)) if name == user && secret == password => {
                self.login = Some(user.to_owned());
                AUTH_OK
            }
            _ => {
                self.mailbox.lock().refused_logins += 1;
                INVALID_CREDENTIALS
            }
        }
    }

    fn keep(&mut self) {
        self.mailbox.lock().mails.push(Mail {
            from: self.from.clone(),
            to: self.to.clone(),
            raw: String::from_utf8_lossy(&self.body).into_owned(),
            is_encrypted: self.is_encrypted.load(std::sync::atomic::Ordering::SeqCst),
            login: self.login.clone(),
        });
    }
}

impl Handler for Sitting {
    fn mail(&mut self, _ip: IpAddr, _domain: &str, from: &str) -> Response {
        if let Some(Failure::RefuseSender(code, words)) =
            self.mailbox.take_failure(|failure| matches!(failure, Failure::RefuseSender(..)))
        {
            return Response::custom(code, words);
        }
        from.clone_into(&mut self.from);
        OK
    }

    fn rcpt(&mut self, _to: &str) -> Response {
        match self.mailbox.take_failure(|failure| matches!(failure, Failure::RefuseRecipient(..))) {
            Some(Failure::RefuseRecipient(code, words)) => Response::custom(code, words),
            _ => OK,
        }
    }

    fn data_start(&mut self, _domain: &str, _from: &str, _is8bit: bool, to: &[String]) -> Response {
        if self.mailbox.take_failure(|failure| *failure == Failure::CutBeforeMail).is_some() {
            self.turn.set(Instead::Cut);
        }
        self.to = to.to_vec();
        self.body.clear();
        OK
    }

    fn data(&mut self, line: &[u8]) -> std::io::Result<()> {
        self.body.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let is_for_end = |failure: &Failure| {
            matches!(failure, Failure::RefuseMail(..) | Failure::CutAfterMail | Failure::HangAfterMail)
        };
        match self.mailbox.take_failure(is_for_end) {
            // The state machine would wait for more of the mail after a refusal: it hears of none.
            Some(Failure::RefuseMail(code, words)) => self.turn.set(Instead::Say(code, words)),
            Some(Failure::HangAfterMail) => {
                self.keep();
                self.turn.set(Instead::Hang);
            }
            Some(_) => {
                self.keep();
                self.turn.set(Instead::Cut);
            }
            None => self.keep(),
        }
        OK
    }

    fn auth_plain(&mut self, _authorization_id: &str, user: &str, password: &str) -> Response {
        self.admit(user, password)
    }

    fn auth_login(&mut self, user: &str, password: &str) -> Response {
        self.admit(user, password)
    }
}
