//! How connections are used: kept for what may be repeated, fresh for what may not, never redirected.

use shared::retry::{Retry, Verdict};

use crate::odd_server::{OddServer, Play, json};
use crate::setup::{Asking, tripay};

#[tokio::test]
async fn questions_share_a_connection_and_a_creation_has_its_own() {
    let order = [Asking::Detail, Asking::Create, Asking::Fees, Asking::Create, Asking::Detail];
    let server = OddServer::start(order.map(|asking| json(200, asking.sample()))).await;
    let tripay = tripay(server.url());
    for asking in order {
        asking.of(&tripay).await.unwrap();
    }
    let used: Vec<usize> = server.seen().iter().map(|request| request.connection).collect();
    assert_eq!(used, [1, 2, 1, 3, 1]);
}

#[tokio::test]
async fn a_creation_does_not_use_a_connection_that_died_while_idle() {
    let server = OddServer::start([
        json(200, Asking::Create.sample()),
        Play::CutAfter,
        json(200, Asking::Create.sample()),
    ])
    .await;
    let tripay = tripay(server.url());
    Asking::Create.of(&tripay).await.unwrap();
    assert_eq!(Asking::Create.of(&tripay).await.unwrap_err().retry(), Retry::AskFirst);
    Asking::Create.of(&tripay).await.unwrap();
    let used: Vec<usize> = server.seen().iter().map(|request| request.connection).collect();
    assert_eq!(used, [1, 2, 3]);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_never_followed() {
    for status in [301, 302, 303, 307, 308] {
        for asking in Asking::ALL {
            let elsewhere = OddServer::start([json(200, asking.sample())]).await;
            let headers = vec![("location", format!("{}/api-sandbox", elsewhere.url()))];
            let server = OddServer::start([Play::Answer { status, headers, body: String::new() }]).await;
            let error = asking.of(&tripay(server.url())).await.unwrap_err();
            assert_eq!(elsewhere.connections(), 0, "{asking:?} followed a {status}");
            assert_eq!(server.seen().len(), 1, "{asking:?} repeated after a {status}");
            let unknown =
                if asking == Asking::Create { Retry::AskFirst } else { Retry::Safe { after: None } };
            assert_eq!(error.retry(), unknown, "{asking:?} after a {status}");
        }
    }
}
