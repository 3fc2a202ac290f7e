//! The workspace's Rust, read once: what each file declares and which paths it names.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{Visit, visit_item_mod};
use syn::{ItemMod, ItemUse, UseTree};

/// One file.
pub struct Source {
    /// From the workspace's root, with `/`.
    pub path: String,
    pub text: String,
    pub syntax: syn::File,
    /// Whether all of it is test code.
    pub is_test: bool,
    /// Lines of its own inline test modules.
    test_lines: Vec<(usize, usize)>,
    /// Every path it names, `use` trees spelled out.
    pub names: Vec<Name>,
}

/// A path that a file names, such as `crate::stores::table`.
pub struct Name {
    pub line: usize,
    pub segments: Vec<String>,
}

impl Source {
    /// Whether a line is test code.
    pub fn is_test_line(&self, line: usize) -> bool {
        self.is_test || self.test_lines.iter().any(|(first, last)| (*first..=*last).contains(&line))
    }

    /// The line of the first inline test module, or the one behind the last line.
    pub fn lines_before_tests(&self) -> usize {
        let all = self.text.lines().count();
        self.test_lines.iter().map(|(first, _)| first - 1).min().unwrap_or(all)
    }

    /// Names outside of test code.
    pub fn product_names(&self) -> impl Iterator<Item = &Name> {
        self.names.iter().filter(|name| !self.is_test_line(name.line))
    }
}

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of the functions' folders.
pub fn functions() -> Vec<String> {
    let folders = fs::read_dir(root().join("functions")).unwrap();
    let mut names: Vec<String> = folders
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("Cargo.toml").exists())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Every Rust file of the workspace.
pub fn sources() -> Vec<Source> {
    let (mut paths, root) = (Vec::new(), root());
    for folder in ["functions", "shared", "sandbox", "ops", "e2e"] {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    assert!(paths.len() > 100, "only {} files found", paths.len());
    let mut sources: Vec<Source> = paths.iter().map(|path| open(path, &root)).collect();
    let tests: HashSet<String> = sources.iter().flat_map(test_modules).collect();
    for source in &mut sources {
        let stem = source.path.trim_end_matches(".rs").trim_end_matches("/mod");
        source.is_test |= tests.contains(stem);
    }
    sources
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn open(path: &Path, root: &Path) -> Source {
    let text = fs::read_to_string(path).unwrap();
    let path = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
    let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut reader = Reader::default();
    reader.visit_file(&syntax);
    tokens(text.parse().unwrap(), &mut reader.names);
    let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
    Source { is_test, test_lines: reader.test_lines, names: reader.names, path, text, syntax }
}

#[derive(Default)]
struct Reader {
    test_lines: Vec<(usize, usize)>,
    names: Vec<Name>,
}

pub fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return false };
        list.path.is_ident("cfg") && list.tokens.to_string() == "test"
    })
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if is_for_tests(&module.attrs) && module.content.is_some() {
            let first = module.attrs[0].span().start().line;
            self.test_lines.push((first, module.span().end().line));
        }
        visit_item_mod(self, module);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        spell_out(&item.tree, Vec::new(), &mut self.names);
    }
}

fn spell_out(tree: &UseTree, mut before: Vec<String>, names: &mut Vec<Name>) {
    let (last, line) = match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            return spell_out(&path.tree, before, names);
        }
        UseTree::Group(group) => {
            return group.items.iter().for_each(|item| spell_out(item, before.clone(), names));
        }
        UseTree::Name(name) => (name.ident.to_string(), name.ident.span().start().line),
        UseTree::Rename(rename) => (rename.ident.to_string(), rename.ident.span().start().line),
        UseTree::Glob(glob) => ("*".to_owned(), glob.star_token.span.start().line),
    };
    before.push(last);
    names.push(Name { line, segments: before });
}

/// Every `a::b::c` of the tokens, those inside macros included.
fn tokens(stream: TokenStream, names: &mut Vec<Name>) {
    let mut current: Option<Name> = None;
    let mut colons = 0;
    for token in stream {
        match token {
            TokenTree::Ident(ident) => {
                let (line, segment) = (ident.span().start().line, ident.to_string());
                match current.as_mut().filter(|_| colons == 2) {
                    Some(name) => name.segments.push(segment),
                    None => names.extend(current.replace(Name { line, segments: vec![segment] })),
                }
                colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
            TokenTree::Group(group) => {
                names.extend(current.take());
                colons = 0;
                tokens(group.stream(), names);
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {
                names.extend(current.take());
                colons = 0;
            }
        }
    }
    names.extend(current);
}

/// The modules that a file declares for tests only, as paths without `.rs`.
fn test_modules(source: &Source) -> Vec<String> {
    let folder = match source.path.strip_suffix("/mod.rs").or(source.path.strip_suffix("/main.rs")) {
        Some(folder) => folder.to_owned(),
        None => match source.path.strip_suffix("/lib.rs") {
            Some(folder) => folder.to_owned(),
            None => source.path.trim_end_matches(".rs").to_owned(),
        },
    };
    let modules = source.syntax.items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) if is_for_tests(&module.attrs) => Some(format!("{folder}/{}", module.ident)),
        _ => None,
    });
    modules.collect()
}

/// Fails with all findings and the reason of the rule.
pub fn assert_none(mut findings: Vec<String>, reason: &str) {
    findings.sort();
    findings.dedup();
    assert!(findings.is_empty(), "{reason}\n  {}\n", findings.join("\n  "));
}
