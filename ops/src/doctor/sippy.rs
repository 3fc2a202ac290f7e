//! The Sippy switch: does it let us in?

use shared::providers::sippy::SippyCredentials;

use super::finding::Finding;
use super::functions::Functions;
use crate::deployment::Deployment;
use crate::sippy::switch::{advice, reach, words};

const CHECK: &str = "sippy";

/// Asks for the list of accounts. At nothing where no function charges for SMS.
pub async fn check(
    deployment: &Deployment,
    functions: &Functions,
    credentials: Option<SippyCredentials>,
) -> Option<Finding> {
    if !functions.has("sms-charge-worker") {
        return None;
    }
    let Some(url) = functions.setting("SIPPY_URL") else {
        return Some(Finding::ok(CHECK, "off: SippyUrl is empty, SMS are not charged"));
    };
    let credentials = credentials?;
    if !credentials.are_complete() {
        return Some(Finding::failed(
            CHECK,
            "the switch has an address, but the secret `sippy` is empty: bills wait",
            "put the switch's web login and API password into the secret as username and password",
        ));
    }
    let sippy = match reach(deployment, functions, url, credentials) {
        Ok(sippy) => sippy,
        Err(error) => {
            return Some(Finding::failed(CHECK, format!("{error:#}"), "mend the parameters Sippy…"));
        }
    };
    Some(match sippy.check().await {
        Ok(()) => Finding::ok(CHECK, "lets us in, shows accounts"),
        Err(error) => Finding::failed(CHECK, words(&error), advice(&error)),
    })
}

#[cfg(test)]
mod tests {
    use sandbox::sippy::PASSWORD;

    use super::super::finding::Level;
    use super::*;
    use crate::dlq::tests::bench::Bench;
    use crate::sippy::tests::{fault, functions, login, switch};

    async fn found(url: &str, password: &str) -> Option<Finding> {
        let bench = Bench::start().await;
        check(&bench.deployment, &functions(&[("SIPPY_URL", url)]), Some(login(password))).await
    }

    #[tokio::test]
    async fn a_switch_that_lets_us_in_is_well_and_every_other_is_told() {
        let (sandbox, url) = switch().await;
        assert_eq!(found(&url, PASSWORD).await, Some(Finding::ok(CHECK, "lets us in, shows accounts")));
        for (password, words) in [("other", "does not accept"), ("", "the secret `sippy` is empty")] {
            let finding = found(&url, password).await.unwrap();
            assert_eq!(finding.level, Level::Failed);
            assert!(finding.found.contains(words), "{finding:?}");
        }
        fault(&sandbox, "listAccounts", "server_error").await;
        assert_eq!(found(&url, PASSWORD).await.unwrap().level, Level::Failed);
        assert_eq!(found("switch.example", PASSWORD).await.unwrap().level, Level::Failed);
    }

    #[tokio::test]
    async fn a_switch_that_is_off_is_a_choice() {
        let off = found("", PASSWORD).await;
        assert_eq!(off, Some(Finding::ok(CHECK, "off: SippyUrl is empty, SMS are not charged")));
        let bench = Bench::start().await;
        assert_eq!(check(&bench.deployment, &Functions::default(), None).await, None);
    }
}
