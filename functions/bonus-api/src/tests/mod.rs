//! Stories of the API.
