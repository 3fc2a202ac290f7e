//! Marks of commits: whoever lost the answer to its commit knows it again by its mark.

use uuid::Uuid;

/// A mark no other commit has.
pub(super) fn commit_mark() -> String {
    Uuid::new_v4().simple().to_string()
}
