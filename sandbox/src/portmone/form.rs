//! The parameters of a form body: each once, and none that nobody takes.

use std::collections::BTreeMap;

use super::refusals::Refusal;

/// Parameters that wait to be taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a whole body.
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let text =
            std::str::from_utf8(body).map_err(|_other| Refusal::bad_request("The body is not UTF-8"))?;
        let mut parameters = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if value.contains(char::REPLACEMENT_CHARACTER) {
                return Err(Refusal::bad_request(format!("{name} is not UTF-8")));
            }
            if parameters.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(Refusal::bad_request(format!("{name} comes twice")));
            }
        }
        Ok(Self(parameters))
    }

    /// A parameter that may be left out; an empty one is as good as left out.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).filter(|value| !value.is_empty())
    }

    /// A parameter that must be there.
    pub(super) fn need(&mut self, name: &str) -> Result<String, Refusal> {
        self.take(name).ok_or_else(|| Refusal::bad_request(format!("{name} is required")))
    }

    /// Refuses what nobody took.
    pub(super) fn end(self) -> Result<(), Refusal> {
        match self.0.into_keys().next() {
            None => Ok(()),
            Some(name) => Err(Refusal::bad_request(format!("Unknown parameter {name}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn parameters_come_once_and_are_all_taken() {
        let mut form = Form::read("a=1&b=%D0%9A+x&c=".as_bytes()).unwrap();
        assert_eq!((form.need("a").unwrap().as_str(), form.take("b").as_deref()), ("1", Some("К x")));
        assert_eq!(form.need("c").unwrap_err().description, "c is required");
        assert_eq!(form.end(), Ok(()));
        let words = |body: &[u8]| Form::read(body).and_then(Form::end).unwrap_err().description;
        assert_eq!(words(b"a=1&a=1"), "a comes twice");
        assert_eq!(words(b"a=1"), "Unknown parameter a");
        assert_eq!(words(b"a=%FF"), "a is not UTF-8");
        assert_eq!(words(b"a=\xff"), "The body is not UTF-8");
    }
}
