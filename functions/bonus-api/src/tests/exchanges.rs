//! `GET /api/admin/portmone/exchanges`: what was said, by receipt, bonus, bill and chat.

use sandbox::testbed::rest::trigger::Trigger;
use serde_json::{Value, json};
use shared::domain::bonus::Standing;
use shared::domain::bonus::driving::Next;
use shared::domain::bonus::exchange::Method;
use shared::domain::bonus::hearing::Confirmation;
use shared::domain::bonus::report::{BillReport, ReportSource, ReportedOutcome};

use super::bench::{Bench, Earned, RECEIPT, ago, later};
use super::happenings as h;

fn list(query: &str) -> Trigger {
    Trigger::of("exchanges").query(query)
}

fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().unwrap()
}

/// A bill is asked for and made, then Portmone reports that it is paid; of the sample's bonus.
async fn story(bench: &Bench, earned: Earned) {
    bench
        .bonus(earned, |bonus| {
            let call = h::begin_bill(bonus);
            bonus.ask(&call, Method::CreateBill, "method=bills.create&password=***".to_owned());
        })
        .await;
    let answered = later(earned.at, 1);
    bench
        .happens(earned.receipt, |bonus| {
            let Standing::MakingBill(call) = bonus.standing.clone() else { panic!("{bonus:?}") };
            let request = "method=bills.create&password=***".to_owned();
            h::make_bill(bonus, &call);
            bonus.answered(&call, Method::CreateBill, request, "<rsp status=\"ok\"/>".to_owned(), answered);
        })
        .await;
    bench
        .happens(earned.receipt, |bonus| {
            let Next::Pay(call) = h::next(bonus, answered) else { panic!("{bonus:?}") };
            bonus.ask(&call, Method::PayBill, "method=bills.pay&password=***".to_owned());
        })
        .await;
    bench
        .happens(earned.receipt, |bonus| {
            let report = BillReport {
                outcome: ReportedOutcome::Paid,
                amount: None,
                payee: None,
                recipient: None,
                source: ReportSource::Direct,
                received_at: later(earned.at, 5),
                words: "<rsp status=\"ok\"><bill id=\"523\"/></rsp>".to_owned(),
            };
            bonus.hear(&report, Confirmation::NotAsked, later(earned.at, 6));
        })
        .await;
}

#[tokio::test]
async fn what_was_said_is_found_by_receipt_bonus_bill_and_chat() {
    let bench = Bench::start().await;
    let at = ago(600);
    story(&bench, Earned { receipt: RECEIPT, user: "user-1", chat: 4242, at }).await;
    story(&bench, Earned { receipt: "other", user: "user-1", chat: 4242, at: later(at, 100) }).await;
    story(&bench, Earned { receipt: "foreign", user: "user-2", chat: 7, at: later(at, 200) }).await;
    let one = |number: u32, method: &str, seconds: i64, request: &str| {
        json!({ "receiptId": RECEIPT, "bonusId": RECEIPT, "number": number, "billId": "523", "telegramId": 4242,
            "method": method, "at": later(at, seconds).to_string(), "request": request, "answer": null, "answeredAt": null })
    };
    let mut create = one(1, "bills.create", 0, "method=bills.create&password=***");
    create["answer"] = json!("<rsp status=\"ok\"/>");
    create["answeredAt"] = json!(later(at, 1).to_string());
    let expected = json!([
        one(3, "report", 5, "<rsp status=\"ok\"><bill id=\"523\"/></rsp>"),
        one(2, "bills.pay", 1, "method=bills.pay&password=***"),
        create,
    ]);
    for case in ["exchanges", "exchanges-of-bonus", "exchanges-of-bill"] {
        let page = bench.send(&Trigger::of(case)).await.ok(200);
        assert_eq!(page, json!({ "items": expected, "nextCursor": null }), "{case}");
    }
    let of_chat = bench.send(&Trigger::of("exchanges-of-chat")).await.ok(200);
    let receipts: Vec<&Value> = items(&of_chat).iter().map(|item| &item["receiptId"]).collect();
    assert_eq!(receipts, ["other", "other", "other", RECEIPT, RECEIPT, RECEIPT]);
    for query in ["receiptId=unknown", "billId=999", "telegramId=1", "telegramId=-1004242"] {
        let page = bench.send(&list(query)).await.ok(200);
        assert_eq!(page, json!({ "items": [], "nextCursor": null }), "{query}");
    }
}

#[tokio::test]
async fn pages_hold_every_exchange_once() {
    let bench = Bench::start().await;
    for (place, receipt) in (0_i64..).zip([RECEIPT, "second", "third"]) {
        story(&bench, Earned { receipt, user: "user-1", chat: 4242, at: ago(600 - 20 * place) }).await;
    }
    let whole = bench.send(&Trigger::of("exchanges-of-chat")).await.ok(200);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bench.send(&list(&format!("telegramId=4242&limit=2{cursor}"))).await.ok(200);
        seen.extend(items(&page).iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
        for other in ["telegramId=4243", "receiptId=4242", "billId=4242"] {
            bench.send(&list(&format!("{other}{cursor}"))).await.problem(422, "invalid_cursor");
        }
    }
    assert_eq!((seen.len(), &seen), (9, items(&whole)));
}

#[tokio::test]
async fn it_is_exactly_one_whose_exchanges_are_wanted() {
    let bench = Bench::start().await;
    bench.send(&Trigger::of("exchanges-of-nobody")).await.problem(422, "invalid_parameter");
    for query in [
        "limit=5",
        "receiptId=a&bonusId=a",
        "receiptId=a&billId=5",
        "billId=5&telegramId=4",
        "bonusId=a&telegramId=4",
        "receiptId=a&bonusId=a&billId=5&telegramId=4",
        "receiptId=",
        "bonusId=a%20b",
        "billId=%3Cb%3E",
        "telegramId=x",
        "telegramId=",
        "receiptId=a&limit=0",
        "receiptId=a&page=1",
    ] {
        bench.send(&list(query)).await.problem(422, "invalid_parameter");
    }
    let refused = bench.send(&Trigger::of("exchanges-of-nobody")).await;
    let detail = "exactly one of receiptId, bonusId, billId and telegramId says whose exchanges";
    assert_eq!(refused.body["detail"], detail);
    assert_eq!(bench.wire.calls().len(), 0);
}
