//! The templates, read as plain YAML: `!Ref X` is `X`, `!GetAtt A.B` is `A.B`, `!If [C, x, y]` a list.

use yaml_rust2::{Yaml, YamlLoader};

use crate::source::{functions, read};

/// One template.
pub fn template(path: &str) -> Yaml {
    YamlLoader::load_from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}")).remove(0)
}

/// The resources of a kind, by their logical ids.
pub fn resources<'a>(template: &'a Yaml, kind: &str) -> Vec<(&'a str, &'a Yaml)> {
    let all = template["Resources"].as_hash().unwrap();
    let of_kind = all.iter().filter(|(_, resource)| resource["Type"].as_str() == Some(kind));
    of_kind.map(|(id, resource)| (id.as_str().unwrap(), &resource["Properties"])).collect()
}

/// The members of a mapping; none where there is no mapping.
pub fn members(yaml: &Yaml) -> Vec<(&str, &Yaml)> {
    let pairs = yaml.as_hash().into_iter().flatten();
    pairs.map(|(name, value)| (name.as_str().unwrap(), value)).collect()
}

/// The members of a list; none where there is no list.
pub fn list(yaml: &Yaml) -> &[Yaml] {
    yaml.as_vec().map_or(&[], Vec::as_slice)
}

pub fn text(yaml: &Yaml) -> &str {
    yaml.as_str().unwrap_or_default()
}

/// A function's folder and its properties in `template.yaml`.
pub fn deployed(main: &Yaml) -> Vec<(String, &Yaml)> {
    let resources = resources(main, "AWS::Serverless::Function");
    let of = |name: &String| {
        let properties = resources.iter().find(|(id, _)| *id == logical_id(name));
        properties.map(|(_, properties)| (name.clone(), *properties))
    };
    functions().iter().filter_map(of).collect()
}

/// `tripay-callback` is `TripayCallback` in the template.
pub fn logical_id(function: &str) -> String {
    let capital = |word: &str| format!("{}{}", word[..1].to_uppercase(), &word[1..]);
    function.split('-').map(capital).collect()
}

/// What an output of `infra/data.yaml` stands for: `Data.Outputs.OrderUpdatesArn` is `OrderUpdates`.
pub fn data_resource(data: &Yaml, reference: &str) -> String {
    let output = reference.strip_prefix("Data.Outputs.").unwrap_or(reference);
    text(&data["Outputs"][output]["Value"]).split('.').next().unwrap_or_default().to_owned()
}
