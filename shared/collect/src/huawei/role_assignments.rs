//! Grants of classic roles and policies in all four scopes, and the roles themselves.

use model::tables::huawei::ROLE_ASSIGNMENTS;

use super::{
    reader::{Reader, list_at},
    roles,
};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

const ALL_PROJECTS: &str = "all_projects";
/// The scopes as the table names them, with what asks for each.
const SCOPES: [(&str, &[(&str, &str)]); 4] = [
    ("domain", &[("scope", "domain"), ("is_inherited", "false")]),
    (ALL_PROJECTS, &[("scope", "domain"), ("is_inherited", "true")]),
    ("project", &[("scope", "project")]),
    ("enterprise_project", &[("scope", "enterprise_project")]),
];

/// Reads all grants, and the roles.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let [domain, all, project, enterprise] = SCOPES.map(|(name, query)| of_scope(reader, name, query));
    let (mut seen, all, project, enterprise, own) =
        futures::join!(domain, all, project, enterprise, roles::own(reader));
    [all, project, enterprise, own].into_iter().for_each(|part| seen.join(part));
    let granted = roles::granted(reader, &seen).await;
    seen.join(granted);
    seen
}

async fn of_scope(reader: &Reader<'_>, name: &'static str, scope: &[(&str, &str)]) -> Seen {
    let mut query = vec![("domain_id", reader.account), ("page", "1"), ("per_page", "50")];
    query.extend_from_slice(scope);
    let family = Family::Numbered { size: 50, total: Some("total_num") };
    let path = ["v3.0", "OS-PERMISSION", "role-assignments"];
    let items = Items::Each("role_assignments");
    let list = list_at(ROLE_ASSIGNMENTS.listing, &reader.endpoints.iam, &path, &query, family, items);
    reader.list(list.of(name), |item, seen| keep(item, name, seen)).await
}

fn keep(item: &Item<'_>, asked: &str, seen: &mut Seen) -> Kept {
    let id = |of: &Item<'_>, name: &str| of.object(name).and_then(|each| each.key("id").map(str::to_owned));
    let subject = ["user", "group", "agency"].into_iter().find_map(|kind| Some((kind, id(item, kind)?)));
    // The answer may leave out what the question said.
    let is_inherited = item.boolean("is_inherited").unwrap_or(asked == ALL_PROJECTS);
    let scope = item.object("scope").and_then(|scope| {
        let kinds = [
            ("enterprise_project", "enterprise_project"),
            ("project", "project"),
            ("domain", if is_inherited { ALL_PROJECTS } else { "domain" }),
        ];
        kinds.into_iter().find_map(|(member, kind)| Some((kind, id(&scope, member)?)))
    });
    let (Some(role), Some((kind, subject)), Some((scope, scope_id))) = (id(item, "role"), subject, scope)
    else {
        item.faults().note(|| "a grant lacks its role, its subject or its scope".to_owned());
        return None;
    };
    let row = ROLE_ASSIGNMENTS
        .draft()
        .set("role_id", &role)
        .set("subject_type", kind)
        .set("subject_id", &subject)
        .set("scope_type", scope)
        .set("scope_id", &scope_id)
        .row();
    seen.push(&ROLE_ASSIGNMENTS, row);
    Some(format!("{role}/{kind}/{subject}/{scope}/{scope_id}"))
}
