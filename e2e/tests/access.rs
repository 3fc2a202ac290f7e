//! Who may see and do what, asked from outside.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use e2e::answer::Answer;
use e2e::stack::Stack;
use http::Method;
use serde_json::json;

/// `{"alg":"none"}` and `{"sub":"user-1","exp":4102444800}`, with no signature.
const ALG_NONE: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyLTEiLCJleHAiOjQxMDI0NDQ4MDB9.";

#[tokio::test]
async fn an_invoice_of_another_user_is_not_there() {
    let stack = Stack::open().unwrap();
    let open = stack.open_payment("BCA_VA").await.unwrap();
    let path = format!("/api/v1/billing/invoices/{}", open.invoice);
    let other = &stack.file.tokens.other_user;
    let channel = json!({ "channel": "BCA_VA" });
    let seen = stack.get(&path, other).await.unwrap();
    assert_eq!((seen.status.as_u16(), seen.code()), (404, "not_found"));
    let never = stack.get("/api/v1/billing/invoices/INV-20261121-00000000", other).await.unwrap();
    assert_eq!((never.status, never.code()), (seen.status, seen.code()), "the two must look alike");
    assert_eq!(stack.post(&format!("{path}/pay"), other, &channel).await.unwrap().status.as_u16(), 404);
    assert_eq!(stack.post(&format!("{path}/cancel"), other, &json!({})).await.unwrap().status.as_u16(), 404);
    let wish = json!({ "orderId": open.order });
    assert_eq!(stack.post("/api/v1/billing/invoices", other, &wish).await.unwrap().status.as_u16(), 404);
    let list = stack.get("/api/v1/billing/invoices?limit=100", other).await.unwrap().ok().unwrap();
    assert!(list["items"].as_array().unwrap().iter().all(|item| item["userId"] == "user-2"), "{list}");
}

#[tokio::test]
async fn whoever_is_not_proved_gets_401_and_whoever_is_no_admin_403() {
    let stack = Stack::open().unwrap();
    let path = "/api/v1/billing/invoices";
    let user = &stack.file.tokens.user;
    let (signed, signature) = user.rsplit_once('.').unwrap();
    let turned: String = signature.chars().rev().collect();
    for token in ["", "not-a-token", ALG_NONE, &format!("{signed}.{turned}"), &format!("{signed}.")] {
        let answer = stack.get(path, token).await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.code()), (401, "unauthenticated"), "{token}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert!(!answer.body["correlationId"].as_str().unwrap().is_empty());
    }
    let nobody = Answer::to(stack.request(Method::GET, path)).await.unwrap();
    assert_eq!(nobody.status.as_u16(), 401);
    assert_eq!(stack.get("/api/admin/invoices", user).await.unwrap().status.as_u16(), 403);

    let internal = |key: &str| {
        Answer::to(
            stack.request(Method::GET, "/internal/billing/transactions").header("x-internal-api-key", key),
        )
    };
    assert_eq!(internal(&stack.file.internal_api_key).await.unwrap().status.as_u16(), 200);
    assert_eq!(internal("another-key").await.unwrap().status.as_u16(), 401);
}

#[tokio::test]
async fn unknown_fields_and_values_are_refused() {
    let stack = Stack::open().unwrap();
    let user = &stack.file.tokens.user;
    let order = stack.new_order("user-1").await.unwrap();
    let with_amount = json!({ "orderId": order, "amount": 1 });
    assert_eq!(
        stack.post("/api/v1/billing/invoices", user, &with_amount).await.unwrap().status.as_u16(),
        422
    );
    let id = stack.create_invoice(&order).await.unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/billing/invoices/{id}/pay");
    for body in [json!({ "channel": "BCA_VA", "amount": 1 }), json!({ "channel": "GOPAY" }), json!({})] {
        assert_eq!(stack.post(&path, user, &body).await.unwrap().status.as_u16(), 422, "{body}");
    }
    for query in ["limit=0", "limit=101", "page=2"] {
        let answer = stack.get(&format!("/api/v1/billing/invoices?{query}"), user).await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.code()), (422, "invalid_parameter"), "{query}");
    }
}

#[tokio::test]
async fn cursors_lead_on_and_cannot_be_forged_or_borrowed() {
    let stack = Stack::open().unwrap();
    let user = &stack.file.tokens.user;
    let mut made = Vec::new();
    for _ in 0..3 {
        let order = stack.new_order("user-1").await.unwrap();
        made.push(stack.create_invoice(&order).await.unwrap()["id"].clone());
    }
    let page = async |cursor: &str, token: &str| {
        stack.get(&format!("/api/v1/billing/invoices?limit=2&cursor={cursor}"), token).await.unwrap()
    };
    let first = stack.get("/api/v1/billing/invoices?limit=2", user).await.unwrap().ok().unwrap();
    let cursor = first["nextCursor"].as_str().unwrap().to_owned();
    let second = page(&cursor, user).await.ok().unwrap();
    let seen: Vec<_> = [&first, &second].iter().flat_map(|page| page["items"].as_array().unwrap()).collect();
    assert!(seen.len() >= 3);
    for (index, item) in seen.iter().enumerate() {
        assert!(!seen[..index].iter().any(|before| before["id"] == item["id"]), "{} comes twice", item["id"]);
    }
    let borrowed = page(&cursor, &stack.file.tokens.other_user).await;
    assert_eq!((borrowed.status.as_u16(), borrowed.code()), (422, "invalid_cursor"));
    let middle = cursor.len() / 2;
    let other = if &cursor[middle..=middle] == "A" { "B" } else { "A" };
    let forged = format!("{}{other}{}", &cursor[..middle], &cursor[middle + 1..]);
    assert_eq!(page(&forged, user).await.code(), "invalid_cursor");
    assert_eq!(page("AAAA", user).await.code(), "invalid_cursor");
}
