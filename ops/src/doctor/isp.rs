//! The internet provider: does its panel let us in, and does its API (or the directory) know anybody?

use aws_sdk_dynamodb::Client;
use shared::domain::panel_failure::PanelCode;
use shared::providers::call::{CallError, Caller};
use shared::providers::isp_api::{IspApi, IspCredentials, IspRoutes};
use shared::providers::isp_panel::Panel;
use shared::providers::isp_panel::outcome::LoginError;
use shared::providers::isp_panel::session::PanelCredentials;
use shared::stores::directory::Directory;
use shared::stores::table::Table;

use super::finding::Finding;
use super::functions::Functions;
use crate::deployment::Deployment;

const PANEL: &str = "isp panel";
const API: &str = "isp api";
const DIRECTORY: &str = "directory of workers";

/// Logs in to the panel, with a session of its own, and to the API; looks whether there are workers. At nothing where
/// there is no panel.
pub async fn check(
    deployment: &Deployment,
    functions: &Functions,
    caller: &Caller,
    (panel, api): (Option<PanelCredentials>, Option<IspCredentials>),
) -> Vec<Finding> {
    if !functions.has("task-creator") {
        return Vec::new();
    }
    if functions.setting("BILLING_ENABLED") == Some("false") {
        return vec![Finding::ok(PANEL, "off: BillingEnabled is false, nobody can ask for a task")];
    }
    let Some(base_url) = functions.setting("BILLING_API_BASE_URL") else {
        return vec![Finding::ok(PANEL, "off: BillingApiBaseUrl is empty, nobody can ask for a task")];
    };
    let Some(credentials) = panel else { return Vec::new() };
    let mut findings = vec![match Panel::new(caller.clone(), base_url, credentials) {
        Some(panel) => judge_panel(panel.login().await.map(drop)),
        None => Finding::failed(
            PANEL,
            "the panel has an address, but the secret `isp-panel` is empty: no task can be created",
            "put the panel's account into the secret",
        ),
    }];
    let setting = |name| functions.setting(name).map(str::to_owned);
    let workers_path = setting("ISP_WORKERS_PATH");
    let has_workers = workers_path.is_some();
    if let (Some(base_url), Some(credentials)) = (functions.setting("ISP_API_BASE_URL"), api) {
        let routes = IspRoutes {
            login_path: setting("ISP_LOGIN_PATH").unwrap_or_default(),
            search_path: setting("ISP_SEARCH_PATH").unwrap_or_default(),
            search_parameter: setting("ISP_SEARCH_PARAMETER").unwrap_or_default(),
            workers_path,
        };
        findings.push(judge_api(IspApi::new(caller.clone(), base_url, credentials, routes).check().await));
        if has_workers {
            return findings;
        }
    }
    if let Some(table) = functions.setting("CHATS_TABLE") {
        let directory = Directory::new(Table::new(Client::new(&deployment.sdk), table.to_owned()));
        let count = directory.workers().await.map(|workers| workers.len()).map_err(|error| error.to_string());
        findings.push(judge_directory(count));
    }
    findings
}

fn judge_panel(login: Result<(), LoginError>) -> Finding {
    let Err(error) = login else { return Finding::ok(PANEL, "lets us in") };
    let fix = match error.failure.code {
        PanelCode::AuthNoInitialCookie => "is that the panel's address? BillingApiBaseUrl",
        PanelCode::AuthHttpError => {
            "are account and password in the secret `isp-panel` right? Try them in a browser"
        }
        PanelCode::AuthRequestFailed
        | PanelCode::ServiceDisabled
        | PanelCode::TaskCreateHttpError
        | PanelCode::TaskCreateRequestFailed => {
            "is the panel up, and may this machine (and the functions) reach it? BillingApiBaseUrl, and the proxy"
        }
    };
    Finding::failed(PANEL, error.to_string(), fix)
}

fn judge_api(asked: Result<(), CallError>) -> Finding {
    match asked {
        Ok(()) => Finding::ok(API, "answers, takes the account"),
        Err(error) => {
            let fix = "is IspApiBaseUrl right, and the account in the secret `isp-api`? IspLoginPath says where to log in";
            Finding::failed(API, format!("{error} {}", error.excerpt).trim().to_owned(), fix)
        }
    }
}

fn judge_directory(count: Result<usize, String>) -> Finding {
    match count {
        Ok(0) => Finding::warning(
            DIRECTORY,
            "it is empty: a task needs a worker, so none can be asked for",
            "ops directory import workers <file.csv>",
        ),
        Ok(count) => Finding::ok(DIRECTORY, format!("{count} workers")),
        Err(error) => Finding::failed(DIRECTORY, error, "your own credentials need dynamodb:Query"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sandbox::options::Options;
    use sandbox::server::Sandbox;
    use sandbox::testbed::dynamodb::CHATS;
    use shared::domain::support_task::draft::{Worker, WorkerId};
    use shared::stores::directory::{DirectoryRow, List};

    use super::super::finding::Level;
    use super::*;
    use crate::dlq::tests::bench::Bench;

    fn functions(settings: &[(&str, &str)]) -> Functions {
        let environment =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Functions::of(BTreeMap::from([("task-creator", environment)]))
    }

    fn account(password: &str) -> PanelCredentials {
        PanelCredentials { username: "paydesk".into(), password: password.into() }
    }

    #[tokio::test]
    async fn a_panel_and_an_api_that_let_us_in_are_well_and_wrong_passwords_are_found() {
        let (bench, sandbox) = (Bench::start().await, Sandbox::start(Options::default()).await.unwrap());
        let [panel, api] = ["isp-panel", "isp-api"].map(|party| format!("{}/{party}", sandbox.url()));
        let functions = functions(&[
            ("BILLING_API_BASE_URL", panel.as_str()),
            ("ISP_API_BASE_URL", api.as_str()),
            ("ISP_LOGIN_PATH", "/authenticate"),
            ("ISP_SEARCH_PATH", "/user-info"),
            ("ISP_SEARCH_PARAMETER", "mobile"),
            ("ISP_WORKERS_PATH", "/worker-list"),
        ]);
        let caller = functions.caller(&bench.deployment).unwrap();
        let isp = |password: &str| IspCredentials { username: "paydesk".into(), password: password.into() };
        let right = (Some(account("sandbox-panel-password")), Some(isp("sandbox-isp-password")));
        let found = check(&bench.deployment, &functions, &caller, right).await;
        assert_eq!(found, [Finding::ok(PANEL, "lets us in"), Finding::ok(API, "answers, takes the account")]);
        let wrong = (Some(account("wrong")), Some(isp("wrong")));
        let found = check(&bench.deployment, &functions, &caller, wrong).await;
        assert!(found.iter().all(|finding| finding.level == Level::Failed) && found.len() == 2, "{found:?}");
        assert!(found[0].found.contains("AUTH_HTTP_ERROR"), "{found:?}");
        assert!(found[1].fix.as_ref().unwrap().contains("IspLoginPath"));
        let none = check(&bench.deployment, &functions, &caller, (Some(account("")), None)).await;
        assert!(none[0].found.contains("the secret `isp-panel` is empty"), "{none:?}");
    }

    #[tokio::test]
    async fn without_an_api_the_directory_has_to_name_a_worker() {
        let (bench, sandbox) = (Bench::start().await, Sandbox::start(Options::default()).await.unwrap());
        let panel = format!("{}/isp-panel", sandbox.url());
        let functions = functions(&[("BILLING_API_BASE_URL", panel.as_str()), ("CHATS_TABLE", CHATS)]);
        let caller = functions.caller(&bench.deployment).unwrap();
        let look = async || {
            let accounts = (Some(account("sandbox-panel-password")), None);
            check(&bench.deployment, &functions, &caller, accounts).await.remove(1)
        };
        assert_eq!(look().await.level, Level::Warning);
        let directory = Directory::new(Table::new(Client::new(&bench.deployment.sdk), CHATS.to_owned()));
        let row = DirectoryRow::of_worker(&Worker::new(WorkerId(13), "Dilnoza"));
        directory.replace(List::Workers, &[row]).await.unwrap();
        assert_eq!(look().await, Finding::ok(DIRECTORY, "1 workers"));
    }

    #[tokio::test]
    async fn a_panel_that_is_off_is_a_choice() {
        let bench = Bench::start().await;
        let caller = functions(&[]).caller(&bench.deployment).unwrap();
        for settings in
            [&[("BILLING_API_BASE_URL", "http://127.0.0.1:1"), ("BILLING_ENABLED", "false")][..], &[]]
        {
            let found = check(&bench.deployment, &functions(settings), &caller, (None, None)).await;
            assert_eq!((found.len(), found[0].level), (1, Level::Ok), "{found:?}");
        }
    }
}
