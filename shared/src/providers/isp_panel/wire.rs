//! The panel's words: forms in, pages out. It has no documentation; what is known of it was read off an older
//! bot that talks to it.

use secrecy::ExposeSecret;
use url::form_urlencoded::Serializer;

use super::NewTask;
use super::session::PanelCredentials;

pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// What browsers accept: the panel is a site for people.
pub(super) const PAGES: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
pub(super) const USER_AGENT: &str =
    concat!("Mozilla/5.0 (compatible; Paydesk/", env!("CARGO_PKG_VERSION"), ")");

/// Where a redirect leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    /// To a page that is for logging in only.
    LoginPage,
    /// To `index.php`: the login page to a stranger, and the first page to who is logged in.
    FirstPage,
    /// To another page.
    Elsewhere,
}

/// What a page asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// An account and its password: it is the login form.
    LoginForm,
    /// A password, for whatever purpose.
    AsksForPassword,
    /// No password.
    Other,
}

/// The body that logs in.
pub(super) fn login_form(credentials: &PanelCredentials) -> String {
    Serializer::new(String::new())
        .append_pair("username", credentials.username.expose_secret())
        .append_pair("password", credentials.password.expose_secret())
        .finish()
}

/// The body that creates a task.
pub(super) fn task_form(task: &NewTask<'_>) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("type", task.kind)
        .append_pair("message", task.message)
        .append_pair("customer_username", task.customer_username);
    for worker in task.worker_ids {
        form.append_pair("worker_ids[]", &worker.to_string());
    }
    form.append_pair("send_whatsapp", if task.send_whatsapp { "1" } else { "0" }).finish()
}

/// Where a `Location` leads, seen from a page of the site at `base_url`.
pub(super) fn destination(base_url: &str, location: &str) -> Destination {
    let Ok(from) = url::Url::parse(&format!("{base_url}/index.php")) else { return Destination::Elsewhere };
    let Ok(to) = from.join(location) else { return Destination::Elsewhere };
    if to.host_str() != from.host_str() {
        return Destination::Elsewhere;
    }
    let folder = from.path().trim_end_matches("index.php");
    match to.path() {
        path if path.ends_with("/login.php") => Destination::LoginPage,
        "/" | "/index.php" => Destination::FirstPage,
        path if path == folder || path == from.path() => Destination::FirstPage,
        path if path == folder.trim_end_matches('/') => Destination::FirstPage,
        _ => Destination::Elsewhere,
    }
}

/// What a page asks for. The login form has the fields that logging in sends: `username` and a password.
pub(super) fn page(body: &[u8]) -> Page {
    let html = String::from_utf8_lossy(body).to_ascii_lowercase();
    let inputs = html.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    let (mut asks_for_password, mut asks_for_account) = (false, false);
    for input in inputs {
        asks_for_password |= attribute(input, "type").is_some_and(|kind| kind == "password");
        asks_for_account |= attribute(input, "name").is_some_and(|name| name == "username");
    }
    match (asks_for_password, asks_for_account) {
        (true, true) => Page::LoginForm,
        (true, false) => Page::AsksForPassword,
        (false, _) => Page::Other,
    }
}

/// The value of an attribute in the inside of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let found = tag.match_indices(name).find_map(|(at, _)| {
        let is_whole =
            tag.get(..at)?.ends_with(|letter: char| letter.is_whitespace() || "\"'/".contains(letter));
        let value = tag.get(at.saturating_add(name.len())..)?.trim_start().strip_prefix('=')?.trim_start();
        is_whole.then_some(value)
    })?;
    match found.chars().next()? {
        quote @ ('"' | '\'') => found.get(1..)?.split(quote).next(),
        _ => found.split(|letter: char| letter.is_whitespace() || letter == '/').next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_written_as_the_panel_expects_it() {
        let task = NewTask {
            kind: "maintenance",
            message: "Customer reports internet outage",
            customer_username: "customer123",
            worker_ids: &[13, 15],
            send_whatsapp: true,
        };
        assert_eq!(
            task_form(&task),
            "type=maintenance&message=Customer+reports+internet+outage&customer_username=customer123\
             &worker_ids%5B%5D=13&worker_ids%5B%5D=15&send_whatsapp=1"
        );
    }

    #[test]
    fn what_a_person_wrote_stays_in_its_field() {
        let task = NewTask {
            kind: "uninstall",
            message: "a&b=c+d%\r\n<i>\u{1F6E0}\u{5E9}",
            customer_username: "x&send_whatsapp=1",
            worker_ids: &[],
            send_whatsapp: false,
        };
        assert_eq!(
            task_form(&task),
            "type=uninstall&message=a%26b%3Dc%2Bd%25%0D%0A%3Ci%3E%F0%9F%9B%A0%D7%A9\
             &customer_username=x%26send_whatsapp%3D1&send_whatsapp=0"
        );
    }

    #[test]
    fn a_redirect_leads_to_the_login_page_the_first_page_or_elsewhere() {
        for (location, wanted) in [
            ("index.php", Destination::FirstPage),
            ("index.php?expired=1", Destination::FirstPage),
            ("/desk/index.php", Destination::FirstPage),
            ("/desk/", Destination::FirstPage),
            ("/desk", Destination::FirstPage),
            ("./", Destination::FirstPage),
            ("/", Destination::FirstPage),
            ("/index.php", Destination::FirstPage),
            ("https://panel.example/desk/index.php", Destination::FirstPage),
            ("https://panel.example", Destination::FirstPage),
            ("http://panel.example/desk/index.php", Destination::FirstPage),
            ("login.php", Destination::LoginPage),
            ("/login.php?next=create_task.php", Destination::LoginPage),
            ("https://panel.example/auth/login.php", Destination::LoginPage),
            ("https://elsewhere.example/login.php", Destination::Elsewhere),
            ("//elsewhere.example/index.php", Destination::Elsewhere),
            ("tasks.php", Destination::Elsewhere),
            ("tasks/", Destination::Elsewhere),
            ("/tasks/index.php", Destination::Elsewhere),
            ("notlogin.php", Destination::Elsewhere),
            ("http://", Destination::Elsewhere),
        ] {
            assert_eq!(destination("https://panel.example/desk", location), wanted, "{location}");
        }
        assert_eq!(destination("https://panel.example", "/"), Destination::FirstPage);
        assert_eq!(destination("no address", "index.php"), Destination::Elsewhere);
    }

    #[test]
    fn the_login_form_is_known_by_its_fields() {
        for html in [
            r#"<form method="post"><input name="username"><input type="password" name="password"></form>"#,
            "<INPUT TYPE=PASSWORD NAME=password/><INPUT class='x' NAME = 'username' />",
            "<input\n  type='password'\n  name='pw'\n><input type=text name=username>",
        ] {
            assert_eq!(page(html.as_bytes()), Page::LoginForm, "{html}");
        }
        for html in [r#"<input type="password" name="new_password">"#, "<input type=password>"] {
            assert_eq!(page(html.as_bytes()), Page::AsksForPassword, "{html}");
        }
        for html in [
            "",
            "<p>Task created</p>",
            "&lt;input type=\"password\"&gt; <input name=\"username\">",
            r#"<input data-type="password" name="username">"#,
            r#"<input type="passwords" name="username">"#,
            r#"<input placeholder="type" name="username"> type="password""#,
            "<input type=",
            "<input type",
            "\u{fffd}<input \u{5E9}type=password",
        ] {
            assert_eq!(page(html.as_bytes()), Page::Other, "{html}");
        }
        assert_eq!(page(b"\xff\xfe<input type=password name=username>"), Page::LoginForm);
    }
}
