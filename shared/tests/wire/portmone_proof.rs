//! What Portmone sends without being asked is proved before it is read, and answered in its own words.

use http::{HeaderMap, HeaderValue};
use shared::providers::portmone::callback::{
    CallbackError, Callbacks, Dialect, Fingerprint, Incoming, MAX_BODY_BYTES, Notice,
};
use shared::providers::portmone::reply::{Reply, acknowledged, nobody_owes, refused, send_again};

use crate::portmone_setup::{NOW, REQUESTS, RSP_OK, TOKEN, callbacks, form, incoming, read, with_tokens};
use crate::setup::at;

#[test]
fn a_notice_is_proved_by_its_token_before_it_is_read() {
    for tokens in
        [vec![], vec![""], vec!["portmone-webhook-toke"], vec!["Before"], vec![TOKEN, TOKEN], vec!["x"]]
    {
        let headers = with_tokens(&tokens);
        for body in [RSP_OK, "<rsp", ""] {
            assert_eq!(
                callbacks().open(&incoming(&headers, body.as_bytes())),
                Err(CallbackError::TokenInvalid),
                "{tokens:?}"
            );
        }
    }
    for token in [TOKEN, "before"] {
        assert!(callbacks().open(&incoming(&with_tokens(&[token]), RSP_OK.as_bytes())).is_ok());
    }
    let too_long = vec![b' '; MAX_BODY_BYTES + 1];
    assert_eq!(
        callbacks().open(&incoming(&with_tokens(&["x"]), &too_long)),
        Err(CallbackError::TokenInvalid)
    );
    assert_eq!(callbacks().open(&incoming(&with_tokens(&[TOKEN]), &too_long)), Err(CallbackError::TooLong));
    let long = format!("{RSP_OK}{}", " ".repeat(MAX_BODY_BYTES - RSP_OK.len()));
    assert!(read(&long).is_ok());
}

#[test]
fn whatever_is_configured_has_to_hold_and_nothing_configured_proves_nothing() {
    let certificate = |name: &str| {
        let key = rcgen::KeyPair::generate().unwrap();
        rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&key).unwrap().pem()
    };
    let (ours, foreign) = (certificate("portmone"), certificate("portmone"));
    let print = Fingerprint::of_pem(&ours).unwrap();
    let address = "195.10.20.30".parse().unwrap();
    let headers = with_tokens(&[TOKEN]);
    let all = Callbacks {
        source_addresses: vec![address],
        certificates: vec![Fingerprint::of_pem(&certificate("x")).unwrap(), print],
        ..callbacks()
    };
    let whole = Incoming {
        from: Some(address),
        client_certificate_pem: Some(&ours),
        ..incoming(&headers, RSP_OK.as_bytes())
    };
    assert!(all.open(&whole).is_ok());
    let none = HeaderMap::new();
    for (incoming, error) in [
        (Incoming { from: None, ..whole }, CallbackError::ForeignAddress),
        (Incoming { from: Some("195.10.20.31".parse().unwrap()), ..whole }, CallbackError::ForeignAddress),
        (Incoming { headers: &none, ..whole }, CallbackError::TokenInvalid),
        (Incoming { client_certificate_pem: None, ..whole }, CallbackError::CertificateInvalid),
        (Incoming { client_certificate_pem: Some(&foreign), ..whole }, CallbackError::CertificateInvalid),
        (Incoming { client_certificate_pem: Some("S33d"), ..whole }, CallbackError::CertificateInvalid),
    ] {
        assert_eq!(all.open(&incoming), Err(error));
    }
    let by_certificate = Callbacks { tokens: Vec::new(), source_addresses: Vec::new(), ..all.clone() };
    assert!(by_certificate.open(&Incoming { headers: &none, from: None, ..whole }).is_ok());
    for tokens in [vec![], vec!["".into()], vec![" ".into()]] {
        let by_nothing = Callbacks { tokens, certificates: Vec::new(), ..all.clone() };
        assert_eq!(by_nothing.open(&whole), Err(CallbackError::Disabled));
    }
    assert!(!format!("{all:?}").contains(TOKEN), "a secret in the log");
}

#[test]
fn a_fingerprint_reads_as_programs_write_it() {
    let plain = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    let print: Fingerprint = plain.parse().unwrap();
    let pairs: Vec<&str> =
        plain.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap()).collect();
    assert_eq!(pairs.join(":").to_uppercase().parse(), Ok(print));
    assert_eq!(print.to_string(), plain);
    for text in ["", "00", &plain[1..], &format!("{plain}00"), &plain.replace('a', "g")] {
        assert!(text.parse::<Fingerprint>().is_err(), "{text:?}");
    }
}

/// The body without what is white between its elements.
fn flat(document: &str) -> String {
    document.split('>').map(str::trim_start).collect::<Vec<_>>().join(">")
}

fn body(reply: &Reply) -> String {
    flat(&reply.body)
}

#[test]
fn each_dialect_is_answered_in_its_own_words() {
    let now = at("2025-11-21T08:00:00Z");
    let told = |reply: &Reply| (reply.status.as_u16(), reply.content_type, body(reply));
    let ok = flat(&include_str!("../fixtures/portmone/result_ok.xml").replace("<TRN_ID>123456</TRN_ID>", ""));
    let (xml, json) = ("text/xml; charset=utf-8", "application/json");
    for (dialect, kind, expected) in [
        (Dialect::Direct, json, "{\"status\":\"ok\"}".to_owned()),
        (Dialect::Biller, xml, ok),
        (
            Dialect::Gateway,
            json,
            "{\"errorCode\":\"0\",\"reason\":\"OK\",\"responseId\":\"1763712000\"}".to_owned(),
        ),
    ] {
        assert_eq!(told(&acknowledged(dialect, now)), (200, kind, expected.trim().to_owned()), "{dialect:?}");
    }
    assert_eq!(
        include_str!("../fixtures/portmone/gateway_notice_reply.json").trim(),
        acknowledged(Dialect::Gateway, now).body
    );
    let error = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><RESULT><ERROR_CODE>4</ERROR_CODE><REASON>Technical error</REASON></RESULT>";
    let system = flat(include_str!("../fixtures/portmone/response_system_error.xml"));
    for (dialect, kind, expected) in [
        (Dialect::Direct, json, "{\"detail\":\"Technical error\",\"status\":\"fail\"}"),
        (Dialect::Biller, xml, error),
        (Dialect::Requests, xml, system.trim()),
        (
            Dialect::Gateway,
            json,
            "{\"errorCode\":\"4\",\"reason\":\"Technical error\",\"responseId\":\"1763712000\"}",
        ),
    ] {
        assert_eq!(told(&send_again(dialect, now)), (503, kind, expected.to_owned()), "{dialect:?}");
    }
}

#[test]
fn who_is_asked_about_is_not_known() {
    let Ok(Notice::Requests { payers, .. }) = read(&form(REQUESTS)) else { panic!() };
    let reply = nobody_owes("10<01", &payers[..1]);
    assert_eq!((reply.status.as_u16(), reply.content_type), (200, "text/xml; charset=utf-8"));
    assert_eq!(
        body(&reply),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><RESPONSE><REJECTS><PAYEE>10&lt;01</PAYEE><REJECT><PAYER>\
         <CONTRACT_NUMBER>08967563</CONTRACT_NUMBER></PAYER><ERROR_CODE>1</ERROR_CODE>\
         <ERROR_MESSAGE>Payer not found</ERROR_MESSAGE></REJECT></REJECTS></RESPONSE>"
    );
    let official = flat(include_str!("../fixtures/portmone/response.xml"));
    let shape = |document: &str| {
        document
            .split('<')
            .map(|tag| tag.split('>').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let (_, rejects) = official.split_once("<REJECTS>").unwrap();
    assert_eq!(shape(body(&reply).split_once("<REJECTS>").unwrap().1), shape(rejects.trim()));
}

#[test]
fn a_refusal_is_worded_as_the_notice_calls_itself_and_has_a_status_of_its_own() {
    let now = at(NOW);
    let suggested = |kind: &'static str| {
        Dialect::suggested_by(
            &[(http::header::CONTENT_TYPE, HeaderValue::from_static(kind))].into_iter().collect(),
        )
    };
    assert_eq!(suggested("application/x-www-form-urlencoded; charset=utf-8"), Dialect::Biller);
    assert_eq!(suggested("Application/JSON"), Dialect::Gateway);
    assert_eq!(
        (suggested("text/xml"), Dialect::suggested_by(&HeaderMap::new())),
        (Dialect::Direct, Dialect::Direct)
    );
    for (error, status) in [
        (CallbackError::Disabled, 503),
        (CallbackError::ForeignAddress, 403),
        (CallbackError::TokenInvalid, 401),
        (CallbackError::CertificateInvalid, 401),
        (CallbackError::TooLong, 413),
    ] {
        let reply = refused(error, Dialect::Biller, now);
        assert_eq!(
            (reply.status.as_u16(), reply.content_type),
            (status, "text/xml; charset=utf-8"),
            "{error}"
        );
        assert!(reply.body.contains("<ERROR_CODE>4</ERROR_CODE>"), "{}", reply.body);
        let reply = refused(error, Dialect::Gateway, now);
        assert!(reply.body.starts_with("{\"errorCode\":\"4\","), "{}", reply.body);
    }
    let unreadable = CallbackError::Unreadable { dialect: Dialect::Requests, what: "it asks <for> no payee" };
    let reply = refused(unreadable, Dialect::Gateway, now);
    assert_eq!(reply.status.as_u16(), 400);
    assert!(
        reply.body.contains("<SYSTEM_ERROR>") && reply.body.contains("asks &lt;for&gt; no"),
        "{}",
        reply.body
    );
}
