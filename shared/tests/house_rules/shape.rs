//! The shape of files and functions.

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

use crate::source::{assert_none, sources};

/// Lines of a file before its inline tests.
const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 70;
const MAIN_LINES: usize = 40;

/// Everything in one file that breaks a rule, by rule.
#[derive(Default)]
struct Shape {
    long_functions: Vec<(usize, String)>,
    traits: Vec<(usize, String)>,
    public_uses: Vec<usize>,
    ignored_values: Vec<usize>,
    ignored_tests: Vec<usize>,
}

impl Shape {
    fn measure(&mut self, signature: &syn::Signature, whole: proc_macro2::Span) {
        let lines = whole.end().line - signature.span().start().line + 1;
        if lines > FUNCTION_LINES {
            let what = format!("{} has {lines} lines", signature.ident);
            self.long_functions.push((signature.span().start().line, what));
        }
    }
}

impl<'ast> Visit<'ast> for Shape {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.measure(&item.sig, item.span());
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.measure(&item.sig, item.span());
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.traits.push((item.span().start().line, item.ident.to_string()));
        visit::visit_item_trait(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !matches!(item.vis, syn::Visibility::Inherited) {
            self.public_uses.push(item.span().start().line);
        }
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if matches!(local.pat, syn::Pat::Wild(_)) {
            self.ignored_values.push(local.span().start().line);
        }
        visit::visit_local(self, local);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("ignore") {
            self.ignored_tests.push(attribute.span().start().line);
        }
    }
}

/// Looks at every file; `pick` says what breaks the rule there.
fn check(reason: &str, pick: impl Fn(&str, Shape) -> Vec<(usize, String)>) {
    let mut findings = Vec::new();
    for source in sources() {
        let mut shape = Shape::default();
        shape.visit_file(&source.syntax);
        for (line, what) in pick(&source.path, shape) {
            findings.push(format!("{}:{line} {what}", source.path));
        }
    }
    assert_none(findings, reason);
}

fn lines(lines: Vec<usize>, what: &str) -> Vec<(usize, String)> {
    lines.into_iter().map(|line| (line, what.to_owned())).collect()
}

#[test]
fn functions_fit_on_a_screen() {
    check("A function has at most 70 lines: a longer one has a second verb in it.", |_, shape| {
        shape.long_functions
    });
}

#[test]
fn the_workspace_has_one_trait() {
    check(
        "There is no trait beside retry::Verdict: a value, a function, an enum or a fake at the wire serves.",
        |path, shape| {
            let known = |name: &str| path == "shared/src/retry.rs" && name == "Verdict";
            shape
                .traits
                .into_iter()
                .filter(|(_, name)| !known(name))
                .map(|(line, name)| (line, format!("trait {name}")))
                .collect()
        },
    );
}

#[test]
fn nothing_is_exported_twice() {
    check("No re-exports: everything has one name and one place.", |_, shape| {
        lines(shape.public_uses, "exports again")
    });
}

#[test]
fn no_result_is_thrown_away() {
    check("`let _ =` hides a failure: name what is ignored and say why, or handle it.", |_, shape| {
        lines(shape.ignored_values, "let _ =")
    });
}

#[test]
fn no_test_is_ignored() {
    check("An ignored test is a promise nobody keeps: mend it or remove it.", |_, shape| {
        lines(shape.ignored_tests, "#[ignore]")
    });
}

#[test]
fn no_glob_hides_where_a_name_comes_from() {
    let mut findings = Vec::new();
    for source in sources() {
        for name in source.names.iter().filter(|name| name.segments.last().is_some_and(|last| last == "*")) {
            let of_tested_module = source.is_test_line(name.line) && name.segments == ["super", "*"];
            if !of_tested_module {
                findings.push(format!("{}:{} use {}", source.path, name.line, name.segments.join("::")));
            }
        }
        for name in
            source.names.iter().filter(|name| name.segments.iter().any(|segment| segment == "prelude"))
        {
            if source.path.starts_with("shared/") && name.segments[0] == "crate" {
                findings.push(format!("{}:{} has a prelude", source.path, name.line));
            }
        }
    }
    assert_none(
        findings,
        "No glob imports (but `use super::*` in an inline test module): a reader must see where a name comes from.",
    );
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut findings = Vec::new();
    for source in sources() {
        if !source.text.trim_start().starts_with("//!") {
            findings.push(format!("{}:1 does not begin with //!", source.path));
        }
    }
    assert_none(findings, "Every module begins with `//!`: what it is for, what it promises.");
}

#[test]
fn files_are_short() {
    let mut findings = Vec::new();
    for source in sources() {
        let lines = if source.is_test { source.text.lines().count() } else { source.lines_before_tests() };
        if lines > FILE_LINES {
            findings.push(format!("{}:{FILE_LINES} has {lines} lines", source.path));
        }
    }
    assert_none(findings, "400 lines before the tests is the wall: look for the second noun.");
}

#[test]
fn main_only_wires() {
    let mut findings = Vec::new();
    for source in sources().iter().filter(|source| source.path.starts_with("functions/")) {
        let lines = source.text.lines().count();
        if source.path.ends_with("/src/main.rs") && lines >= MAIN_LINES {
            findings.push(format!("{}:{MAIN_LINES} has {lines} lines", source.path));
        }
    }
    assert_none(
        findings,
        "main.rs wires in fewer than 40 lines: what it decides belongs to the handler or to app.rs.",
    );
}

#[test]
fn no_test_sleeps() {
    let mut findings = Vec::new();
    for source in sources() {
        for name in source.names.iter().filter(|name| source.is_test_line(name.line)) {
            if name.segments.last().is_some_and(|last| last == "sleep") {
                findings.push(format!("{}:{} {}", source.path, name.line, name.segments.join("::")));
            }
        }
    }
    assert_none(
        findings,
        "A test that sleeps is slow when it passes and wrong when it fails: poll with a deadline.",
    );
}

#[test]
fn no_number_floats() {
    let mut findings = Vec::new();
    for source in sources() {
        for name in &source.names {
            if name.segments.iter().any(|segment| segment == "f32" || segment == "f64" || segment == "as_f64")
            {
                findings.push(format!("{}:{} {}", source.path, name.line, name.segments.join("::")));
            }
        }
    }
    assert_none(findings, "No floating point anywhere: money is counted in whole minor units.");
}
