//! What is wrong with JSON that cannot be read, in words that hold nothing of it.

/// Says what was expected and where, but never what stood there: that may be anybody's secret.
pub fn without_values(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let is_about_a_value = ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant "]
        .iter()
        .any(|beginning| told.starts_with(beginning));
    match told.rfind(", expected ") {
        Some(place) if is_about_a_value => format!("another value{}", told.get(place..).unwrap_or_default()),
        Some(_) | None => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queues::notification::Notification;

    #[test]
    fn a_reason_says_where_and_never_what() {
        let head = r#"{"version":1,"id":"x","correlationId":"c","userId""#;
        for (body, reason) in [
            (format!("{head}:380501234567}}"), "another value, expected a string at line 1 column 63"),
            (r#"{"version":"S33d"}"#.to_owned(), "another value, expected u8 at line 1 column 17"),
            ("not JSON".to_owned(), "expected ident at line 1 column 2"),
        ] {
            let error = serde_json::from_str::<Notification>(&body).unwrap_err();
            assert_eq!(without_values(&error), reason, "{body}");
        }
    }
}
