//! The parts of a notice in words, before a layout puts them together.

use minijinja::Environment;
use minijinja::value::Value;

use crate::domain::locale::Locale;
use crate::notices::NoticeKind;
use crate::notices::about::Audience;
use crate::notices::texts::{Link, Reader, templates, values};

/// What an event's text and the language's letter say.
pub(super) struct Parts {
    pub(super) subject: String,
    pub(super) action: Option<Link>,
    pub(super) picture: Option<String>,
    greeting: String,
    lead: String,
    facts: Vec<Value>,
    closing: String,
    footer: String,
    button_hint: String,
    picture_label: String,
}

impl Parts {
    /// Puts the notice's values into its text.
    ///
    /// # Errors
    /// When the text lacks a part, names something that is not there, or is no text at all.
    pub(super) fn evaluate(
        templates: &Environment<'_>,
        kind: NoticeKind,
        to: &Reader<'_>,
        company: &str,
        mut values: Vec<(String, Value)>,
    ) -> Result<Self, String> {
        let locale = ("locale".to_owned(), Value::from(to.locale.code()));
        values.push(locale.clone());
        let text = Sheet::open(templates, &templates::text_name(to.locale, kind), values)?;
        let audience = match kind.audience() {
            Audience::Customer => "customer",
            Audience::Staff => "staff",
            Audience::Operators => "operators",
        };
        let around = vec![
            locale,
            ("name".to_owned(), Value::from(values::name(to.name))),
            ("company".to_owned(), Value::from(company)),
            ("audience".to_owned(), Value::from(audience)),
        ];
        let letter = Sheet::open(templates, &templates::letter_name(to.locale), around)?;
        Ok(Self {
            subject: text.words("subject")?,
            action: text.action()?,
            picture: text.optional("picture").and_then(|url| url.as_str().map(str::to_owned)),
            greeting: letter.words("greeting")?,
            lead: text.words("lead")?,
            facts: text.facts()?,
            closing: text.optional("closing").map(|_| text.words("closing")).transpose()?.unwrap_or_default(),
            footer: letter.words("footer")?,
            button_hint: letter.words("button_hint")?,
            picture_label: letter.words("picture_label")?,
        })
    }

    /// The parts by the names that layouts use; what is absent is an empty text.
    pub(super) fn values(&self, company: &str, locale: Locale) -> Value {
        let text = |text: &str| Value::from(text);
        let action = self.action.as_ref();
        Value::from_pairs([
            ("locale", text(locale.code())),
            ("company", text(company)),
            ("subject", text(&self.subject)),
            ("greeting", text(&self.greeting)),
            ("lead", text(&self.lead)),
            ("facts", self.facts.iter().cloned().collect()),
            ("action_label", text(action.map_or("", |action| &action.label))),
            ("action_url", text(action.map_or("", |action| &action.url))),
            ("button_hint", text(&self.button_hint)),
            ("picture", text(self.picture.as_deref().unwrap_or_default())),
            ("picture_label", text(&self.picture_label)),
            ("closing", text(&self.closing)),
            ("footer", text(&self.footer)),
        ])
    }
}

/// What an evaluated text has set.
struct Sheet<'a> {
    sheet: minijinja::Captured<'a>,
}

impl<'a> Sheet<'a> {
    fn open(
        templates: &'a Environment<'_>,
        name: &str,
        values: Vec<(String, Value)>,
    ) -> Result<Self, String> {
        let template = templates.get_template(name).map_err(|error| error.to_string())?;
        let sheet = template.render_captured(Value::from_pairs(values)).map_err(|error| error.to_string())?;
        let stray = !sheet.output().trim().is_empty();
        if stray { Err("words stand outside of its parts".to_owned()) } else { Ok(Self { sheet }) }
    }

    fn optional(&self, part: &str) -> Option<Value> {
        self.sheet.state().lookup(part).filter(|value| !value.is_none() && !value.is_undefined())
    }

    fn words(&self, part: &str) -> Result<String, String> {
        let value = self.optional(part).ok_or_else(|| format!("{part} is missing"))?;
        value.as_str().map(|words| words.trim().to_owned()).ok_or_else(|| format!("{part} is no text"))
    }

    /// `["Label", url]`; none when there is no address.
    fn action(&self) -> Result<Option<Link>, String> {
        let Some(action) = self.optional("action") else { return Ok(None) };
        let row = items(&action)?;
        match row.as_slice() {
            [label, url] if url.is_none() && label.as_str().is_some() => Ok(None),
            [label, url] => match (label.as_str(), url.as_str()) {
                (Some(label), Some(url)) => Ok(Some(Link { label: label.to_owned(), url: url.to_owned() })),
                _ => Err("action is not [\"Label\", url]".to_owned()),
            },
            _ => Err("action is not [\"Label\", url]".to_owned()),
        }
    }

    /// `[["Label", value], ["Label", value, "code"]]`; rows without a value are left out.
    fn facts(&self) -> Result<Vec<Value>, String> {
        let facts = self.optional("facts").ok_or("facts is missing")?;
        let mut rows = Vec::new();
        for row in items(&facts)? {
            let row = items(&row)?;
            let (label, value, style) = match row.as_slice() {
                [label, value] => (label, value, ""),
                [label, value, style] => (label, value, style.as_str().unwrap_or("none")),
                _ => return Err("a fact is not [\"Label\", value, \"style\"]".to_owned()),
            };
            if !["", "code", "secret"].contains(&style) {
                return Err("a fact's style is neither \"code\" nor \"secret\"".to_owned());
            }
            let is_absent = value.is_none() || value.as_str().is_some_and(str::is_empty);
            if !is_absent {
                let style = Value::from(style);
                rows.push(Value::from_pairs([
                    ("label", label.clone()),
                    ("value", value.clone()),
                    ("style", style),
                ]));
            }
        }
        Ok(rows)
    }
}

fn items(list: &Value) -> Result<Vec<Value>, String> {
    Ok(list.try_iter().map_err(|_| "a list is expected")?.collect())
}
