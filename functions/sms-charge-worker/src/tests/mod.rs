//! Stories of the function.
