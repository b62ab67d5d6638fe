//! The rows that a complete reader must have written, worked out from the simulator's truth alone.
//!
//! Every table is named here by what it is made of, so that a new one without a line fails.

mod organization;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

use model::{Table, tables::huawei::*};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use simulators::huawei::world::Truth;

use super::documents;

/// The columns that are compared, and a line for each row.
#[derive(Debug, Default)]
pub struct Rows {
    pub columns: Vec<&'static str>,
    pub lines: BTreeSet<String>,
}

/// By table.
pub type Expected = BTreeMap<&'static str, Rows>;

/// Where the value of a column is.
#[derive(Clone, Copy)]
enum At {
    /// At this pointer of the object.
    Is(&'static str),
    /// At this pointer, a time.
    Time(&'static str),
    /// The id in the name of the list.
    Parent,
    /// Always this text.
    Text(&'static str),
}
use At::{Is, Parent, Text, Time};

/// Absent, null and empty texts are one in the tables.
pub fn or_null(value: Option<&Value>) -> Value {
    value.filter(|value| *value != "").cloned().unwrap_or_default()
}

fn cell(at: At, parent: &str, object: &Value) -> Value {
    match at {
        Is(pointer) => or_null(object.pointer(pointer)),
        Time(pointer) => match or_null(object.pointer(pointer)).as_str() {
            Some(text) => json!(model::normal_time(text).expect("a time")),
            None => Value::Null,
        },
        Parent => json!(parent),
        Text(text) => json!(text),
    }
}

/// Adds rows to a table.
pub fn add(
    expected: &mut Expected,
    table: &'static Table,
    columns: Vec<&'static str>,
    rows: impl Iterator<Item = Vec<Value>>,
) {
    let all = expected.entry(table.name).or_default();
    all.columns = columns;
    for row in rows {
        assert!(all.lines.insert(json!(row).to_string()), "{} has a row twice: {row:?}", table.name);
    }
}

/// The objects of a list, or of all lists whose names begin with `list/`, each with its parent.
fn objects<'t>(truth: &'t Truth, list: &str) -> Vec<(&'t str, &'t Value)> {
    let lists = truth.iter().filter_map(|(name, things)| {
        let parent = if name == list { "" } else { name.strip_prefix(list)?.strip_prefix('/')? };
        Some((parent, things))
    });
    lists.flat_map(|(parent, things)| things.iter().map(move |thing| (parent, thing))).collect()
}

struct Making<'t> {
    truth: &'t Truth,
    expected: Expected,
}

impl Making<'_> {
    /// A table with one row for each object of a list.
    fn plain(&mut self, table: &'static Table, list: &str, cells: &[(&'static str, At)]) {
        self.those(table, list, cells, |_| true);
    }

    fn those(
        &mut self,
        table: &'static Table,
        list: &str,
        cells: &[(&'static str, At)],
        wanted: impl Fn(&Value) -> bool,
    ) {
        let objects = objects(self.truth, list).into_iter().filter(|(_, object)| wanted(object));
        let rows = objects.map(|(parent, object)| {
            cells.iter().map(|(_, at)| cell(*at, parent, object)).collect::<Vec<Value>>()
        });
        let columns = cells.iter().map(|(name, _)| *name).collect();
        add(&mut self.expected, table, columns, rows);
    }
}

/// Works out all rows.
pub fn rows(truth: &Truth) -> Expected {
    let mut making = Making { truth, expected: Expected::new() };
    people(&mut making);
    credentials(&mut making);
    groups(&mut making);
    policies(&mut making);
    agencies(&mut making);
    roles(&mut making);
    federation(&mut making);
    settings::add_all(&mut making);
    organization::add_all(&mut making);
    let mut expected = making.expected;
    documents::add_all(&mut expected, truth);
    expected
}

fn people(making: &mut Making<'_>) {
    making.plain(
        &USERS,
        "users",
        &[
            ("user_id", Is("/user_id")),
            ("name", Is("/user_name")),
            ("description", Is("/description")),
            ("is_root_user", Is("/is_root_user")),
            ("enabled", Is("/enabled")),
            ("created_at", Time("/created_at")),
            ("urn", Is("/urn")),
        ],
    );
    let tag = [("key", Is("/tag_key")), ("value", Is("/tag_value"))];
    making.plain(&USER_TAGS, "user_tags", &[("user_id", Parent), tag[0], tag[1]]);
    making.plain(&AGENCY_TAGS, "agency_tags", &[("agency_id", Parent), tag[0], tag[1]]);
    let login = [("user_id", Parent), ("last_login_at", Time("/last_login_at"))];
    making.plain(&USER_LOGINS, "last_login", &login);
    making.plain(
        &LOGIN_PROFILES,
        "login_profile",
        &[
            ("user_id", Parent),
            ("password_reset_required", Is("/password_reset_required")),
            ("password_expires_at", Time("/password_expires_at")),
            ("created_at", Time("/created_at")),
        ],
    );
}

fn credentials(making: &mut Making<'_>) {
    making.plain(
        &ACCESS_KEYS,
        "access_keys",
        &[
            ("access_key_id", Is("/access_key_id")),
            ("user_id", Parent),
            ("status", Is("/status")),
            ("created_at", Time("/created_at")),
        ],
    );
    let used = [("access_key_id", Parent), ("last_used_at", Time("/last_used_at"))];
    making.plain(&ACCESS_KEY_USES, "access_key_last_used", &used);
    let device = [("serial_number", Is("/serial_number")), ("user_id", Is("/user_id"))];
    making.plain(&MFA_DEVICES, "mfa_devices", &[device[0], device[1], ("enabled", Is("/enabled"))]);
    making.plain(
        &LOGIN_PROTECTIONS,
        "v3_login_protects",
        &[
            ("user_id", Is("/user_id")),
            ("enabled", Is("/enabled")),
            ("verification_method", Is("/verification_method")),
        ],
    );
    making.plain(
        &USER_ACCESS_MODES,
        "v3_users",
        &[
            ("user_id", Is("/id")),
            ("access_mode", Is("/access_mode")),
            ("pwd_status", Is("/pwd_status")),
            ("pwd_strength", Is("/pwd_strength")),
        ],
    );
}

fn groups(making: &mut Making<'_>) {
    making.plain(
        &GROUPS,
        "groups",
        &[
            ("group_id", Is("/group_id")),
            ("name", Is("/group_name")),
            ("description", Is("/description")),
            ("created_at", Time("/created_at")),
            ("urn", Is("/urn")),
        ],
    );
    making.plain(&GROUP_MEMBERS, "group_users", &[("group_id", Parent), ("user_id", Is("/user_id"))]);
}

/// Policies of the account, and those of the cloud that somebody has.
pub fn is_kept(policy: &Value) -> bool {
    policy["policy_type"] == "custom" || policy["attachment_count"] != 0
}

fn policies(making: &mut Making<'_>) {
    making.those(
        &POLICIES,
        "policies",
        &[
            ("policy_id", Is("/policy_id")),
            ("name", Is("/policy_name")),
            ("type", Is("/policy_type")),
            ("urn", Is("/urn")),
            ("path", Is("/path")),
            ("description", Is("/description")),
            ("default_version_id", Is("/default_version_id")),
            ("attachment_count", Is("/attachment_count")),
            ("created_at", Time("/created_at")),
            ("updated_at", Time("/updated_at")),
        ],
        is_kept,
    );
    for (list, kind, id) in [
        ("policy_users", "user", "/user_id"),
        ("policy_groups", "group", "/group_id"),
        ("policy_agencies", "agency", "/agency_id"),
    ] {
        let cells = [
            ("policy_id", Parent),
            ("entity_type", Text(kind)),
            ("entity_id", Is(id)),
            ("attached_at", Time("/attached_at")),
        ];
        making.plain(&POLICY_ATTACHMENTS, list, &cells);
    }
}

fn agencies(making: &mut Making<'_>) {
    let cells = |kind| {
        [
            ("agency_id", Is("/agency_id")),
            ("name", Is("/agency_name")),
            ("kind", Text(kind)),
            ("urn", Is("/urn")),
            ("path", Is("/path")),
            ("description", Is("/description")),
            ("created_at", Time("/created_at")),
            ("max_session_duration", Is("/max_session_duration")),
            ("trust_domain_id", Is("/trust_domain_id")),
            ("trust_domain_name", Is("/trust_domain_name")),
        ]
    };
    fn kind(agency: &Value) -> &'static str {
        match agency["path"].as_str() {
            _ if agency["trust_policy"].is_null() => "classic",
            Some(path) if path.starts_with("service-linked-agency/") => "service_linked",
            _ => "trust",
        }
    }
    for wanted in ["classic", "trust", "service_linked"] {
        making.those(&AGENCIES, "agencies", &cells(wanted), |agency| kind(agency) == wanted);
    }
    let rows = making.truth["v3_agencies"].iter().map(|agency| {
        let written = |name: &str| agency[name].as_str().filter(|text| *text != "null");
        let ends =
            written("expire_time").map(|time| model::normal_time(&format!("{time}Z")).expect("a time"));
        vec![agency["id"].clone(), json!(written("duration")), json!(ends)]
    });
    let columns = vec!["agency_id", "duration", "expires_at"];
    add(&mut making.expected, &CLASSIC_AGENCIES, columns, rows);
}

/// Roles of the account, and those of the cloud that somebody has.
pub fn kept_roles(truth: &Truth) -> Vec<&Value> {
    let granted: BTreeSet<&str> = objects(truth, "v3_role_assignments")
        .into_iter()
        .filter_map(|(_, assignment)| assignment.pointer("/role/id")?.as_str())
        .collect();
    let is_granted = |role: &&Value| role["id"].as_str().is_some_and(|id| granted.contains(id));
    truth["v3_custom_roles"].iter().chain(truth["v3_roles"].iter().filter(is_granted)).collect()
}

fn roles(making: &mut Making<'_>) {
    let truth = making.truth;
    let rows = kept_roles(truth).into_iter().map(|role| {
        let version = &role["policy"]["Version"];
        let mut cells: Vec<Value> =
            ["id", "name", "display_name", "type"].iter().map(|name| or_null(role.get(*name))).collect();
        cells.push(json!(!role["domain_id"].is_null()));
        cells.extend([json!(version == "1.1"), version.clone(), or_null(role.get("description"))]);
        cells
    });
    let columns =
        vec!["id", "name", "display_name", "type", "is_custom", "is_fine_grained", "version", "description"];
    add(&mut making.expected, &ROLES, columns, rows);
    for (list, scope, id) in [
        ("v3_role_assignments/domain", "domain", "/scope/domain/id"),
        ("v3_role_assignments/inherited", "all_projects", "/scope/domain/id"),
        ("v3_role_assignments/project", "project", "/scope/project/id"),
        ("v3_role_assignments/enterprise_project", "enterprise_project", "/scope/enterprise_project/id"),
    ] {
        for (kind, subject) in [("user", "/user/id"), ("group", "/group/id"), ("agency", "/agency/id")] {
            let cells = [
                ("role_id", Is("/role/id")),
                ("subject_type", Text(kind)),
                ("subject_id", Is(subject)),
                ("scope_type", Text(scope)),
                ("scope_id", Is(id)),
            ];
            making.those(&ROLE_ASSIGNMENTS, list, &cells, |one| one.pointer(subject).is_some());
        }
    }
}

fn federation(making: &mut Making<'_>) {
    let named = [
        ("provider_id", Is("/provider_id")),
        ("name", Is("/name")),
        ("description", Is("/description")),
        ("urn", Is("/urn")),
        ("created_at", Time("/created_at")),
    ];
    let truth = making.truth;
    let mut saml = named.to_vec();
    saml.extend([
        ("assertion_encryption_mode", Is("/assertion_encryption_mode")),
        ("expires_at", Time("/expires_at")),
    ]);
    making.plain(&SAML_PROVIDERS, "saml_providers", &saml);
    let mut oidc = named.to_vec();
    oidc.push(("url", Is("/url")));
    making.plain(&OIDC_PROVIDERS, "oidc_providers", &oidc);
    for (table, column, list) in
        [(&OIDC_CLIENTS, "client_id", "client_ids"), (&OIDC_THUMBPRINTS, "thumbprint", "thumbprints")]
    {
        let rows = truth["oidc_providers"].iter().flat_map(|provider| {
            let values = provider[list].as_array().expect("a list");
            values.iter().map(|value| vec![provider["provider_id"].clone(), value.clone()])
        });
        add(&mut making.expected, table, vec!["provider_id", column], rows);
    }
    let rows = truth["v3_identity_providers"].iter().map(|provider| {
        let sso = provider["sso_type"].as_str().filter(|text| !text.is_empty()).unwrap_or("virtual_user_sso");
        let description = or_null(provider.get("description"));
        vec![provider["id"].clone(), json!(sso), provider["enabled"].clone(), description]
    });
    let columns = vec!["id", "sso_type", "enabled", "description"];
    add(&mut making.expected, &IDENTITY_PROVIDERS, columns, rows);
    let cells = [("provider_id", Parent), ("id", Is("/id")), ("mapping_id", Is("/mapping_id"))];
    making.plain(&PROTOCOLS, "v3_protocols", &cells);
    let mut rows = Vec::new();
    for mapping in &truth["v3_mappings"] {
        let mut rules = mapping["rules"].as_array().expect("rules").clone();
        let remote = |rule: &Value| {
            let asked = rule["remote"].as_array().expect("a list").iter();
            asked.map(|each| documents::in_order(each).to_string()).collect::<Vec<_>>().join(",")
        };
        rules.sort_by_key(|rule| (remote(rule), documents::in_order(rule).to_string()));
        for (number, rule) in rules.iter().enumerate() {
            let mut locals = rule["local"].as_array().expect("a list").clone();
            locals.sort_by_key(|local| documents::in_order(local).to_string());
            for (place, local) in locals.iter().enumerate() {
                let name = |member: &str| local[member]["name"].clone();
                rows.push(vec![
                    mapping["id"].clone(),
                    json!(number),
                    json!(place),
                    name("user"),
                    name("group"),
                ]);
            }
        }
    }
    let columns = vec!["mapping_id", "rule", "position", "user_name", "group_name"];
    add(&mut making.expected, &MAPPINGS, columns, rows.into_iter());
}

/// A member that is a text.
pub fn text<'v>(object: &'v Value, member: &str) -> &'v str {
    object[member].as_str().expect("a text")
}

/// The hash under which SAML metadata is kept.
pub fn metadata_hashes(truth: &Truth) -> BTreeSet<String> {
    let providers = truth["saml_providers"].iter();
    providers.map(|one| hex::encode(Sha256::digest(text(one, "saml_metadata_document")))).collect()
}
