//! The fields of a notice as a text shows them: cleaned, cut, and written in the reader's language.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use crate::domain::locale::Locale;
use crate::domain::money::{Currency, Money};
use crate::notices::Notice;
use crate::notices::field::{Field, Form};
use crate::notices::texts::Reader;
use crate::notices::texts::catalogue::{self, Shown, Values};
use crate::notices::texts::foreign::one_line;

/// Longest free words, in UTF-16 units as Telegram counts.
const WORDS: usize = 300;
/// Longest id: as long as an [`crate::domain::identifier::Identifier`].
const ID: usize = 128;
/// Longest name of a person or company.
const NAME: usize = 80;

/// Every field of the event by its name.
///
/// # Errors
/// When the notice cannot be written or read, which its types rule out. Says nothing of its content.
pub(super) fn of(notice: &Notice, to: &Reader<'_>) -> Result<Values, String> {
    let written = serde_json::to_value(notice).map_err(|_| "the notice cannot be written".to_owned())?;
    let fields = &written["data"];
    let currency = fields["currency"].as_str().and_then(|code| code.parse().ok());
    let show = |field: &Field| {
        let value = show(field.form, &fields[field.name], currency, to);
        let value = value.or_else(|| (!field.is_required).then_some(Shown::Absent));
        value
            .map(|value| (field.name.to_owned(), value))
            .ok_or_else(|| format!("{} is not there", field.name))
    };
    notice.kind().fields().iter().map(show).collect()
}

fn show(form: Form, value: &Json, currency: Option<Currency>, to: &Reader<'_>) -> Option<Shown> {
    let at = || value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let text = |text: String| Some(Shown::Words(text));
    match form {
        Form::Id => text(one_line(value.as_str()?, ID)),
        Form::Text => text(one_line(value.as_str()?, WORDS)),
        // Checked where they were read, and wrong when cut.
        Form::Secret | Form::Link | Form::Currency | Form::Key => text(value.as_str()?.to_owned()),
        Form::Choice => text(choice(value.as_str()?, to.locale)?),
        Form::Ordinal => text(value.as_u64()?.to_string()),
        Form::Amount => text(to.locale.amount(Money::new(value.as_i64()?, currency?))),
        Form::Instant => text(to.locale.day_and_time(at()?, to.time_zone)),
        Form::Day => text(to.locale.day(at()?, &TimeZone::UTC)),
        Form::LastDay => text(to.locale.last_day(at()?, &TimeZone::UTC)),
        Form::Count => value.as_u64().map(Shown::Count),
        Form::Flag => value.as_bool().map(Shown::Flag),
        Form::Names => {
            let names = value.as_array()?.iter().filter_map(Json::as_str);
            text(one_line(&names.collect::<Vec<_>>().join(", "), WORDS))
        }
    }
}

/// A word in the reader's language; as it is where the language has none for it.
fn choice(word: &str, locale: Locale) -> Option<String> {
    let nothing = Vec::new();
    let words = catalogue::letter(locale, &nothing).optional(&format!("choice_{word}")).ok()?;
    Some(words.unwrap_or_else(|| one_line(word, WORDS)))
}

/// The name of a person or company, fit to be shown.
pub(super) fn name(name: &str) -> String {
    one_line(name, NAME)
}
