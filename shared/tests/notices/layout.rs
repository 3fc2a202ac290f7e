//! The layout of emails is compiled from MJML, and the result is what the functions carry.

use std::fs;

use crate::setup::folder;

#[test]
fn the_layout_of_emails_is_compiled_from_its_source() {
    let layouts = folder().join("layouts");
    let source = fs::read_to_string(layouts.join("email.mjml")).unwrap();
    let parsed = mrml::parse(&source).unwrap();
    assert!(parsed.warnings.is_empty(), "{:?}", parsed.warnings);
    let compiled = parsed.element.render(&mrml::prelude::render::RenderOptions::default()).unwrap();
    // The reader's language, not the layout's.
    let compiled = compiled.replace("lang=\"en\"", "lang=\"{{ parts.locale.code() }}\"") + "\n";
    let path = layouts.join("email.html");
    if std::env::var_os("COMPILE_EMAIL").is_some() {
        fs::write(&path, &compiled).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == compiled,
        "email.html is not what email.mjml compiles to: run this test with COMPILE_EMAIL=1"
    );
}
