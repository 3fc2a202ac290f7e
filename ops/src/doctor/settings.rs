//! The functions' environment variables: all there, and well-formed?

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::str::FromStr;

use shared::domain::bonus::payees::PayeeRule;
use shared::domain::identifier::PayeeId;
use shared::domain::money::Currency;
use shared::domain::sms::rhythm::Frequency;
use shared::domain::zone::Zone;
use shared::providers::mail::Sender;
use shared::providers::mail::smtp::{Relay, Security, Smtp, SmtpCredentials};
use shared::providers::portmone::callback::Fingerprint;

use super::finding::Finding;
use super::functions::Functions;
use super::wanted_settings::{Form, SETTINGS, Setting};

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
    match form {
        Form::Text => None,
        Form::Url => url_trouble(value),
        Form::Minutes => {
            unless(value.parse::<u32>().is_ok_and(|minutes| minutes > 0), "is not a number of minutes")
        }
        Form::MinutesOrNever => {
            unless(value.parse::<u32>().is_ok(), "is not a number of minutes, or 0 for never")
        }
        Form::Mode => unless(matches!(value, "sandbox" | "production"), "is neither sandbox nor production"),
        Form::Addresses => {
            let is_list = value.split(',').all(|part| part.trim().parse::<IpAddr>().is_ok());
            unless(is_list, "is not a list of IP addresses, separated by commas")
        }
        Form::Transport => unless(matches!(value, "ses" | "smtp"), "is neither ses nor smtp"),
        Form::Sender => unless(value.parse::<Sender>().is_ok(), "is not like: Shop <billing@example.com>"),
        Form::Emails => {
            let is_list = value.split(',').all(|part| is_email(part.trim()));
            unless(is_list, "is not a list of email addresses, separated by commas")
        }
        Form::Port => unless(value.parse::<u16>().is_ok_and(|port| port > 0), "is not a port"),
        Form::Security => unless(value.parse::<Security>().is_ok(), "is none of starttls, tls and none"),
        Form::TimeZone => unless(value.parse::<Zone>().is_ok(), "is not a time zone like Asia/Jakarta"),
        Form::Chat => {
            unless(value.parse::<i64>().is_ok(), "is not the number of a chat, like -1001234567890")
        }
        Form::Hours => unless(value.parse::<u32>().is_ok_and(|hours| hours > 0), "is not a number of hours"),
        Form::Days => unless(value.parse::<u16>().is_ok_and(|days| days > 0), "is not a number of days"),
        Form::Seconds => unless(value.parse::<u32>().is_ok(), "is not a number of seconds"),
        Form::Milliseconds => {
            unless(value.parse::<u16>().is_ok_and(|gap| gap > 0), "is not a number of milliseconds")
        }
        Form::Uuid => unless(
            uuid::Uuid::try_parse(value).is_ok(),
            "is not an id like 5d4b1a0e-3c1f-4a59-9b8e-1f5f0c6a7b10",
        ),
        Form::Switch => unless(matches!(value, "true" | "false"), "is neither true nor false"),
        Form::Frequency => {
            unless(value.parse::<Frequency>().is_ok(), "is none of daily, weekly, monthly and threshold")
        }
        Form::Currency => unless(value.parse::<Currency>().is_ok(), "is no currency that Paydesk counts in"),
        Form::HourList => unless(
            value.split(',').all(|hours| hours.trim().parse::<u16>().is_ok_and(|hours| hours > 0)),
            "is not a list of hours, separated by commas",
        ),
        Form::Path => unless(
            value.starts_with('/') && !value.contains(char::is_whitespace),
            "is not a path like /users",
        ),
        Form::Bot => unless(is_bot(value), "is not the name of a bot, like example_bot, without the @"),
        Form::LogLevel => unless(
            matches!(value, "error" | "warn" | "info" | "debug"),
            "is none of error, warn, info and debug",
        ),
        Form::Certificate => unless(is_certificate(value), "is not a certificate in PEM"),
        Form::Number
        | Form::MinuteList
        | Form::PortmoneVersion
        | Form::PortmoneLanguage
        | Form::PayeeRules
        | Form::Payee
        | Form::Fingerprints => bonus_trouble(form, value),
    }
}

/// What is set for bonuses alone.
fn bonus_trouble(form: Form, value: &str) -> Option<&'static str> {
    match form {
        Form::Number => unless(value.parse::<u32>().is_ok(), "is not a whole number"),
        Form::MinuteList => unless(is_list::<u16>(value), "is not a list of minutes, separated by commas"),
        Form::PortmoneVersion => unless(matches!(value, "1" | "2"), "is neither 1 nor 2"),
        Form::PortmoneLanguage => unless(matches!(value, "uk" | "ru" | "en"), "is none of uk, ru and en"),
        Form::PayeeRules => {
            unless(is_list::<PayeeRule>(value), "is not a list like 67=2065,50=2066: two digits and a payee")
        }
        Form::Payee => unless(value.parse::<PayeeId>().is_ok(), "is no id of a payee"),
        Form::Fingerprints => unless(
            is_list::<Fingerprint>(value),
            "is not a list of SHA-256 fingerprints, separated by commas",
        ),
        _ => None,
    }
}

fn is_list<T: FromStr>(value: &str) -> bool {
    value.split(',').all(|part| part.trim().parse::<T>().is_ok())
}

fn unless(is_good: bool, words: &'static str) -> Option<&'static str> {
    (!is_good).then_some(words)
}

fn is_email(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && !part.contains(['@', ' ', '<', '>']);
    text.split_once('@').is_some_and(|(name, domain)| is_part(name) && is_part(domain))
}

/// <https://core.telegram.org/bots/features#creating-a-new-bot>
fn is_bot(name: &str) -> bool {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_word && (5..=32).contains(&name.len()) && name.to_ascii_lowercase().ends_with("bot")
}

/// Whether the sender could believe it. It takes a text without any certificate for none at all.
fn is_certificate(pem: &str) -> bool {
    let relay = Relay { host: "localhost".to_owned(), port: 465, security: Security::Tls };
    let nobody = SmtpCredentials { username: String::new(), password: String::new().into() };
    pem.contains("-----BEGIN CERTIFICATE-----") && Smtp::new(relay, &nobody, Some(pem)).is_ok()
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
    use std::collections::BTreeSet;

    use sandbox::testbed::smtp::{Security as Protection, Setup, SmtpServer};

    use super::super::finding::Level;
    use super::super::functions::FUNCTIONS;
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
        assert_eq!(callback("", "paydesk-Invoices"), Finding::ok("settings of tripay-callback", "4 read"));
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

    #[tokio::test]
    async fn a_certificate_is_read_as_the_sender_reads_it() {
        let relay = SmtpServer::start(Setup { security: Protection::Tls, login: None }).await;
        let pem = relay.certificate_pem();
        assert_eq!(trouble(Form::Certificate, pem.trim()), None);
        let (half, _) = pem.split_at(pem.len() / 2);
        for bad in [half, "ca.pem", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"] {
            assert!(trouble(Form::Certificate, bad).is_some(), "{bad}");
        }
    }

    /// The settings of each function, as `template.yaml` gives them; those of all have no name before them.
    fn given() -> BTreeSet<(String, String)> {
        let (mut owner, mut given) = ("all".to_owned(), BTreeSet::new());
        for line in include_str!("../../../template.yaml").lines() {
            if let Some((_, name)) = line.split_once("FunctionName: !Sub \"${AWS::StackName}-") {
                owner = name.trim_end_matches('"').to_owned();
            }
            let name = line.trim_start().split_once(": ").map_or("", |(name, _)| name);
            let is_setting = name.len() > 3
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
            if is_setting {
                given.insert((owner.clone(), name.to_owned()));
            }
        }
        given
    }

    #[test]
    fn the_settings_of_every_function_are_known() {
        let known = SETTINGS.iter().flat_map(|Setting(owners, name, ..)| {
            let is_of_all = owners.len() == FUNCTIONS.len();
            let owners = if is_of_all { &["all"] } else { *owners };
            owners.iter().map(|owner| ((*owner).to_owned(), (*name).to_owned()))
        });
        assert_eq!(known.collect::<BTreeSet<(String, String)>>(), given());
    }

    #[test]
    fn forms_are_read_to_their_end() {
        for (form, good, bad) in [
            (Form::Url, "https://orders.example.com/v1", "orders.example.com"),
            (Form::Url, "http://127.0.0.1:4570/orders", "ftp://example.com"),
            (Form::Minutes, "1440", "24h"),
            (Form::Minutes, "1", "0"),
            (Form::Mode, "production", "Production"),
            (Form::MinutesOrNever, "0", "-1"),
            (Form::Transport, "smtp", "SES"),
            (Form::Sender, "Shop <billing@example.com>", "Shop <billing>"),
            (Form::Emails, "a@example.com, b@example.com", "a@example.com;b@example.com"),
            (Form::Emails, "a@example.com", "a@example.com,"),
            (Form::Port, "587", "0"),
            (Form::Security, "starttls", "ssl"),
            (Form::TimeZone, "Asia/Jakarta", "WIB"),
            (Form::LogLevel, "debug", "verbose"),
            (Form::Chat, "-1001234567890", "@operators"),
            (Form::Hours, "12", "0"),
            (Form::Days, "30", "0"),
            (Form::Seconds, "0", "60s"),
            (Form::Milliseconds, "550", "0"),
            (Form::Uuid, "5d4b1a0e-3c1f-4a59-9b8e-1f5f0c6a7b10", "Main Store"),
            (Form::Switch, "false", "no"),
            (Form::Frequency, "threshold", "hourly"),
            (Form::Currency, "EUR", "XYZ"),
            (Form::HourList, "1,6,24,72", "1,0"),
            (Form::Number, "0", "-1"),
            (Form::MinuteList, "1,5, 30", "1;5"),
            (Form::PortmoneVersion, "2", "3"),
            (Form::PortmoneLanguage, "uk", "ua"),
            (Form::PayeeRules, "39=2065, 67=2065", "067=2065"),
            (Form::Payee, "2065", "20 65"),
            (
                Form::Fingerprints,
                "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF",
                "00:11:22:33:44:55",
            ),
            (Form::Path, "/user-info", "user-info"),
            (Form::Bot, "paydesk_sandbox_bot", "@paydesk_sandbox_bot"),
            (Form::Bot, "ExampleBot", "t.me/ExampleBot"),
        ] {
            assert_eq!(trouble(form, good), None, "{good}");
            assert!(trouble(form, bad).is_some(), "{bad}");
        }
    }
}
