//! What holds for all notices of one kind.

use crate::notices::NoticeKind;
use crate::notices::field::{Field, Form};

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The customer it is about.
    Customer,
    /// The member of the staff who asked for it.
    Staff,
    /// Whoever looks after Paydesk.
    Operators,
}

/// What holds for every notice of one kind.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Who is told.
    pub audience: Audience,
    /// Whether it is sent in quiet hours too.
    pub is_urgent: bool,
    /// Its fields, in the order of the struct.
    pub fields: &'static [Field],
}

impl NoticeKind {
    /// Who is told.
    pub fn audience(self) -> Audience {
        self.about().audience
    }

    /// Whether it is sent in quiet hours too.
    pub fn is_urgent(self) -> bool {
        self.about().is_urgent
    }

    /// Whether it carries a credential.
    pub fn has_secrets(self) -> bool {
        self.fields().iter().any(|field| field.form == Form::Secret)
    }

    /// Its fields, in the order they are documented.
    pub fn fields(self) -> &'static [Field] {
        self.about().fields
    }
}
