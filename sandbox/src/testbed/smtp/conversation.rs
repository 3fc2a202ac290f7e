//! One connection: lines in, answers out, and TLS where it is asked for.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mailin::{Action, AuthMechanism, Response, Session, SessionBuilder};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::session::{Instead, Sitting, Turn};
use super::{Failure, Mailbox, Security, Setup};

const PEER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// How a part of a conversation ended.
enum End {
    Over,
    ToTls,
}

struct Speaker {
    session: Session<Sitting>,
    turn: Turn,
}

/// Talks to one client until either side has had enough.
pub(super) async fn hold(stream: TcpStream, setup: Setup, mailbox: Mailbox, tls: TlsAcceptor) {
    if let Err(_gone) = converse(stream, &setup, mailbox, &tls).await {
        // The client went away, or its TLS did not come about: nobody is left to be told.
    }
}

async fn converse(stream: TcpStream, setup: &Setup, mailbox: Mailbox, tls: &TlsAcceptor) -> io::Result<()> {
    let is_encrypted = Arc::new(AtomicBool::new(setup.security == Security::Tls));
    let turn = Turn::default();
    let sitting = Sitting {
        mailbox: mailbox.clone(),
        wanted_login: setup.login.clone(),
        is_encrypted: Arc::clone(&is_encrypted),
        turn: turn.clone(),
        login: None,
        from: String::new(),
        to: Vec::new(),
        body: Vec::new(),
    };
    let mut rules = SessionBuilder::new("testbed");
    if setup.security == Security::StartTls {
        rules.enable_start_tls();
    } else {
        // Without TLS it is a test's wish; with TLS from the first byte the state machine cannot know.
        rules.insecure_enable_plaintext_auth();
    }
    if setup.login.is_some() {
        rules.enable_auth(AuthMechanism::Plain).enable_auth(AuthMechanism::Login);
    }
    let mut speaker = Speaker { session: rules.build(PEER, sitting), turn };
    let greeting = match mailbox.take_failure(|failure| matches!(failure, Failure::RefuseConnection(..))) {
        Some(Failure::RefuseConnection(code, words)) => Response::custom(code, words),
        _ => speaker.session.greeting(),
    };
    if setup.security == Security::Tls {
        let mut stream = BufReader::new(tls.accept(stream).await?);
        return speak(&mut speaker, &mut stream, Some(greeting)).await.map(|_end| ());
    }
    let mut stream = BufReader::new(stream);
    match speak(&mut speaker, &mut stream, Some(greeting)).await? {
        End::Over => Ok(()),
        End::ToTls => {
            // What came before the handshake is dropped with the reader, as a server must.
            let mut stream = BufReader::new(tls.accept(stream.into_inner()).await?);
            is_encrypted.store(true, Ordering::SeqCst);
            speaker.session.tls_active();
            speak(&mut speaker, &mut stream, None).await.map(|_end| ())
        }
    }
}

async fn speak<S>(
    speaker: &mut Speaker,
    stream: &mut BufReader<S>,
    greeting: Option<Response>,
) -> io::Result<End>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if let Some(greeting) = greeting {
        stream.write_all(&greeting.buffer()?).await?;
        stream.flush().await?;
        if greeting.is_error {
            return Ok(End::Over);
        }
    }
    let mut line = Vec::new();
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(End::Over);
        }
        let response = speaker.session.process(&line);
        let (answer, action) = match speaker.turn.take() {
            None => (response.buffer()?, response.action),
            Some(Instead::Say(code, words)) => (format!("{code} {words}\r\n").into_bytes(), Action::Reply),
            Some(Instead::Cut) => return Ok(End::Over),
            Some(Instead::Hang) => futures::future::pending().await,
        };
        stream.write_all(&answer).await?;
        stream.flush().await?;
        match action {
            Action::Close => return Ok(End::Over),
            Action::UpgradeTls => return Ok(End::ToTls),
            Action::NoReply | Action::Reply => {}
        }
    }
}
