//! Places in lists: where the next part starts.

/// A place in a list: everything before it was shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(String);

impl Place {
    /// The place as text, for a cursor.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A place that [`Place::as_str`] gave. The text's origin must have been proved.
    pub fn from_proved(text: String) -> Self {
        Self(text)
    }

    /// The place of an item's position in its list.
    pub(super) fn at(position: String) -> Self {
        Self(position)
    }
}
