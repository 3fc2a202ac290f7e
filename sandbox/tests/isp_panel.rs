//! The ISP's panel, at the wire: its log-in, its sessions, and the tasks made in it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use sandbox::isp_panel::PASSWORD;
use serde_json::{Value, json};
use support::panel::{Browser, TASK, logins, settle, tasks};
use support::{control, start};

#[tokio::test]
async fn a_log_in_takes_a_cookie_first_and_a_password_then() {
    let running = start().await;
    let browser = Browser::of(&running);
    let form = browser.get("index.php", None).await;
    assert!(form.is_login_form() && form.body.contains("name=\"username\""), "{form:?}");
    let (pair, rest) = form.cookie.as_deref().unwrap().split_once(';').unwrap();
    assert!(pair.starts_with("PHPSESSID=") && pair.len() == 36, "{pair}");
    assert_eq!(rest, " path=/; HttpOnly");
    let again = browser.get("index.php", Some(pair)).await;
    assert!(again.is_login_form() && again.cookie.is_none(), "a session that is known keeps its cookie");

    let entered = browser.enter(Some(pair)).await;
    let location = entered.location.as_deref();
    assert_eq!((entered.status, location, &entered.cookie), (302, Some("home.php"), &None));
    for page in ["home.php", "index.php"] {
        let home = browser.get(page, Some(&format!("lang=en; {pair}"))).await;
        assert!(home.status == 200 && home.body.contains("Dashboard") && !home.is_login_form(), "{home:?}");
    }
    assert_eq!(logins(&running, "isp-panel").await, (1, 0));
}

#[tokio::test]
async fn a_wrong_password_gets_the_form_again_and_lets_nobody_in() {
    let running = start().await;
    let browser = Browser::of(&running);
    let pair = browser.get("index.php", None).await.pair();
    let wrong = [
        "username=paydesk&password=wrong".to_owned(),
        format!("username=somebody&password={PASSWORD}"),
        format!("username=paydesk&password={PASSWORD}&password="),
        String::new(),
    ];
    for body in &wrong {
        let form = browser.post("index.php", Some(&pair), body).await;
        assert!(form.is_login_form() && form.body.contains("Wrong username or password"), "{form:?}");
    }
    let unread = browser.request(reqwest::Method::POST, "index.php", Some(&pair));
    let unread = unread.json(&json!({ "username": "paydesk", "password": PASSWORD }));
    assert!(browser.send(unread).await.is_login_form(), "PHP reads forms");
    assert_eq!(logins(&running, "isp-panel").await, (0, 5));
    assert!(browser.post("create_task.php", Some(&pair), TASK).await.is_login_form());
    assert_eq!(tasks(&running).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_log_in_may_answer_with_a_page_and_with_a_new_cookie() {
    let running = start().await;
    let browser = Browser::of(&running);
    settle(&running, json!({ "loginAnswer": "page", "newCookieAtLogin": true })).await;
    let first = browser.get("index.php", None).await.pair();
    let entered = browser.enter(Some(&first)).await;
    assert!(entered.status == 200 && entered.body.contains("Dashboard"), "{entered:?}");
    let second = entered.pair();
    assert_ne!(second, first);
    assert!(browser.post("create_task.php", Some(&first), TASK).await.is_login_form(), "the old one is dead");
    assert!(!browser.post("create_task.php", Some(&second), TASK).await.is_login_form());
    assert_eq!(tasks(&running).await.len(), 1);
}

#[tokio::test]
async fn a_site_may_give_its_cookie_only_at_the_log_in() {
    let running = start().await;
    let browser = Browser::of(&running);
    settle(&running, json!({ "cookieAtFirstVisit": false })).await;
    let form = browser.get("index.php", None).await;
    assert!(form.is_login_form() && form.cookie.is_none(), "{form:?}");
    let made_up = "PHPSESSID=made-up";
    let entered = browser.enter(Some(made_up)).await;
    assert_ne!(entered.pair(), made_up, "an id that nobody gave out is not taken");
    assert_eq!(browser.get("home.php", Some(&entered.pair())).await.status, 200);
    let page = browser.get("home.php", Some(made_up)).await;
    assert_eq!((page.status, page.location.as_deref()), (302, Some("index.php")));
}

#[tokio::test]
async fn a_task_appears_once_with_all_its_fields() {
    let running = start().await;
    let browser = Browser::of(&running);
    let cookie = browser.log_in().await;
    let made = browser.post("create_task.php", Some(&cookie), TASK).await;
    assert!(made.status == 200 && made.body.contains("Task created successfully"), "{made:?}");
    let made = tasks(&running).await;
    assert_eq!(made.len(), 1);
    let mut task = made[0].clone();
    let created_at = task.as_object_mut().unwrap().remove("createdAt").unwrap();
    assert!(created_at.as_str().unwrap().ends_with('Z'), "{created_at}");
    let expected = json!({
        "id": 1, "type": "maintenance", "message": "Customer reports internet outage",
        "customerUsername": "customer123", "workerIds": [13, 15], "sendWhatsApp": true, "createdBy": "paydesk",
    });
    assert_eq!(task, expected);
    assert_eq!(control(&running, "GET", "/_control/isp-panel/tasks/1", Value::Null).await, made[0]);

    let plain_brackets = "type=uninstall&message=%3Cb%3E%D8%A3+%26+%F0%9F%94%A7%0A2&customer_username=toko_maju\
                          &worker_ids[]=41&send_whatsapp=0&extra=1";
    assert_eq!(browser.post("create_task.php", Some(&cookie), plain_brackets).await.status, 200);
    let second = control(&running, "GET", "/_control/isp-panel/tasks/2", Value::Null).await;
    let shown = (&second["type"], &second["message"], &second["workerIds"], &second["sendWhatsApp"]);
    assert_eq!(shown, (&json!("uninstall"), &json!("<b>أ & 🔧\n2"), &json!([41]), &json!(false)));
    for page in [browser.get("tasks.php", Some(&cookie)).await, browser.get("", None).await] {
        assert_eq!(page.status, 200);
        let body = &page.body;
        assert!(body.contains("&lt;b&gt;أ &amp; 🔧") && !body.contains("<b>أ"), "{body}");
        assert!(
            body.contains("13 Sami Nassar, 15 Rima Aoun") && body.contains("41 Night shift &lt;"),
            "{body}"
        );
        assert!(body.contains("<code>customer123</code> Nadia Haddad"), "{body}");
    }
}

#[tokio::test]
async fn a_task_that_does_not_fit_is_refused_and_not_made() {
    let running = start().await;
    let browser = Browser::of(&running);
    let cookie = browser.log_in().await;
    let cases = [
        (TASK.replace("type=maintenance&", ""), "Missing required fields: type"),
        (TASK.replace("maintenance", "upgrade"), "Unknown type: upgrade"),
        (TASK.replace("Customer+reports+internet+outage", "+"), "Missing required fields: message"),
        (TASK.replace("customer_username=customer123&", ""), "Missing required fields: customer_username"),
        (TASK.replace("customer123", "nobody%3Cb%3E"), "Unknown customer: nobody&lt;b&gt;"),
        (TASK.replace("%5B%5D", ""), "Missing required fields: worker_ids"),
        (TASK.replace("=15", "=16"), "Unknown worker: 16"),
        (TASK.replace("=15", "=x"), "Unknown worker: x"),
        (TASK.replace("&send_whatsapp=1", ""), "Missing required fields: send_whatsapp"),
        (TASK.replace("send_whatsapp=1", "send_whatsapp=true"), "send_whatsapp must be 0 or 1"),
    ];
    for (body, words) in cases {
        let page = browser.post("create_task.php", Some(&cookie), &body).await;
        assert_eq!(page.status, 400, "{body}: {page:?}");
        assert!(page.body.contains(words) && page.body.starts_with("<!DOCTYPE html>"), "{body}: {page:?}");
    }
    let unread = browser.request(reqwest::Method::POST, "create_task.php", Some(&cookie)).body(TASK);
    assert_eq!(browser.send(unread).await.status, 400, "a body that is no form is read as an empty one");
    assert_eq!(tasks(&running).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_task_that_was_made_may_be_answered_with_a_redirect() {
    let running = start().await;
    let browser = Browser::of(&running);
    settle(&running, json!({ "successAnswer": "redirect_tasks" })).await;
    let cookie = browser.log_in().await;
    let made = browser.post("create_task.php", Some(&cookie), TASK).await;
    assert_eq!((made.status, made.location.as_deref()), (302, Some("tasks.php")));
    assert_eq!(tasks(&running).await.len(), 1);
}

#[tokio::test]
async fn a_session_that_ended_shows_as_it_was_set() {
    let running = start().await;
    let browser = Browser::of(&running);
    let cases = [
        ("login_page", 200, None),
        ("redirect", 302, Some("index.php")),
        ("401", 401, None),
        ("403", 403, None),
    ];
    for (answer, status, location) in cases {
        settle(&running, json!({ "expiredAnswer": answer })).await;
        let cookie = browser.log_in().await;
        assert_eq!(browser.post("create_task.php", Some(&cookie), TASK).await.status, 200, "{answer}");
        let ended = control(&running, "POST", "/_control/isp-panel/sessions/expire", Value::Null).await;
        assert_eq!(ended, json!({ "expired": 1 }));
        let before = tasks(&running).await.len();
        for cookie in [Some(cookie.as_str()), Some("PHPSESSID="), None] {
            let page = browser.post("create_task.php", cookie, TASK).await;
            assert_eq!((page.status, page.location.as_deref()), (status, location), "{answer}");
            assert_eq!(page.is_login_form(), answer == "login_page", "{page:?}");
        }
        assert_eq!(tasks(&running).await.len(), before, "{answer}: nobody is logged in, nothing is made");
        let again = browser.log_in().await;
        assert_eq!(browser.post("create_task.php", Some(&again), TASK).await.status, 200, "{answer}");
        control(&running, "POST", "/_control/isp-panel/sessions/expire", Value::Null).await;
    }
    assert_eq!(logins(&running, "isp-panel").await, (8, 0));
}

#[tokio::test]
async fn a_site_may_answer_403_for_ever() {
    let running = start().await;
    let browser = Browser::of(&running);
    settle(&running, json!({ "expiredAnswer": "403_forever" })).await;
    for _ in 0..2 {
        let cookie = browser.log_in().await;
        assert_eq!(browser.get("home.php", Some(&cookie)).await.status, 200, "the log-in itself is well");
        assert_eq!(browser.post("create_task.php", Some(&cookie), TASK).await.status, 403);
    }
    assert_eq!((logins(&running, "isp-panel").await, tasks(&running).await.len()), ((2, 0), 0));
}

#[tokio::test]
async fn a_session_lasts_a_day_or_as_long_as_it_was_set() {
    let running = start().await;
    let browser = Browser::of(&running);
    let cookie = browser.log_in().await;
    let later = async |seconds: i64| {
        control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": seconds })).await;
        browser.post("create_task.php", Some(&cookie), TASK).await.is_login_form()
    };
    assert!(!later(86_000).await && later(400).await);
    settle(&running, json!({ "lifeSeconds": 60 })).await;
    let cookie = browser.log_in().await;
    assert_eq!(browser.get("home.php", Some(&cookie)).await.status, 200);
    control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": 60 })).await;
    assert_eq!(browser.get("home.php", Some(&cookie)).await.status, 302);
}

#[tokio::test]
async fn a_person_can_make_a_task_in_the_site_and_other_pages_are_not_there() {
    let running = start().await;
    let browser = Browser::of(&running);
    for page in ["home.php", "tasks.php", "create_task.php"] {
        let page = browser.get(page, None).await;
        assert_eq!((page.status, page.location.as_deref()), (302, Some("index.php")));
    }
    let cookie = browser.log_in().await;
    let form = browser.get("create_task.php", Some(&cookie)).await.body;
    assert!(form.contains("name=\"worker_ids[]\" value=\"13\"") && form.contains("value=\"customer123\""));
    assert!(form.contains("&lt;Cabang 2&gt;") && !form.contains("<Cabang"), "{form}");
    let missing = browser.get("admin.php", Some(&cookie)).await;
    assert!(missing.status == 404 && missing.body.starts_with("<!DOCTYPE html>"), "{missing:?}");
    let delete = browser.request(reqwest::Method::DELETE, "index.php", Some(&cookie));
    assert_eq!(browser.send(delete).await.status, 405);
    let overview = browser.get("", None).await.body;
    assert!(
        overview.contains("1 log-ins, 0 refused") && overview.contains("Siobhán O&#39;Brien"),
        "{overview}"
    );
    let front = support::http().get(running.url()).send().await.unwrap().text().await.unwrap();
    assert!(front.contains("href=\"/isp-panel/\""), "{front}");
}
