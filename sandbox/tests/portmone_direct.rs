//! PortmoneDirect: bills that are made and paid, in both versions, languages and every shape of answer.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use serde_json::{Value, json};
use support::reseller::{Reseller, bill, counts, fail, made_and_paid, read, settings, shown, state};
use support::{control, http, start};

#[tokio::test]
async fn a_bill_is_made_and_then_paid_once() {
    let running = start().await;
    let reseller = Reseller::of(&running);
    let created = reseller.call("bills.create", &bill("380991234567")).await;
    let expected = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rsp status=\"ok\">\n  <bill id=\"523\">\n    \
                    <billId>523</billId>\n    <payee id=\"2065\">Київстар</payee>\n    \
                    <contractNumber>380991234567</contractNumber>\n    <amount>1.00</amount>\n    \
                    <currency>UAH</currency>\n    <status>created</status>\n  </bill>\n</rsp>\n";
    assert_eq!(created, expected);
    let bill = shown(&running, "523").await;
    assert_eq!(
        [&bill["state"], &bill["payments"], &bill["paidAt"], &bill["amount"], &bill["comment"]],
        [&json!("created"), &json!(0), &Value::Null, &json!(1), &json!("Top-up for receipt <7>")],
        "money moves when it is paid"
    );
    let paid = reseller.pay("523", "1.00").await;
    assert!(paid.contains("<bill id=\"523\">\n    <billId>523</billId>\n    <payee id=\"2065\">"), "{paid}");
    assert!(paid.contains("<paidAmount>1.00</paidAmount>\n    <payDate>"), "{paid}");
    assert!(paid.contains("</payDate>\n    <status>paid</status>"), "{paid}");
    let day = paid.split("<payDate>").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!((day.len(), &day[2..3], &day[5..6], &day[13..14]), (19, ".", ".", ":"), "{day}");
    let (code, text, long) = fail(&reseller.pay("523", "1.00").await);
    assert_eq!((code.as_str(), text.as_str()), ("p006", "Bill is already paid"));
    assert_eq!(long.as_deref(), Some("The bill 523 was paid before"));
    assert_eq!(state(&running, "523").await, ("paid".to_owned(), json!(1)));
    assert_eq!(counts(&running).await, made_and_paid(1, 1));
}

#[tokio::test]
async fn equal_creates_make_two_bills_and_what_is_optional_may_be_left_out() {
    let running = start().await;
    let reseller = Reseller::of(&running);
    let least = [("payeeId", "100000"), ("contractNumber", "4444333322221111")];
    let first = reseller.call("bills.create", &least).await;
    assert!(first.contains("<bill id=\"523\">") && !first.contains("<amount>"), "{first}");
    assert!(first.contains("<payee id=\"100000\">Світло &amp; Тепло</payee>"), "{first}");
    assert!(reseller.call("bills.create", &least).await.contains("<bill id=\"524\">"));
    assert!(reseller.pay("524", "7").await.contains("<paidAmount>7.00</paidAmount>"), "any amount");
    assert_eq!(state(&running, "523").await, ("created".to_owned(), json!(0)));
    let all = control(&running, "GET", "/_control/portmone/bills", Value::Null).await;
    let ids: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!((ids, &all["items"][1]["amount"]), (vec![&json!("523"), &json!("524")], &json!(7)));
}

#[tokio::test]
async fn version_1_has_no_description_and_no_language() {
    let running = start().await;
    let mut reseller = Reseller::of(&running);
    let names = async |reseller: &Reseller, lang: &str| {
        let parameters = [("lang", lang)];
        let told = reseller.call("payers.getPayersList", &parameters[..usize::from(!lang.is_empty())]).await;
        told.split("<payee id=\"2065\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    for (lang, name) in [("", "Київстар"), ("uk", "Київстар"), ("ru", "Киевстар"), ("en", "Kyivstar")]
    {
        assert_eq!(names(&reseller, lang).await, name, "{lang}");
    }
    let list = reseller.call("payers.getPayersList", &[("lang", "en")]).await;
    assert!(
        list.contains("<payees>\n    <payee id=\"2065\">Kyivstar</payee>\n    <payee id=\"2066\">"),
        "{list}"
    );
    let (code, _, long) = fail(&reseller.call("payers.getPayersList", &[("lang", "de")]).await);
    assert_eq!((code.as_str(), long.as_deref()), ("p003", Some("lang must be uk, ru or en, not de")));
    let long = "The method named in the request is not known to the service";
    let expected = ("p001".to_owned(), "Invalid method name".to_owned(), Some(long.to_owned()));
    assert_eq!(fail(&reseller.call("bills.list", &[]).await), expected);

    for version in [None, Some("1")] {
        reseller.version = version;
        assert_eq!(names(&reseller, "en").await, "Київстар", "{version:?}");
        assert_eq!(names(&reseller, "de").await, "Київстар", "{version:?}: not looked at");
        let document = reseller.call("bills.list", &[]).await;
        let expected = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rsp status=\"fail\">\n  \
                        <error code=\"p001\">Invalid method name</error>\n</rsp>\n";
        assert_eq!(document, expected, "{version:?}");
    }
    reseller.version = Some("3");
    assert_eq!(fail(&reseller.call("payers.getPayersList", &[]).await).0, "p003");

    reseller.version = Some("2");
    settings(&running, json!({ "fallback": true })).await;
    assert_eq!(fail(&reseller.call("bills.list", &[]).await).2, None, "the fallback to version 1");
    assert_eq!(names(&reseller, "en").await, "Київстар");
    settings(&running, json!({ "fallback": false })).await;
    assert_eq!(names(&reseller, "en").await, "Kyivstar");
}

#[tokio::test]
async fn the_number_of_a_bill_stands_where_the_shape_says() {
    let running = start().await;
    let reseller = Reseller::of(&running);
    settings(&running, json!({ "shape": "attribute" })).await;
    let created = reseller.call("bills.create", &bill("380991234567")).await;
    let expected = "<rsp status=\"ok\">\n  <bill id=\"523\">\n    <payee id=\"2065\">Київстар</payee>\n  </bill>\n</rsp>";
    assert!(created.contains(expected), "{created}");
    let paid = reseller.pay("523", "1.00").await;
    assert!(paid.contains("<bill id=\"523\">") && !paid.contains("billId"), "{paid}");
    settings(&running, json!({ "shape": "element" })).await;
    let created = reseller.call("bills.create", &bill("380991234567")).await;
    let expected = "<bill>\n    <billId>524</billId>\n    <payee id=\"2065\">Київстар</payee>\n    \
                    <contractNumber>380991234567</contractNumber>\n    <amount>1.00</amount>\n    \
                    <currency>UAH</currency>\n  </bill>";
    assert!(created.contains(expected), "{created}");
    let paid = reseller.pay("524", "1.00").await;
    assert!(paid.contains("<bill>\n    <billId>524</billId>"), "{paid}");
    assert_eq!(counts(&running).await, made_and_paid(2, 2));
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_refused_and_nothing_is_done() {
    let running = start().await;
    let reseller = Reseller::of(&running);
    let good = bill("380991234567");
    for (name, value, code) in [
        ("payeeId", None, "p003"),
        ("payeeId", Some("2068"), "p004"),
        ("contractNumber", None, "p003"),
        ("contractNumber", Some("+380991234567"), "p009"),
        ("contractNumber", Some("0991234567"), "p009"),
        ("amount", Some("0.00"), "p003"),
        ("amount", Some("1,00"), "p003"),
        ("amount", Some("-1.00"), "p003"),
        ("currency", Some("USD"), "p003"),
        ("receipt", Some("7"), "p003"),
        ("lang", Some("fr"), "p003"),
    ] {
        let mut parameters: Vec<(&str, &str)> = good.into_iter().filter(|one| one.0 != name).collect();
        parameters.extend(value.map(|value| (name, value)));
        let refused = fail(&reseller.call("bills.create", &parameters).await);
        assert_eq!(refused.0, code, "{name} {value:?}: {refused:?}");
    }
    let mut twice = good.to_vec();
    twice.push(("amount", "1.00"));
    assert_eq!(fail(&reseller.call("bills.create", &twice).await).2.as_deref(), Some("amount comes twice"));
    assert_eq!(counts(&running).await, made_and_paid(0, 0));

    let id = reseller.create("380991234567").await;
    for (bill, amount, code) in
        [("999", "1.00", "p005"), (&id, "1.01", "p007"), ("x", "1.00", "p005"), ("0523", "1.00", "p005")]
    {
        assert_eq!(fail(&reseller.pay(bill, amount).await).0, code, "{bill} {amount}");
    }
    assert_eq!(fail(&reseller.call("bills.pay", &[("billId", &id)]).await).0, "p003");
    control(&running, "PUT", &format!("/_control/portmone/bills/{id}"), json!({ "state": "rejected" })).await;
    assert_eq!(fail(&reseller.pay(&id, "1.00").await).0, "p008");
    assert_eq!((counts(&running).await, state(&running, &id).await.1), (made_and_paid(1, 0), json!(0)));
}

#[tokio::test]
async fn only_a_form_in_the_body_of_a_post_is_taken_and_only_from_the_reseller() {
    let running = start().await;
    let reseller = Reseller::of(&running);
    let form = [("login", "x"), ("password", "y"), ("method", "payers.getPayersList"), ("version", "2")];
    let wrong = ("p002".to_owned(), "Invalid login or password".to_owned());
    for form in [&form[..], &form[1..], &form[2..]] {
        let (code, text, long) = fail(&read(http().post(&reseller.url).form(form)).await);
        assert_eq!(((code, text), long.is_some()), (wrong.clone(), true));
    }
    let unknown = http().post(&reseller.url).form(&[("method", "bills.list")]);
    assert_eq!(fail(&read(unknown).await).0, "p002", "a stranger learns nothing of methods");

    let query = reseller.request("payers.getPayersList", &[]).query(&[("lang", "en")]);
    let (code, _, long) = fail(&read(query).await);
    assert_eq!(
        (code.as_str(), long.as_deref()),
        ("p003", Some("The parameters must be in the body, not in the URL"))
    );
    let json = reseller.http.post(&reseller.url).json(&json!({ "method": "payers.getPayersList" }));
    assert_eq!(fail(&read(json).await).0, "p003");
    let get = http().get(&reseller.url).query(&form).send().await.unwrap();
    assert_eq!(get.status(), 405);
    assert_eq!(fail(&get.text().await.unwrap()).0, "p003");
    let elsewhere = http().post(format!("{}/portmone/api/directcash", running.url())).send().await.unwrap();
    assert_eq!(elsewhere.status(), 404, "the slash at the end is part of the path");
}

#[tokio::test]
async fn some_contract_numbers_make_trouble() {
    let running = start().await;
    let reseller = Reseller::of(&running);
    assert_eq!(fail(&reseller.call("bills.create", &bill("380990000001")).await).0, "p008");
    let declined = reseller.create("380970000002").await;
    let expected =
        ("p008".to_owned(), "Declined".to_owned(), Some("The operator declined the top-up".to_owned()));
    assert_eq!(fail(&reseller.pay(&declined, "1.00").await), expected);
    assert_eq!(state(&running, &declined).await, ("created".to_owned(), json!(0)));

    let broken = reseller.call("bills.create", &bill("380990000003")).await;
    assert!(broken.contains("<billId>524</billId>") && !broken.contains("</bill>"), "{broken}");
    assert!(reseller.pay("524", "1.00").await.contains("</rsp>"), "only its create breaks off");
    let breaks = reseller.create("380990000004").await;
    let broken = reseller.pay(&breaks, "1.00").await;
    assert!(broken.contains("<status>paid</status>") && !broken.contains("</bill>"), "{broken}");
    assert_eq!(state(&running, &breaks).await, ("paid".to_owned(), json!(1)));

    let hangs = reseller.create("380990000005").await;
    let pay = reseller.request("bills.pay", &[("billId", &hangs), ("amount", "1.00")]);
    let short = pay.timeout(std::time::Duration::from_millis(200)).send().await;
    assert!(short.unwrap_err().is_timeout());
    assert_eq!(state(&running, &hangs).await, ("paid".to_owned(), json!(1)), "it is paid all the same");
}
