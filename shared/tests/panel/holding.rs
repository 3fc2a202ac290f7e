//! How long a session is used, and by whom.

use sandbox::testbed::dynamodb::CHATS;
use serde_json::{Value, json};
use shared::workflows::panel_login::Creating;
use shared::workflows::shared_login::SessionStatus;

use crate::setup::{TASK, bench, second};

#[tokio::test]
async fn a_task_is_in_the_panel_with_all_its_fields() {
    let bench = bench().await;
    let login = bench.instance();
    let cookie = login.session(second(0)).await.unwrap();
    assert_eq!(login.create(&cookie, &TASK, second(0)).await, Creating::Made);
    let mut tasks = bench.tasks().await;
    assert_eq!(tasks.len(), 1);
    tasks[0].as_object_mut().unwrap().remove("createdAt").unwrap();
    let wanted = json!({
        "id": 1, "type": "maintenance", "message": "Customer reports internet outage",
        "customerUsername": "customer123", "workerIds": [13, 15], "sendWhatsApp": true, "createdBy": "paydesk",
    });
    assert_eq!(tasks[0], wanted);
    assert_eq!(bench.logins().await, (1, 0));
}

#[tokio::test]
async fn every_way_to_log_in_makes_a_session_that_works() {
    for settings in [
        json!({ "loginAnswer": "redirect", "newCookieAtLogin": false }),
        json!({ "loginAnswer": "redirect", "newCookieAtLogin": true }),
        json!({ "loginAnswer": "page", "newCookieAtLogin": false }),
        json!({ "loginAnswer": "page", "newCookieAtLogin": true }),
    ] {
        let bench = bench().await;
        bench.settle(settings.clone()).await;
        let login = bench.instance();
        let cookie = login.session(second(0)).await.unwrap();
        assert_eq!(login.create(&cookie, &TASK, second(0)).await, Creating::Made, "{settings}");
        assert_eq!((bench.tasks().await.len(), bench.logins().await), (1, (1, 0)), "{settings}");
    }
}

#[tokio::test]
async fn an_instance_asks_for_a_session_once_and_others_find_it_in_the_table() {
    let bench = bench().await;
    let (one, other) = (bench.instance(), bench.instance());
    let cookie = one.session(second(0)).await.unwrap();
    assert_eq!(one.take_logins(), 1);
    bench.to_table.reset();
    for _ in 0..3 {
        assert_eq!(one.session(second(60)).await.unwrap(), cookie);
    }
    assert_eq!(bench.to_table.calls().len(), 0, "what is held is not asked for");
    for _ in 0..3 {
        assert_eq!(other.session(second(60)).await.unwrap(), cookie);
    }
    let asked: Vec<String> = bench.to_table.calls().iter().map(|call| call.operation()).collect();
    assert_eq!(asked, ["GetItem"]);
    assert_eq!((one.take_logins(), other.take_logins(), bench.logins().await), (0, 0, (1, 0)));
    let stored = format!("{:?}", bench.dynamodb.items(CHATS));
    assert!(stored.contains("sealed") && !stored.contains(cookie.expose()), "{stored}");
}

#[tokio::test]
async fn a_session_is_used_for_its_life_and_no_longer() {
    let bench = bench().await;
    let login = bench.instance();
    let life = 12 * 60 * 60;
    let first = login.session(second(0)).await.unwrap();
    assert_eq!(login.session(second(life - 60)).await.unwrap(), first);
    assert_eq!(bench.instance().session(second(life - 60)).await.unwrap(), first);
    assert_eq!(bench.logins().await, (1, 0));
    let next = login.session(second(life + 60)).await.unwrap();
    assert_ne!(next, first);
    assert_eq!(bench.logins().await, (2, 0));
}

#[tokio::test]
async fn operators_see_when_a_session_ends_and_can_forget_it() {
    let bench = bench().await;
    let login = bench.instance();
    let none = SessionStatus { expires_at: None, is_valid: false };
    assert_eq!(login.status(second(0)).await.unwrap(), none);
    let first = login.session(second(0)).await.unwrap();
    let status = login.status(second(10)).await.unwrap();
    assert!(status.is_valid && status.expires_at.unwrap() >= second(12 * 60 * 60), "{status:?}");
    let status = login.status(second(13 * 60 * 60)).await.unwrap();
    assert!(!status.is_valid && status.expires_at.is_some(), "{status:?}");
    login.forget().await.unwrap();
    assert_eq!(login.status(second(10)).await.unwrap(), none);
    assert_ne!(login.session(second(10)).await.unwrap(), first);
    assert_eq!(bench.logins().await, (2, 0));
}

#[tokio::test]
async fn a_rotated_password_logs_in_anew() {
    let bench = bench().await;
    bench.instance().session(second(0)).await.unwrap();
    let rotated = bench.instance_with("not the panel's");
    let error = rotated.session(second(1)).await.unwrap_err();
    assert!(
        error.to_string().starts_with("AUTH_HTTP_ERROR: the panel showed its login form again"),
        "{error}"
    );
    assert_eq!(bench.logins().await, (1, 1));
    assert_eq!(bench.tasks().await, [] as [Value; 0]);
}
