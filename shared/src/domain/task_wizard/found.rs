//! The customers that a search brought, page by page.

use std::str::FromStr;

use super::page::Page;
use crate::domain::support_task::draft::Subscriber;

/// Most customers of one search that are kept.
pub const MOST_FOUND: usize = 50;
/// Customers on a page.
pub const PAGE: usize = 6;
/// Longest text to search for, in characters.
pub const MAX_QUERY: usize = 64;

/// What customers are searched by: 2–64 characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query(String);

/// Why a text is not searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a search has 2 to {MAX_QUERY} characters")]
pub struct QueryError;

impl Query {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        let text = text.trim();
        let length = text.chars().count();
        if !(2..=MAX_QUERY).contains(&length) || text.chars().any(char::is_control) {
            return Err(QueryError);
        }
        Ok(Self(text.to_owned()))
    }
}

/// What a search brought. It may be nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What was searched for.
    pub query: Query,
    /// Who was found: [`MOST_FOUND`] at most.
    pub customers: Vec<Subscriber>,
    /// Whether there are more than are kept.
    pub has_more: bool,
    /// Which page is shown.
    pub page: Page,
}

impl Found {
    /// The result of a search. What is beyond [`MOST_FOUND`] is left out.
    pub fn new(query: Query, mut customers: Vec<Subscriber>, has_more: bool) -> Self {
        let has_more = has_more || customers.len() > MOST_FOUND;
        customers.truncate(MOST_FOUND);
        let page = Page::first(customers.len(), PAGE);
        Self { query, customers, has_more, page }
    }

    /// The customers on the shown page, each with its place in the list.
    pub fn shown(&self) -> impl Iterator<Item = (usize, &Subscriber)> {
        self.page.of(&self.customers)
    }
}
