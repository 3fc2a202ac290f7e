//! The members of a call's only parameter, taken one by one. Whatever nobody takes is refused.

use std::collections::BTreeMap;

use super::answers::Refusal;
use super::dates;
use super::xml_rpc::Value;
use crate::decimal::Decimal;

/// What is left of them.
#[derive(Debug)]
pub(super) struct Members(BTreeMap<String, Value>);

impl Members {
    pub(super) fn new(members: BTreeMap<String, Value>) -> Self {
        Self(members)
    }

    /// A member of any type; nil is as good as left out.
    pub(super) fn value(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| *value != Value::Nil)
    }

    fn read<T>(
        &mut self,
        name: &str,
        wanted: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let Some(value) = self.value(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| Refusal::bad_parameters(format!("{name} must be {wanted}")))
    }

    /// An int.
    pub(super) fn int(&mut self, name: &str) -> Result<Option<i32>, Refusal> {
        self.read(name, "an int", |value| if let Value::Int(number) = value { Some(number) } else { None })
    }

    /// An int that counts something: `least` or more.
    pub(super) fn count(&mut self, name: &str, least: usize) -> Result<Option<usize>, Refusal> {
        self.read(name, &format!("an int of {least} or more"), |value| match value {
            Value::Int(number) => usize::try_from(number).ok().filter(|count| *count >= least),
            _ => None,
        })
    }

    /// A string.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        self.read(name, "a string", |value| if let Value::Text(text) = value { Some(text) } else { None })
    }

    /// An amount above nought, as a double or an int.
    pub(super) fn amount(&mut self, name: &str) -> Result<Option<Decimal<2>>, Refusal> {
        let wanted = "a double above 0 with at most 2 decimals";
        self.read(name, wanted, |value| match value {
            Value::Double(text) => text.parse().ok().filter(|amount: &Decimal<2>| amount.0 > 0),
            Value::Int(number) if number > 0 => Some(Decimal(i64::from(number) * 100)),
            _ => None,
        })
    }

    /// A date in the switch's own format, in unix seconds.
    pub(super) fn date(&mut self, name: &str) -> Result<Option<i64>, Refusal> {
        self.read(name, "a date like 09:57:29.000 GMT Wed Nov 18 2009", |value| match value {
            Value::Text(text) => dates::read(&text),
            _ => None,
        })
    }

    /// Refuses what is left.
    pub(super) fn end(self) -> Result<(), Refusal> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(unknown) => Err(Refusal::bad_parameters(format!("unknown parameter {unknown}"))),
        }
    }
}

/// The refusal of a call without something that it needs.
pub(super) fn needed<T>(name: &str, value: Option<T>) -> Result<T, Refusal> {
    value.ok_or_else(|| Refusal::bad_parameters(format!("{name} is required")))
}
