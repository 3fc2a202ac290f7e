//! The switch's methods: balances that move, the sign that is inverted, and payments that are found again.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use serde_json::{Value, json};
use support::sippy::{Biller, DONE, account, balance, change, debit, delay, fault, pair, value, values};
use support::{control, start};

#[tokio::test]
async fn debits_take_and_credits_give_and_each_is_a_payment() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    let notes = "SMSBILL 65f0c1 R&amp;D &lt;247 messages&gt; – Київ";
    assert_eq!(biller.debit("3", "12.35", "USD", notes).await, DONE);
    let credit = [("i_account", "<i4>3</i4>"), ("amount", "<int>25</int>"), ("currency", "USD")];
    assert_eq!(biller.call("accountCredit", &credit).await, DONE, "an int and an untyped string");
    let funds = [
        ("i_account", "<int>3</int>"),
        ("amount", "<double>0.010</double>"),
        ("currency", "<string>USD</string>"),
        ("payment_notes", "<nil/>"),
        ("payment_time", "<string>09:57:29.000 GMT Wed Nov 18 2009</string>"),
    ];
    assert_eq!(biller.call("accountAddFunds", &funds).await, DONE);
    let shown = account(&running, 3).await;
    assert_eq!((&shown["balance"], &shown["username"]), (&json!(100.31), &json!("acme")));
    let payments: Vec<Value> = shown["payments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["iPayment"], one["kind"], one["amount"], one["notes"], one["visible"]]))
        .collect();
    let expected = [
        json!([991, "debit", 12.35, "SMSBILL 65f0c1 R&D <247 messages> – Київ", true]),
        json!([992, "credit", 25, null, true]),
        json!([993, "add_funds", 0.01, null, true]),
    ];
    assert_eq!(payments, expected);
    assert_eq!(shown["payments"][2]["paymentTime"], "2009-11-18T09:57:29Z");
}

#[tokio::test]
async fn what_is_wrong_with_a_debit_is_a_fault_and_nothing_is_booked() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    let good = debit("3", "12.35", "USD", "SMSBILL 1");
    let cases = [
        ("i_account", None, 400, "i_account is required"),
        ("amount", None, 400, "amount is required"),
        ("currency", None, 400, "currency is required"),
        ("i_account", Some("<int>7</int>"), 404, "Account not found"),
        ("i_account", Some("<string>3</string>"), 400, "i_account must be an int"),
        ("amount", Some("<double>0.0</double>"), 400, "amount must be a double above 0"),
        ("amount", Some("<double>-1.0</double>"), 400, "amount must be a double above 0"),
        ("amount", Some("<int>0</int>"), 400, "amount must be a double above 0"),
        ("amount", Some("<double>1.005</double>"), 400, "amount must be a double above 0"),
        ("amount", Some("<string>1.00</string>"), 400, "amount must be a double above 0"),
        ("amount", Some("<double>1e1</double>"), 400, "no plain decimal"),
        ("currency", Some("EUR"), 400, "Currency EUR is not the account's, which is USD"),
        ("currency", Some("usd"), 400, "three capital letters"),
        ("payment_time", Some("2026-11-21T02:00:07Z"), 400, "payment_time must be a date like"),
        ("i_customer", Some("<int>1</int>"), 400, "unknown parameter i_customer"),
    ];
    for (name, typed, code, words) in cases {
        let mut members: Vec<(&str, &str)> = good.iter().map(pair).filter(|one| one.0 != name).collect();
        members.extend(typed.map(|typed| (name, typed)));
        let (told, said) = fault(&biller.call("accountDebit", &members).await);
        assert!(told == code && said.contains(words), "{name} {typed:?}: {told} {said}");
    }
    let request = biller.request("<!DOCTYPE m><methodCall/>".to_owned());
    let answer = biller.send(request).await;
    assert_eq!((answer.status, fault(&answer.body)), (200, (400, "a document type is not taken".to_owned())));
    let unknown = biller.call("makePayment", &[]).await;
    assert_eq!(fault(&unknown), (400, "unknown method makePayment".to_owned()));
    assert_eq!(balance(&running, 3).await, (json!(87.65), 0));
}

#[tokio::test]
async fn a_debit_below_the_limit_is_refused_where_the_account_says_so() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    assert_eq!(biller.debit("4", "7.00", "USD", "n").await, DONE, "after a reset it is not looked at");
    change(&running, 4, json!({ "balance": 5, "creditLimit": 2.5, "allowNegative": false })).await;
    let refused = biller.debit("4", "7.51", "USD", "n").await;
    assert_eq!(fault(&refused), (403, "Insufficient funds".to_owned()));
    assert_eq!(biller.debit("4", "7.50", "USD", "n").await, DONE);
    let refused = biller.debit("4", "0.01", "USD", "n").await;
    assert_eq!(fault(&refused).0, 403);
    assert_eq!(balance(&running, 4).await, (json!(-2.5), 2));
    let info = biller.call("getAccountInfo", &[("i_account", "<int>4</int>")]).await;
    let told = (value(&info, "balance"), value(&info, "credit_limit"));
    assert_eq!(told, ("<double>2.5</double>".to_owned(), "<double>2.5</double>".to_owned()), "owes 2.5");
}

#[tokio::test]
async fn nothing_moves_on_a_blocked_account() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    change(&running, 5, json!({ "blocked": true })).await;
    for method in ["accountDebit", "accountCredit", "accountAddFunds"] {
        let members = debit("5", "1.00", "EUR", "n");
        let refused = biller.call(method, &members.each_ref().map(pair)).await;
        assert_eq!(fault(&refused), (403, "Account is blocked".to_owned()), "{method}");
    }
    assert_eq!(balance(&running, 5).await, (json!(250), 0));
    let info = biller.call("getAccountInfo", &[("username", "umbrella")]).await;
    assert_eq!(value(&info, "blocked"), "<int>1</int>");
}

#[tokio::test]
async fn one_account_is_told_with_the_sign_inverted_and_the_list_is_not() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    let info = biller.call("getAccountInfo", &[("i_account", "<int>3</int>")]).await;
    for (name, typed) in [
        ("i_account", "<int>3</int>"),
        ("username", "<string>acme</string>"),
        ("balance", "<double>-87.65</double>"),
        ("credit_limit", "<double>0.0</double>"),
        ("base_currency", "<string>USD</string>"),
        ("payment_currency", "<string>USD</string>"),
        ("blocked", "<int>0</int>"),
        ("i_commission_agent", "<nil/>"),
    ] {
        assert_eq!(value(&info, name), typed, "{name}");
    }
    assert_eq!(values(&info, "result"), Vec::<String>::new(), "flat");
    assert_eq!(biller.call("getAccountInfo", &[("username", "acme")]).await, info);
    for members in [vec![], vec![("i_account", "<int>3</int>"), ("username", "acme")]] {
        assert_eq!(fault(&biller.call("getAccountInfo", &members).await).0, 400);
    }
    assert_eq!(fault(&biller.call("getAccountInfo", &[("username", "nobody")]).await).0, 404);

    let all = biller.call("listAccounts", &[]).await;
    assert_eq!(value(&all, "result"), "<string>OK</string>");
    let balances: Vec<String> =
        ["87.65", "5.0", "250.0", "1000.0"].map(|n| format!("<double>{n}</double>")).into();
    assert_eq!(values(&all, "balance"), balances);
    assert_eq!(values(&all, "blocked"), ["<boolean>0</boolean>"; 4]);
    let page = [("offset", "<int>1</int>"), ("limit", "<int>2</int>")];
    assert_eq!(
        values(&biller.call("listAccounts", &page).await, "i_account"),
        ["<int>4</int>", "<int>5</int>"]
    );
    assert_eq!(fault(&biller.call("listAccounts", &[("limit", "<int>0</int>")]).await).0, 400);
}

/// The notes of the payments that are listed, without their tags.
async fn listed(biller: &mut Biller, members: &[(&str, &str)]) -> Vec<String> {
    let list = biller.call("getPaymentsList", members).await;
    assert_eq!(value(&list, "result"), "<string>OK</string>");
    let notes = values(&list, "notes").into_iter();
    notes.map(|typed| typed.replace("<string>", "").replace("</string>", "")).collect()
}

#[tokio::test]
async fn payments_are_found_by_account_type_and_time_in_pages() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    for (hour, notes) in [("01", "one"), ("03", "three"), ("02", "two")] {
        let time = format!("<string>{hour}:00:00.000 GMT Sat Nov 21 2026</string>");
        let mut members: Vec<(&str, String)> = debit("3", "1.5", "USD", notes).into();
        members.push(("payment_time", time));
        let members: Vec<(&str, &str)> =
            members.iter().map(|(name, typed)| (*name, typed.as_str())).collect();
        assert_eq!(biller.call("accountDebit", &members).await, DONE);
    }
    let credit = debit("3", "5", "USD", "credit");
    biller.call("accountCredit", &credit.each_ref().map(pair)).await;
    biller.debit("5", "5", "EUR", "other").await;
    let (account, debits) = (("i_account", "<int>3</int>"), ("type", "<string>debit</string>"));
    assert_eq!(listed(&mut biller, &[account, debits]).await, ["three", "two", "one"], "newest first");
    assert_eq!(listed(&mut biller, &[account, ("type", "credit")]).await, ["credit"]);
    let times = [
        account,
        ("start_date", "01:00:00.000 GMT Sat Nov 21 2026"),
        ("end_date", "03:00:00.000 GMT Sat Nov 21 2026"),
    ];
    assert_eq!(listed(&mut biller, &times).await, ["two", "one"], "with the start, without the end");
    let page = [account, debits, ("offset", "<int>1</int>"), ("limit", "<int>1</int>")];
    assert_eq!(listed(&mut biller, &page).await, ["two"]);
    assert_eq!(listed(&mut biller, &[]).await.len(), 5, "of all accounts");
    assert_eq!(listed(&mut biller, &[("i_customer", "<int>1</int>")]).await.len(), 0);

    let list = biller.call("getPaymentsList", &page).await;
    for (name, typed) in [
        ("i_payment", "<int>993</int>"),
        ("payment_time", "<string>02:00:00.000 GMT Sat Nov 21 2026</string>"),
        ("amount", "<double>1.5</double>"),
        ("currency", "<string>USD</string>"),
        ("tx_id", "<nil/>"),
        ("tx_result", "<int>1</int>"),
        ("i_customer", "<nil/>"),
        ("by_voucher", "<boolean>0</boolean>"),
    ] {
        assert_eq!(value(&list, name), typed, "{name}");
    }
    let bad = [
        (vec![("type", "refund")], 400),
        (vec![("start_date", "2026-11-21")], 400),
        (vec![("offset", "<int>-1</int>")], 400),
        (vec![("limit", "<int>0</int>")], 400),
        (vec![account, ("i_customer", "<int>1</int>")], 400),
        (vec![("i_wholesaler", "<int>1</int>")], 400),
        (vec![("i_customer", "<int>2</int>")], 404),
        (vec![("i_account", "<int>99</int>")], 404),
    ];
    for (members, code) in bad {
        assert_eq!(fault(&biller.call("getPaymentsList", &members).await).0, code, "{members:?}");
    }
}

#[tokio::test]
async fn no_more_than_a_hundred_payments_are_listed_at_once() {
    let running = start().await;
    control(&running, "PUT", "/_control/sippy/settings/nonce", json!({ "uses": 1_000 })).await;
    let mut biller = Biller::of(&running).await;
    for number in 0..105 {
        biller.debit("3", "0.01", "USD", &format!("n{number}")).await;
    }
    assert_eq!(listed(&mut biller, &[]).await.len(), 50, "where nothing is asked for");
    assert_eq!(listed(&mut biller, &[("limit", "<int>1000</int>")]).await.len(), 100);
    let rest = listed(&mut biller, &[("limit", "<int>1000</int>"), ("offset", "<int>100</int>")]).await;
    assert_eq!(rest, ["n4", "n3", "n2", "n1", "n0"]);
    assert_eq!(listed(&mut biller, &[("offset", "<int>105</int>")]).await.len(), 0);
}

#[tokio::test]
async fn one_payment_is_told_to_who_names_its_account() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    biller.debit("3", "12.35", "USD", "SMSBILL 1").await;
    let number = ("i_payment", "<int>991</int>");
    let told = biller.call("getPaymentInfo", &[number, ("i_account", "<int>3</int>")]).await;
    let facts = ["result", "notes", "amount", "currency"].map(|name| value(&told, name));
    assert_eq!(
        facts,
        [
            "<string>OK</string>",
            "<string>SMSBILL 1</string>",
            "<double>12.35</double>",
            "<string>USD</string>"
        ]
    );
    for (members, code) in [
        (vec![number], 400),
        (vec![("i_account", "<int>3</int>")], 400),
        (vec![number, ("i_account", "<int>4</int>")], 404),
        (vec![number, ("i_customer", "<int>1</int>")], 404),
    ] {
        assert_eq!(fault(&biller.call("getPaymentInfo", &members).await).0, code, "{members:?}");
    }
}

#[tokio::test]
async fn a_payment_is_shown_after_its_delay_although_it_is_booked_at_once() {
    let running = start().await;
    let mut biller = Biller::of(&running).await;
    delay(&running, 60_000).await;
    assert_eq!(biller.debit("3", "12.35", "USD", "SMSBILL 1").await, DONE);
    assert_eq!(balance(&running, 3).await, (json!(75.3), 1));
    assert_eq!(account(&running, 3).await["payments"][0]["visible"], false);
    let number = [("i_payment", "<int>991</int>"), ("i_account", "<int>3</int>")];
    assert_eq!(listed(&mut biller, &[]).await.len(), 0);
    assert_eq!(fault(&biller.call("getPaymentInfo", &number).await).0, 404);
    control(&running, "POST", "/_control/clock", json!({ "advanceSeconds": 60 })).await;
    assert_eq!(listed(&mut biller, &[]).await, ["SMSBILL 1"]);
    value(&biller.call("getPaymentInfo", &number).await, "i_payment");
    delay(&running, 3_600_000).await;
    assert_eq!(listed(&mut biller, &[]).await.len(), 0, "what is booked already too");
    control(&running, "PUT", "/_control/sippy/settings/visibility", json!({ "negativeDebits": true })).await;
    let list = biller.call("getPaymentsList", &[]).await;
    assert_eq!(value(&list, "amount"), "<double>-12.35</double>", "the real one's sign is not known");
}
