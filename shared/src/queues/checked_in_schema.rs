//! JSON Schemas for who sends us messages: files under `docs`, written from the code.

use std::fs;
use std::path::Path;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

/// Set to write the files anew.
const UPDATE: &str = "UPDATE_SCHEMAS";

/// The schema of a message that we write, or that its senders write as `T` does.
pub(super) fn of_written<T: JsonSchema>() -> Value {
    of::<T>(SchemaSettings::draft2020_12().for_serialize())
}

/// The schema of a message that we read.
pub(super) fn of_read<T: JsonSchema>() -> Value {
    of::<T>(SchemaSettings::draft2020_12().for_deserialize())
}

fn of<T: JsonSchema>(settings: SchemaSettings) -> Value {
    let generator = SchemaGenerator::new(settings);
    serde_json::to_value(generator.into_root_schema_for::<T>()).unwrap()
}

/// Sees that a checked-in file, such as `billz/jobs.schema.json`, says what the code says.
pub(super) fn hold(name: &str, schema: &Value) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&file, &text).unwrap();
    }
    let checked_in = fs::read_to_string(&file).unwrap_or_default();
    assert!(checked_in == text, "docs/{name} is not what the code says: run this test with {UPDATE}=1");
}
