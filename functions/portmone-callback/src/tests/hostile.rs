//! Bodies that are proved and hostile: refused in their dialect, without a trace.

use serde_json::json;

use super::bench::{Bench, in_json, in_xml, result, with_body, with_document};

fn unreadable(what: &str) -> String {
    format!("the notice cannot be read: {what}")
}

/// Sends a raw document, and in a form, and wants both refused for this reason.
async fn check_refused(bench: &Bench, document: &str, what: &str) {
    let reason = unreadable(what);
    let direct = in_json(400, &json!({ "detail": reason, "status": "fail" }).to_string());
    let shown = &document[..document.len().min(60)];
    assert_eq!(bench.send(with_body(document)).await, direct, "{shown}");
    assert_eq!(bench.send(with_document(document)).await, result(400, 4, &reason), "{shown}");
}

#[tokio::test]
async fn a_document_with_a_doctype_is_refused_whatever_it_declares() {
    let bench = Bench::start().await;
    for doctype in [
        "<!DOCTYPE rsp>",
        "<!DOCTYPE rsp SYSTEM \"http://127.0.0.1/rsp.dtd\">",
        "<!DOCTYPE rsp [<!ENTITY file SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE rsp [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>",
    ] {
        let document = format!("{doctype}<rsp status=\"ok\"><bill id=\"523\"/></rsp>");
        check_refused(&bench, &document, "it has a DOCTYPE").await;
    }
    bench.check_untouched();
}

#[tokio::test]
async fn nesting_attributes_and_elements_without_end_are_refused() {
    let bench = Bench::start().await;
    let nested = format!("{}{}", "<a>".repeat(40_000), "</a>".repeat(40_000));
    check_refused(&bench, &nested, "it is nested too deeply").await;
    let attributes: String = (0..50_000).map(|number| format!(" a{number}=\"\"")).collect();
    let wide = format!("<rsp{attributes}/>");
    check_refused(&bench, &wide, "it has an element with too many attributes").await;
    let many = format!("<BILLS>{}</BILLS>", "<BILL/>".repeat(50_000));
    check_refused(&bench, &many, "it has too many elements").await;
    bench.check_untouched();
}

#[tokio::test]
async fn other_encodings_are_refused() {
    let bench = Bench::start().await;
    let document = "<rsp status=\"ok\"><bill id=\"523\"/></rsp>";
    let big: Vec<u8> = document.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let little: Vec<u8> = document.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&[0xff, 0xfe], &little[..]].concat();
    let latin = document.replace("523", "\u{e9}").chars().map(|letter| letter as u8).collect();
    for body in [big, little, marked, latin] {
        assert_eq!(bench.send(with_body(body)).await.status, 400);
    }
    bench.check_untouched();
}

#[tokio::test]
async fn a_document_that_is_cut_anywhere_is_refused() {
    let bench = Bench::start().await;
    let document = "<rsp status=\"ok\"><bill id=\"523\"><billId>523</billId></bill></rsp>";
    for length in 0..document.len() {
        let answer = bench.send(with_body(&document[..length])).await;
        assert_eq!(answer.status, 400, "{}", &document[..length]);
        let answer = bench.send(with_document(&document[..length])).await;
        assert_eq!(answer.status, 400, "{}", &document[..length]);
    }
    bench.check_untouched();
}

#[tokio::test]
async fn what_is_no_notice_is_refused_with_what_is_missing() {
    let bench = Bench::start().await;
    let form = "it is neither XML nor JSON nor a form with one field `data`";
    for body in ["payload=1", "data=%3CBILLS%2F%3E&data=%3CBILLS%2F%3E", "paid", "data"] {
        let expected = if body == "data" { unreadable("it is not XML") } else { unreadable(form) };
        let answer = bench.send(with_body(body)).await;
        assert_eq!((answer.status, answer.body.contains(&expected)), (400, true), "{body}: {answer:?}");
    }
    for (document, what) in [
        ("<PAYMENTS/>", "it is XML, but no BILLS, PAY_ORDERS or REQUESTS"),
        ("<BILLS/>", "it has no bills"),
        ("<BILLS><BILL><PAYED_AMOUNT>1.00</PAYED_AMOUNT></BILL></BILLS>", "it has a bill without a BILL_ID"),
        ("<BILLS><BILL><BILL_ID>1</BILL_ID></BILL></BILLS>", "it has a bill without a PAYED_AMOUNT"),
        (
            "<BILLS><BILL><BILL_ID>1</BILL_ID><PAYED_AMOUNT>1e2</PAYED_AMOUNT></BILL></BILLS>",
            "it has an amount that is none",
        ),
    ] {
        let answer = bench.send(with_document(document)).await;
        assert_eq!(answer, result(400, 4, &unreadable(what)), "{document}");
    }
    bench.check_untouched();
}

#[tokio::test]
async fn a_question_that_cannot_be_read_is_answered_as_questions_are() {
    let bench = Bench::start().await;
    let answer = bench.send(with_document("<REQUESTS><PAYEE>1001</PAYEE></REQUESTS>")).await;
    let reason = unreadable("it asks for no payer, or one without a number");
    let error = format!("<SYSTEM_ERROR><ERROR_CODE>2</ERROR_CODE><REASON>{reason}</REASON></SYSTEM_ERROR>");
    assert_eq!(answer, in_xml(400, &format!("<RESPONSE>{error}</RESPONSE>")));
    bench.check_untouched();
}
