//! The OpenAPI document, made of the table of endpoints: what it says and what the router does cannot differ.

use serde_json::{Map, Value, json};

use crate::{
    endpoints::{ApiQuestion, ENDPOINTS, Operation, Parameter, ParameterType},
    problem,
    reply::PARQUET,
};

/// Returns the description of the interface, as OpenAPI 3.1.
#[must_use]
pub fn openapi_document() -> Value {
    let mut paths = Map::new();
    for endpoint in &ENDPOINTS {
        let mut methods = Map::new();
        methods.insert("get".to_owned(), operation(endpoint, false));
        if endpoint.has_body {
            methods.insert("post".to_owned(), operation(endpoint, true));
        }
        paths.insert(endpoint.path.to_owned(), Value::Object(methods));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "iamwatch: the past of cloud access",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Snapshots of identity and access data, compared and asked. It only reads.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": { "schemas": { "Problem": problem_schema() }, "securitySchemes": { "token": {
            "type": "http", "scheme": "bearer",
            "description": "The token in the address that `iamwatch serve` prints. A function URL takes requests signed by AWS Signature Version 4 instead.",
        } } },
    })
}

fn operation(endpoint: &Operation, has_body: bool) -> Value {
    let of_path = endpoint.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut parameters: Vec<Value> = of_path
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true, "description": about_part(name), "schema": { "type": "string" } })
        })
        .collect();
    let asked = endpoint.parameters.iter().filter(|parameter| !(has_body && parameter.name == "sql"));
    parameters.extend(asked.map(query_parameter));
    let mut content = Map::new();
    content.insert("application/json".to_owned(), json!({ "schema": answer_schema(endpoint) }));
    if endpoint.rows.is_some() {
        for media_type in ["text/csv", "application/jsonl"] {
            content.insert(media_type.to_owned(), json!({ "schema": { "type": "string" } }));
        }
    }
    if endpoint.question == ApiQuestion::Table {
        content.insert(PARQUET.to_owned(), json!({}));
    }
    let problem = json!({
        "description": "A problem, with what to do next.",
        "content": { problem::MEDIA_TYPE: { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    let name = format!("{:?}", endpoint.question);
    let mut operation = json!({
        "operationId": if has_body { format!("post{name}") } else { format!("get{name}") },
        "summary": endpoint.about,
        "parameters": parameters,
        "responses": {
            "200": { "description": "The answer.", "content": content },
            "304": { "description": "The answer that `If-None-Match` names is still the answer." },
            "default": problem,
        },
    });
    if let (true, Some(members)) = (has_body, operation.as_object_mut()) {
        let wrapped =
            json!({ "type": "object", "required": ["sql"], "properties": { "sql": { "type": "string" } } });
        let body = json!({ "required": true, "content": {
            "application/json": { "schema": wrapped },
            "application/sql": { "schema": { "type": "string" } },
        } });
        members.insert("requestBody".to_owned(), body);
    }
    operation
}

fn about_part(name: &str) -> &'static str {
    match name {
        "cloud" => "The cloud: `ibm` or `huawei`.",
        "id" => "The id of the account within its cloud.",
        "snapshot" => "The snapshot: `latest`, `latest~3`, a number, a day, or a time.",
        _ => "The name of a table.",
    }
}

fn query_parameter(parameter: &Parameter) -> Value {
    let schema = match parameter.kind {
        ParameterType::Text => json!({ "type": "string" }),
        ParameterType::Count { usual, most } => {
            json!({ "type": "integer", "minimum": 1, "maximum": most, "default": usual })
        }
        ParameterType::Truth => json!({ "type": "boolean", "default": false }),
        ParameterType::Choice(words) => json!({ "type": "string", "enum": words }),
    };
    json!({
        "name": parameter.name,
        "in": "query",
        "required": parameter.is_required,
        "description": parameter.about,
        "schema": schema,
    })
}

fn answer_schema(endpoint: &Operation) -> Value {
    let Some(rows) = endpoint.rows else { return json!({ "type": "object" }) };
    json!({
        "type": "object",
        "required": [rows],
        "properties": {
            rows: { "type": "array", "items": { "type": "object" } },
            "not_answered": { "type": "array", "items": { "type": "object" }, "description": "Rules and permissions that the snapshot does not answer, or not wholly (`is_partial`), with the tables that were not read to their end." },
            "incomplete": { "type": "array", "items": { "type": "object" }, "description": "The lists that the answer hangs on and that were not read to their end: what is missing from them proves nothing." },
            "next": { "type": ["string", "null"], "description": "The token of the next page." },
        },
    })
}

fn problem_schema() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "help"],
        "properties": { "type": text, "title": text, "status": { "type": "integer" }, "detail": text, "help": text },
    })
}
