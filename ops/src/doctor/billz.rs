//! Billz: does it let us in, and does it know the shop and the cash box that are set?

use shared::providers::billz::BillzCredentials;

use super::finding::Finding;
use super::functions::Functions;
use crate::billz::company::{Company, Door, Listed, Shut, advice, words};
use crate::deployment::Deployment;

const CHECK: &str = "billz";

/// Logs in, and looks for what is set among what Billz shows. At nothing where no function uses Billz.
pub async fn check(
    deployment: &Deployment,
    functions: &Functions,
    credentials: Option<BillzCredentials>,
) -> Vec<Finding> {
    if !functions.has("billz-consumer") {
        return Vec::new();
    }
    let Some(base_url) = functions.setting("BILLZ_BASE_URL") else {
        return vec![Finding::ok(CHECK, "off: BillzBaseUrl is empty, jobs wait in their queues")];
    };
    let Some(credentials) = credentials else { return Vec::new() };
    if !credentials.are_complete() {
        return vec![Finding::failed(
            CHECK,
            "Billz has an address, but the secret `billz` is empty: jobs wait in their queues",
            "make an integration key in Billz, and put it into the secret as secretToken",
        )];
    }
    match Door::find(deployment, functions, base_url, credentials).await {
        Ok(door) => judge(functions, door.look().await),
        Err(error) => vec![Finding::failed(CHECK, format!("{error:#}"), "mend the parameters Billz…")],
    }
}

fn judge(functions: &Functions, seen: Result<Company, Shut>) -> Vec<Finding> {
    let company = match seen {
        Ok(company) => company,
        Err(shut) => return vec![Finding::failed(CHECK, shut.words(), shut.advice())],
    };
    let payment_types = match &company.payment_types {
        Ok(types) => Finding::ok(CHECK, format!("lets us in, shows {} payment types", types.len())),
        Err(error) => Finding::warning(CHECK, format!("payment types: {}", words(error)), advice(error)),
    };
    vec![
        payment_types,
        judge_choice(functions, "billz shop", ("BILLZ_SHOP_ID", "BillzShopId"), &company.shops),
        judge_choice(
            functions,
            "billz cash box",
            ("BILLZ_CASHBOX_ID", "BillzCashboxId"),
            &company.cash_boxes,
        ),
    ]
}

/// Whether what is set is in the list.
fn judge_choice(
    functions: &Functions,
    check: &str,
    (setting, parameter): (&str, &str),
    listed: &Listed,
) -> Finding {
    let rows = match listed {
        Ok(rows) => rows,
        Err(error) => return Finding::failed(check, words(error), advice(error)),
    };
    let fix =
        format!("`ops billz check` lists them; set the parameter {parameter} in samconfig.toml and deploy");
    let Some(chosen) = functions.setting(setting) else {
        return Finding::failed(check, format!("{setting} is not set: jobs wait in their queues"), fix);
    };
    match rows.iter().find(|(id, _)| id == chosen) {
        Some((_, name)) => Finding::ok(check, name.as_str()),
        None => Finding::failed(check, format!("Billz shows none with the id {chosen}"), fix),
    }
}

#[cfg(test)]
mod tests {
    use sandbox::billz::{CASHBOX_ID, SECRET_TOKEN, SHOP_ID};

    use super::super::finding::Level;
    use super::*;
    use crate::billz::tests::{billz, fault, functions, key};
    use crate::dlq::tests::bench::Bench;

    #[tokio::test]
    async fn a_billz_that_lets_us_in_and_knows_what_is_set_is_well() {
        let (bench, (_sandbox, url)) = (Bench::start().await, billz().await);
        let set = |shop, cash_box| {
            let url = url.as_str();
            functions(&[("BILLZ_BASE_URL", url), ("BILLZ_SHOP_ID", shop), ("BILLZ_CASHBOX_ID", cash_box)])
        };
        let found = check(&bench.deployment, &set(SHOP_ID, CASHBOX_ID), Some(key(SECRET_TOKEN))).await;
        let well = [
            Finding::ok(CHECK, "lets us in, shows 2 payment types"),
            Finding::ok("billz shop", "Main Store"),
            Finding::ok("billz cash box", "Cashbox 1"),
        ];
        assert_eq!(found, well);
        let found = check(&bench.deployment, &set(CASHBOX_ID, ""), Some(key(SECRET_TOKEN))).await;
        assert!(found[1].found.contains("shows none with the id"), "{found:?}");
        assert!(found[1].fix.as_ref().unwrap().contains("BillzShopId"), "{found:?}");
        assert!(found[2].found.contains("BILLZ_CASHBOX_ID is not set"), "{found:?}");
    }

    #[tokio::test]
    async fn a_billz_that_lets_nobody_in_is_one_finding() {
        let (bench, (sandbox, url)) = (Bench::start().await, billz().await);
        let functions = functions(&[("BILLZ_BASE_URL", url.as_str())]);
        let found = check(&bench.deployment, &functions, Some(key("another-key"))).await;
        assert_eq!((found.len(), found[0].level), (1, Level::Failed));
        assert!(found[0].found.contains("does not accept the integration key"), "{found:?}");
        let found = check(&bench.deployment, &functions, Some(key(""))).await;
        assert!(found[0].found.contains("the secret `billz` is empty"), "{found:?}");
        fault(&sandbox, "list_shops", "server_error").await;
        let found = check(&bench.deployment, &functions, Some(key(SECRET_TOKEN))).await;
        assert_eq!(found.iter().map(|one| one.level).collect::<Vec<_>>()[..2], [Level::Ok, Level::Failed]);
    }

    #[tokio::test]
    async fn a_billz_that_is_off_is_a_choice() {
        let bench = Bench::start().await;
        let found = check(&bench.deployment, &functions(&[]), Some(key(SECRET_TOKEN))).await;
        assert_eq!(found, [Finding::ok(CHECK, "off: BillzBaseUrl is empty, jobs wait in their queues")]);
        assert_eq!(check(&bench.deployment, &Functions::default(), None).await, []);
    }
}
