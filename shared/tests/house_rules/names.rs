//! Names say what a thing is. Some words say nothing.

use syn::visit::Visit;

use crate::source::{assert_none, sources};

const EMPTY_WORDS: [&str; 13] = [
    "util",
    "utils",
    "helper",
    "common",
    "misc",
    "base",
    "core",
    "manager",
    "service",
    "processor",
    "data",
    "info",
    "dto",
];

/// What the outside calls itself: the company's own services, and what services prove themselves with.
const OUTSIDE_PARTIES: [&str; 9] = [
    "order_service",
    "user_service",
    "internal_service",
    "internal_services",
    "OrderService",
    "UserService",
    "InternalService",
    // Who calls `/internal/**`: another service of the company.
    "Service",
    "ServiceKeys",
];

/// `OrderService` and `order_service` both are `order`, `service`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || letter == '-' || letter.is_uppercase() {
            words.push(String::new());
        }
        if letter != '_' && letter != '-' {
            words.last_mut().unwrap().extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_empty_word(name: &str) -> bool {
    let says_nothing = |word: &String| EMPTY_WORDS.contains(&word.as_str()) || word == "impl";
    !OUTSIDE_PARTIES.contains(&name) && words(name).iter().any(says_nothing)
}

#[derive(Default)]
struct Types {
    names: Vec<(usize, String)>,
}

impl Types {
    fn add(&mut self, ident: &syn::Ident) {
        self.names.push((ident.span().start().line, ident.to_string()));
    }
}

impl<'ast> Visit<'ast> for Types {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.add(&item.ident);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.add(&item.ident);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.add(&item.ident);
    }
}

#[test]
fn no_file_and_no_type_has_an_empty_name() {
    assert!(is_empty_word("PaymentManager") && is_empty_word("http_utils") && !is_empty_word("database"));
    let mut findings = Vec::new();
    for source in sources() {
        for part in source.path.trim_end_matches(".rs").split('/') {
            if is_empty_word(part) {
                findings.push(format!("{}:1 is called {part}", source.path));
            }
        }
        let mut types = Types::default();
        types.visit_file(&source.syntax);
        for (line, name) in types.names.iter().filter(|(_, name)| is_empty_word(name)) {
            findings.push(format!("{}:{line} is called {name}", source.path));
        }
    }
    assert_none(
        findings,
        "util, helper, common, misc, base, core, manager, service, processor, data, info, dto and impl say nothing: \
         find the noun (outside parties are called as they call themselves, listed in names.rs).",
    );
}

#[test]
fn in_functions_and_shared_a_test_is_a_sentence() {
    let mut findings = Vec::new();
    for source in
        sources().iter().filter(|one| one.path.starts_with("functions/") || one.path.starts_with("shared/"))
    {
        let mut lines = source.text.lines().enumerate().peekable();
        while let Some((_, line)) = lines.next() {
            let is_test = matches!(line.trim(), "#[test]" | "#[tokio::test]");
            let Some((number, next)) = lines.peek().filter(|_| is_test) else { continue };
            let name = next.split("fn ").nth(1).and_then(|rest| rest.split('(').next()).unwrap_or_default();
            if !name.is_empty() && (name.matches('_').count() < 2 || name.starts_with("test_")) {
                findings.push(format!("{}:{} {name}", source.path, number + 1));
            }
        }
    }
    assert_none(
        findings,
        "A test's name is a sentence that says what holds: `a_second_paid_callback_changes_nothing`.",
    );
}
