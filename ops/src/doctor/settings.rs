//! The functions' environment variables: all there, and well-formed?

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::finding::Finding;
use super::functions::Functions;

/// What a setting has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    /// An address of HTTP, https except on one machine.
    Url,
    Minutes,
    Mode,
    Addresses,
}

/// A setting of functions: its name, its form, whether it must be there, and the parameter of `template.yaml` behind it.
struct Setting(&'static [&'static str], &'static str, Form, bool, &'static str);

const ALL: &[&str] = &["billing-api", "event-relay", "order-updater", "reconciler", "tripay-callback"];
const API: &[&str] = &["billing-api"];

const SETTINGS: &[Setting] = &[
    Setting(ALL, "STACK", Form::Text, true, ""),
    Setting(&["billing-api", "reconciler", "tripay-callback"], "INVOICES_TABLE", Form::Text, true, ""),
    Setting(
        &["tripay-callback"],
        "TRIPAY_CALLBACK_SOURCE_IPS",
        Form::Addresses,
        false,
        "TripayCallbackSourceIps",
    ),
    Setting(API, "IDEMPOTENCY_TABLE", Form::Text, true, ""),
    Setting(&["billing-api", "reconciler"], "TRIPAY_MODE", Form::Mode, true, "TripayMode"),
    Setting(&["billing-api", "reconciler"], "TRIPAY_BASE_URL", Form::Url, false, "TripayBaseUrl"),
    Setting(API, "TRIPAY_CALLBACK_URL", Form::Url, false, "TripayCallbackUrl"),
    Setting(API, "TRIPAY_RETURN_URL", Form::Url, false, "TripayReturnUrl"),
    Setting(
        &["billing-api", "order-updater"],
        "ORDER_SERVICE_BASE_URL",
        Form::Url,
        true,
        "OrderServiceBaseUrl",
    ),
    Setting(API, "USER_SERVICE_BASE_URL", Form::Url, true, "UserServiceBaseUrl"),
    Setting(API, "INVOICE_LIFETIME_MINUTES", Form::Minutes, true, "InvoiceLifetimeMinutes"),
    Setting(API, "JWKS_URL", Form::Url, false, "JwksUrl"),
    Setting(
        &["billing-api", "order-updater", "reconciler"],
        "OUTBOUND_PROXY_URL",
        Form::Url,
        false,
        "OutboundProxyUrl",
    ),
    Setting(&["event-relay"], "ORDER_UPDATES_QUEUE_URL", Form::Url, true, ""),
    Setting(&["event-relay", "order-updater"], "DEAD_LETTER_QUEUE_URL", Form::Url, true, ""),
    Setting(&["order-updater"], "QUEUE_URL", Form::Url, true, ""),
];

/// One finding per function: either all is well, or everything that is not.
pub fn check(functions: &Functions) -> Vec<Finding> {
    functions.environments().map(|(folder, environment)| check_one(folder, environment)).collect()
}

fn check_one(folder: &str, environment: &BTreeMap<String, String>) -> Finding {
    let check = format!("settings of {folder}");
    let (mut wrong, mut fixes) = (Vec::new(), Vec::new());
    let mut seen = 0_usize;
    for Setting(owners, name, form, is_required, parameter) in SETTINGS {
        if !owners.contains(&folder) {
            continue;
        }
        seen += 1;
        let value = environment.get(*name).map(|value| value.trim()).unwrap_or_default();
        let trouble = match value {
            "" if *is_required => Some("is not set"),
            "" => None,
            value => trouble(*form, value),
        };
        if let Some(trouble) = trouble {
            wrong.push(format!("{name} {trouble}"));
            fixes.push(match *parameter {
                "" => format!("{name} is set by template.yaml itself: deploy it again"),
                parameter => format!("set the parameter {parameter} in samconfig.toml and deploy"),
            });
        }
    }
    if wrong.is_empty() {
        return Finding::ok(check, format!("{seen} read"));
    }
    Finding::failed(check, wrong.join("; "), fixes.join("\n"))
}

fn trouble(form: Form, value: &str) -> Option<&'static str> {
    let is_good = match form {
        Form::Text => true,
        Form::Url => return url_trouble(value),
        Form::Minutes => value.parse::<u32>().is_ok_and(|minutes| minutes > 0),
        Form::Mode => matches!(value, "sandbox" | "production"),
        Form::Addresses => value.split(',').all(|part| part.trim().parse::<IpAddr>().is_ok()),
    };
    let words = match form {
        Form::Minutes => "is not a number of minutes",
        Form::Mode => "is neither sandbox nor production",
        Form::Addresses => "is not a list of IP addresses, separated by commas",
        Form::Text | Form::Url => "is wrong",
    };
    (!is_good).then_some(words)
}

fn url_trouble(value: &str) -> Option<&'static str> {
    let Ok(url) = reqwest::Url::parse(value) else {
        return Some("is not a URL");
    };
    match url.scheme() {
        "https" | "http" if url.has_host() => None,
        _ => Some("is not an http or https URL"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    fn callback(source_ips: &str, table: &str) -> Finding {
        let pairs =
            [("STACK", "paydesk"), ("INVOICES_TABLE", table), ("TRIPAY_CALLBACK_SOURCE_IPS", source_ips)];
        let environment = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let functions = Functions::of(BTreeMap::from([("tripay-callback", environment)]));
        check(&functions).remove(0)
    }

    #[test]
    fn what_is_complete_and_well_formed_is_ok() {
        assert_eq!(callback("", "paydesk-Invoices"), Finding::ok("settings of tripay-callback", "3 read"));
        assert_eq!(callback("95.111.200.230, ::1", "paydesk-Invoices").level, Level::Ok);
    }

    #[test]
    fn everything_wrong_is_named_with_its_parameter() {
        let finding = callback("95.111.200", "");
        assert_eq!(finding.level, Level::Failed);
        assert!(finding.found.contains("INVOICES_TABLE is not set"), "{finding:?}");
        assert!(finding.found.contains("TRIPAY_CALLBACK_SOURCE_IPS is not a list"), "{finding:?}");
        assert!(finding.fix.unwrap().contains("TripayCallbackSourceIps"));
    }

    #[test]
    fn forms_are_read_to_their_end() {
        for (form, good, bad) in [
            (Form::Url, "https://orders.example.com/v1", "orders.example.com"),
            (Form::Url, "http://127.0.0.1:4570/orders", "ftp://example.com"),
            (Form::Minutes, "1440", "24h"),
            (Form::Minutes, "1", "0"),
            (Form::Mode, "production", "Production"),
        ] {
            assert_eq!(trouble(form, good), None, "{good}");
            assert!(trouble(form, bad).is_some(), "{bad}");
        }
    }
}
