//! A server that plays a script: any bytes as an answer, or none. It keeps every request it saw.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What happens to one request.
#[derive(Debug, Clone)]
pub enum Play {
    /// It is answered.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// The connection ends as soon as it is made.
    CutBefore,
    /// The connection ends when the request was read.
    CutAfter,
    /// The connection ends in the middle of the answer.
    CutInside,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Which connection it came by, from 1.
    pub connection: usize,
    /// `GET`, `POST` …
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Seen {
    /// The one value of a header.
    pub fn header(&self, name: &str) -> &str {
        let values: Vec<_> = self.headers.iter().filter(|(known, _)| known == name).collect();
        assert_eq!(values.len(), 1, "{name} in {:?}", self.headers);
        &values[0].1
    }

    /// Whether a header is there.
    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known == name)
    }
}

/// An answer of JSON.
pub fn json(status: u16, body: &str) -> Play {
    Play::Answer { status, headers: vec![("content-type", "application/json".into())], body: body.to_owned() }
}

/// An answer of HTML, as a gateway in front of a provider gives it.
pub fn html(status: u16) -> Play {
    let body = "<!DOCTYPE html><html><title>Attention Required! | Cloudflare</title></html>".to_owned();
    Play::Answer { status, headers: vec![("content-type", "text/html".into())], body }
}

#[derive(Debug, Default)]
struct Script {
    plays: VecDeque<Play>,
    seen: Vec<Seen>,
    connections: usize,
}

/// The server. Ends when dropped.
#[derive(Debug)]
pub struct OddServer {
    url: String,
    script: Arc<Mutex<Script>>,
    accepting: JoinHandle<()>,
}

impl OddServer {
    /// Starts one that plays `plays` and nothing more.
    pub async fn start(plays: impl IntoIterator<Item = Play>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(Script { plays: plays.into_iter().collect(), ..Script::default() }));
        let shared = Arc::clone(&script);
        let accepting = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { url, script, accepting }
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.script.lock().unwrap().seen.clone()
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        self.script.lock().unwrap().connections
    }
}

impl Drop for OddServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Mutex<Script>>) {
    let connection = {
        let mut script = script.lock().unwrap();
        script.connections += 1;
        if matches!(script.plays.front(), Some(Play::CutBefore)) {
            script.plays.pop_front();
            return;
        }
        script.connections
    };
    while let Some(seen) = read_request(&mut stream, connection).await {
        let play = {
            let mut script = script.lock().unwrap();
            script.seen.push(seen);
            script.plays.pop_front()
        };
        let answer = match play {
            Some(Play::Answer { status, headers, body }) => respond(status, &headers, &body, body.len()),
            Some(Play::CutInside) => respond(200, &[], "{\"success\":true,", 4000),
            Some(Play::CutBefore | Play::CutAfter) => return,
            None => respond(599, &[], "nothing is scripted", 19),
        };
        if stream.write_all(answer.as_bytes()).await.is_err() || answer.contains("content-length: 4000\r\n") {
            return;
        }
    }
}

fn respond(status: u16, headers: &[(&'static str, String)], body: &str, length: usize) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status} Played\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

async fn read_request(stream: &mut TcpStream, connection: usize) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let header =
        |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers: Vec<_> = lines.filter_map(header).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or("0", |(_, value)| value);
    let length: usize = length.parse().unwrap();
    while bytes.len() < head_end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8(bytes[head_end..head_end + length].to_vec()).unwrap();
    Some(Seen { connection, method, target, headers, body })
}
