//! The roles of the deployed functions are enforced: one permission less, and the function fails - safely.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use e2e::stack::Stack;
use serde_json::{Value, json};

/// The policy of `infra/permissions.yaml` that is changed.
const POLICY: &str = "invoices";

async fn put_policy(stack: &Stack, role: &str, document: &Value) {
    let document = document.to_string();
    let parameters = [("RoleName", role), ("PolicyName", POLICY), ("PolicyDocument", document.as_str())];
    stack.iam("PutRolePolicy", &parameters).await.unwrap();
}

/// The policy as it is deployed.
async fn policy(stack: &Stack, role: &str) -> Value {
    let answer = stack.iam("GetRolePolicy", &[("RoleName", role), ("PolicyName", POLICY)]).await.unwrap();
    let (_, rest) = answer.split_once("<PolicyDocument>").unwrap();
    let (encoded, _) = rest.split_once("</PolicyDocument>").unwrap();
    let url = reqwest::Url::parse(&format!("http://127.0.0.1/?document={}", encoded.replace("&amp;", "&")))
        .unwrap();
    let document = url.query_pairs().next().unwrap().1.into_owned();
    serde_json::from_str(&document).unwrap()
}

fn without(policy: &Value, action: &str) -> Value {
    let mut less = policy.clone();
    let actions = less["Statement"][0]["Action"].as_array_mut().unwrap();
    let before = actions.len();
    actions.retain(|allowed| allowed != action);
    assert_eq!(actions.len() + 1, before, "{action} is not in {policy}");
    less
}

#[tokio::test]
async fn without_its_permission_to_write_the_callback_asks_for_redelivery_and_with_it_settles() {
    let stack = Stack::alone().unwrap();
    let open = stack.open_payment("BCA_VA").await.unwrap();
    let deployed = stack.configuration("tripay-callback").await.unwrap();
    let role = deployed["Role"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let whole = policy(&stack, &role).await;

    put_policy(&stack, &role, &without(&whole, "dynamodb:PutItem")).await;
    // Nothing may panic before the permission is back.
    let refused = stack.tripay(&open.reference, "pay", &json!({})).await;
    let meanwhile = stack.evidence(&open.invoice).await;
    put_policy(&stack, &role, &whole).await;

    let refused = refused.unwrap();
    assert_eq!(refused["deliveries"][0]["status"], 503, "{refused}");
    assert_eq!(refused["deliveries"][0]["accepted"], false);
    let meanwhile = meanwhile.unwrap();
    assert_eq!((&meanwhile["state"], &meanwhile["reports"]), (&json!("PENDING"), &json!([])));

    let again = stack.tripay(&open.reference, "pay", &json!({})).await.unwrap();
    assert_eq!(again["deliveries"][0]["accepted"], true, "{again}");
    assert_eq!(stack.invoice(&open.invoice).await.unwrap()["state"], "PAID");
    stack.order_becomes(&open.order, "PAID").await.unwrap();
}

#[tokio::test]
async fn a_function_reaches_no_table_and_no_secret_but_its_own() {
    let stack = Stack::open().unwrap();
    for (folder, foreign) in [
        (
            "tripay-callback",
            ["IdempotencyKeys", "/api-", "/internal-", "sqs:", "dynamodb:DeleteItem"].as_slice(),
        ),
        ("event-relay", ["IdempotencyKeys", "secretsmanager:", "dynamodb:PutItem"].as_slice()),
        ("order-updater", ["dynamodb:", "/tripay-", "/api-"].as_slice()),
        ("reconciler", ["IdempotencyKeys", "/api-", "/internal-"].as_slice()),
    ] {
        let deployed = stack.configuration(folder).await.unwrap();
        let role = deployed["Role"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let names = stack.iam("ListRolePolicies", &[("RoleName", &role)]).await.unwrap();
        let policies: Vec<&str> =
            names.split("<member>").skip(1).filter_map(|part| part.split("</member>").next()).collect();
        assert!(!policies.is_empty(), "{names}");
        for name in policies {
            let document =
                stack.iam("GetRolePolicy", &[("RoleName", &role), ("PolicyName", name)]).await.unwrap();
            let document = document.replace("%3A", ":").replace("%2F", "/").replace("%2A", "*");
            assert!(!document.contains("dynamodb:*") && !document.contains("\"*:*\""), "{folder} {name}");
            for word in foreign {
                assert!(!document.contains(word), "{folder}'s policy {name} has {word}");
            }
        }
    }
}
