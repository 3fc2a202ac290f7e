//! The ISP API's words. It has no documentation; its fields were read off an older bot that asks it.

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FoundCustomer, FoundWorker, IspCredentials};
use crate::domain::support_task::draft::Username;

/// Longest token taken, in bytes: what fits into a header anywhere.
const MAX_TOKEN_BYTES: usize = 4096;

/// What logs in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Account<'a> {
    user_name: &'a str,
    password: &'a str,
}

impl<'a> Account<'a> {
    pub(super) fn of(credentials: &'a IspCredentials) -> Self {
        let (username, password) = (&credentials.username, &credentials.password);
        Self { user_name: username.expose_secret(), password: password.expose_secret() }
    }
}

/// The few of some fifty fields that are read. Numbers may come as text, and the other way round.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct UserRow {
    user_name: Value,
    first_name: Value,
    last_name: Value,
    mobile: Value,
    phone: Value,
}

#[derive(Debug, Deserialize)]
struct WorkerRow {
    id: Value,
    #[serde(default)]
    name: Value,
}

/// The token of a login: a JSON Web Token, and nothing else.
pub(super) fn token(body: &[u8]) -> Option<&str> {
    let token = std::str::from_utf8(body).ok()?.trim().trim_matches('"');
    let is_coded = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte))
    };
    let parts: Vec<&str> = token.split('.').collect();
    (token.len() <= MAX_TOKEN_BYTES && parts.len() == 3 && parts.into_iter().all(is_coded)).then_some(token)
}

/// Who is in an answer: one object, a list of them, or nobody. And how many of them cannot be used. None
/// when it is something else.
pub(super) fn customers(answer: Value) -> Option<(Vec<FoundCustomer>, usize)> {
    let rows = match answer {
        Value::Array(rows) => rows,
        Value::Object(_) => vec![answer],
        Value::Null => Vec::new(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    Some(usable(rows, customer))
}

/// The workers in an answer, and how many of them cannot be used. None when it is no list.
pub(super) fn workers(answer: Value) -> Option<(Vec<FoundWorker>, usize)> {
    let Value::Array(rows) = answer else { return None };
    Some(usable(rows, worker))
}

fn usable<T>(rows: Vec<Value>, read: impl Fn(Value) -> Option<T>) -> (Vec<T>, usize) {
    let count = rows.len();
    let read: Vec<T> = rows.into_iter().filter_map(read).collect();
    let unusable = count.saturating_sub(read.len());
    (read, unusable)
}

fn customer(row: Value) -> Option<FoundCustomer> {
    let row: UserRow = serde_json::from_value(row).ok()?;
    let username: Username = text(&row.user_name)?.parse().ok()?;
    let parts: Vec<String> = [&row.first_name, &row.last_name].into_iter().filter_map(text).collect();
    let name = if parts.is_empty() { username.as_str().to_owned() } else { parts.join(" ") };
    let mobile = text(&row.mobile).or_else(|| text(&row.phone));
    Some(FoundCustomer { username: username.as_str().to_owned(), name, mobile })
}

fn worker(row: Value) -> Option<FoundWorker> {
    let row: WorkerRow = serde_json::from_value(row).ok()?;
    let id = text(&row.id)?.parse().ok()?;
    Some(FoundWorker { id, name: text(&row.name).unwrap_or_default() })
}

/// What there is to read in a field; none when there is nothing.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_three_parts_and_nothing_else() {
        for body in ["eyJh.eyJz.c2ln-_=", " eyJh.eyJz.c2ln\n", "\"eyJh.eyJz.c2ln\""] {
            assert!(
                token(body.as_bytes()).is_some_and(|token| token.starts_with("eyJh.eyJz.c2ln")),
                "{body}"
            );
        }
        let long = format!("a.b.{}", "c".repeat(MAX_TOKEN_BYTES));
        for body in
            ["", "eyJh.eyJz", "a..c", "a.b.c.d", "a.b.c d", "<html>a.b.c", "{\"token\":\"a.b.c\"}", &long]
        {
            assert_eq!(token(body.as_bytes()), None, "{body}");
        }
        assert_eq!(token(b"\xff.b.c"), None);
    }

    #[test]
    fn an_answer_holds_one_several_or_nobody() {
        let row = |name: &str| json!({ "userName": name });
        for (answer, names) in [
            (row("one"), vec!["one"]),
            (json!([row("one"), row("two")]), vec!["one", "two"]),
            (json!([]), vec![]),
            (Value::Null, vec![]),
        ] {
            let (found, unusable) = customers(answer).unwrap();
            assert_eq!(found.iter().map(|one| one.username.as_str()).collect::<Vec<_>>(), names);
            assert_eq!(unusable, 0);
        }
        for answer in [json!("one"), json!(1), json!(true)] {
            assert_eq!(customers(answer), None);
        }
    }

    #[test]
    fn a_customer_has_the_name_and_the_number_that_there_are() {
        for (row, name, mobile) in [
            (
                json!({ "firstName": " Nadia ", "lastName": "Haddad", "mobile": "70123456" }),
                "Nadia Haddad",
                Some("70123456"),
            ),
            (
                json!({ "firstName": "Nadia", "lastName": "", "mobile": null, "phone": 1123456 }),
                "Nadia",
                Some("1123456"),
            ),
            (json!({ "firstName": null, "lastName": [], "mobile": " " }), "nadia", None),
            (json!({}), "nadia", None),
        ] {
            let mut row = row;
            row["userName"] = json!("nadia");
            let wanted = FoundCustomer {
                username: "nadia".to_owned(),
                name: name.to_owned(),
                mobile: mobile.map(str::to_owned),
            };
            assert_eq!(customers(row), Some((vec![wanted], 0)));
        }
    }

    #[test]
    fn who_cannot_be_named_in_the_panel_is_left_out_and_counted() {
        let rows = json!([
            { "userName": "a b" }, { "userName": "<b>" }, { "userName": "" }, { "userName": null }, {}, 7, null,
            { "userName": 1234 }, { "userName": "ok_1.x" },
        ]);
        let (found, unusable) = customers(rows).unwrap();
        let names: Vec<&str> = found.iter().map(|one| one.username.as_str()).collect();
        assert_eq!((names, unusable), (vec!["1234", "ok_1.x"], 7));
    }

    #[test]
    fn workers_have_numbers() {
        let rows = json!([
            { "id": 13, "name": "Sami Nassar" }, { "id": "15", "name": null }, { "id": -1, "name": "x" },
            { "id": 4_294_967_296_u64 }, { "name": "x" }, "x",
        ]);
        let wanted = vec![
            FoundWorker { id: 13, name: "Sami Nassar".to_owned() },
            FoundWorker { id: 15, name: String::new() },
        ];
        assert_eq!(workers(rows), Some((wanted, 4)));
        for answer in [json!({}), json!("x"), Value::Null] {
            assert_eq!(workers(answer), None);
        }
    }
}
