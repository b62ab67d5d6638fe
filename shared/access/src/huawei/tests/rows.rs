//! A drawn account as the rows that a collector would have read.

use model::{Coverage, Draft, ListStatus, Rows, State, Table, tables::huawei as t};

use super::{
    Tables,
    language::{ACCOUNT, ACCOUNT_NAME, Account, Grant, Kind, Scope, Statement},
};

/// The tables of one kind of document: statements, actions, resources, conditions.
type Family = [&'static Table; 4];

const POLICIES: Family =
    [&t::POLICY_STATEMENTS, &t::POLICY_ACTIONS, &t::POLICY_RESOURCES, &t::POLICY_CONDITIONS];
const ROLES: Family = [&t::ROLE_STATEMENTS, &t::ROLE_ACTIONS, &t::ROLE_RESOURCES, &t::ROLE_CONDITIONS];
const SCPS: Family = [&t::SCP_STATEMENTS, &t::SCP_ACTIONS, &t::SCP_RESOURCES, &t::SCP_CONDITIONS];
const TRUST: Family = [&t::TRUST_STATEMENTS, &t::TRUST_ACTIONS, &t::TRUST_RESOURCES, &t::TRUST_CONDITIONS];

pub(super) fn state(account: &Account) -> State {
    let mut rows = Tables::default();
    let own = t::ACCOUNTS.draft().set("account_id", ACCOUNT);
    rows.add(&t::ACCOUNTS, own.set("name", ACCOUNT_NAME));
    rows.add(&t::GROUPS, t::GROUPS.draft().set("group_id", "g").set("name", "g"));
    let mut lists = vec![list(t::PROTOCOLS.listing, ""), list(t::IDENTITY_PROVIDERS.listing, "")];
    people(&mut rows, account, &mut lists);
    for (number, grant) in account.grants.iter().enumerate() {
        match grant.scope {
            Scope::Identity => policy(&mut rows, &format!("p{number}"), grant),
            scope => role(&mut rows, &format!("r{number}"), grant, scope),
        }
    }
    organization(&mut rows, account);
    for (agency, statements) in account.trust.iter().filter(|(agency, _)| *agency != "old") {
        rows.documents(TRUST, &[("agency_id", agency)], statements);
    }
    mapping(&mut rows, account.mapping);
    let mut state = rows.state();
    let lists = lists.iter().map(Coverage::row).collect();
    state.put(&model::tables::COVERAGE, Rows::new(&model::tables::COVERAGE, lists));
    state
}

fn list(listing: &str, parent: &str) -> Coverage {
    Coverage {
        listing: listing.to_owned(),
        parent: parent.to_owned(),
        endpoint: String::new(),
        status: ListStatus::Complete,
        reason: None,
        pages: 1,
        rows: 0,
        carried_from: None,
    }
}

fn people(rows: &mut Tables, account: &Account, lists: &mut Vec<Coverage>) {
    for person in account.people.iter().filter(|person| person.kind != Kind::Mapped) {
        let is_user = matches!(person.kind, Kind::User | Kind::Root);
        let (table, tags, id) = match is_user {
            true => (&t::USERS, &t::USER_TAGS, "user_id"),
            false => (&t::AGENCIES, &t::AGENCY_TAGS, "agency_id"),
        };
        let urn = person.urn();
        let draft = table.draft().set(id, person.id).set("name", person.id).set("urn", &urn);
        let kind = match (person.kind, person.id) {
            (Kind::ServiceLinked, _) => "service_linked",
            (_, "old") => "classic",
            _ => "trust",
        };
        rows.add(
            table,
            match (is_user, person.id) {
                (true, _) => draft.set("enabled", true).set("is_root_user", person.kind == Kind::Root),
                (false, "old") => draft.set("kind", kind).set("trust_domain_id", "other"),
                (false, _) => draft.set("kind", kind),
            },
        );
        match &person.tags {
            Some(_) => lists.push(list(tags.listing, person.id)),
            None => lists.push(Coverage { status: ListStatus::Failed, ..list(tags.listing, person.id) }),
        }
        for (key, value) in person.tags.iter().flatten() {
            rows.add(tags, tags.draft().set(id, person.id).set("key", *key).set("value", *value));
        }
    }
    for member in &account.members {
        rows.add(&t::GROUP_MEMBERS, t::GROUP_MEMBERS.draft().set("group_id", "g").set("user_id", *member));
    }
}

fn kind_of(holder: &str) -> &'static str {
    match holder {
        "g" => "group",
        "u0" | "u1" => "user",
        _ => "agency",
    }
}

/// A policy with a version that is not in force, and would give everything.
fn policy(rows: &mut Tables, id: &str, grant: &Grant) {
    rows.add(&t::POLICIES, t::POLICIES.draft().set("policy_id", id).set("name", id));
    let everything = [Statement { actions: vec!["*".to_owned()], ..Statement::default() }];
    for (version, statements) in [("v1", &everything[..]), ("v2", &grant.statements)] {
        let draft = t::POLICY_VERSIONS.draft().set("policy_id", id).set("version_id", version);
        rows.add(&t::POLICY_VERSIONS, draft.set("is_default", version == "v2"));
        rows.documents(POLICIES, &[("policy_id", id), ("version_id", version)], statements);
    }
    for holder in &grant.holders {
        let draft = t::POLICY_ATTACHMENTS.draft().set("policy_id", id);
        rows.add(&t::POLICY_ATTACHMENTS, draft.set("entity_type", kind_of(holder)).set("entity_id", *holder));
    }
}

fn role(rows: &mut Tables, id: &str, grant: &Grant, scope: Scope) {
    rows.add(&t::ROLES, t::ROLES.draft().set("id", id).set("name", id));
    rows.documents(ROLES, &[("role_id", id)], &grant.statements);
    let (kind, place) = match scope {
        Scope::AllProjects => ("all_projects", ""),
        Scope::Project(id) => ("project", id),
        Scope::EnterpriseProject(id) => ("enterprise_project", id),
        Scope::Global | Scope::Identity => ("domain", ACCOUNT),
    };
    for holder in &grant.holders {
        let draft = t::ROLE_ASSIGNMENTS.draft().set("role_id", id).set("subject_type", kind_of(holder));
        let draft = draft.set("subject_id", *holder).set("scope_type", kind).set("scope_id", place);
        rows.add(&t::ROLE_ASSIGNMENTS, draft);
    }
}

fn organization(rows: &mut Tables, account: &Account) {
    let manager = if account.is_management { ACCOUNT } else { "manager" };
    rows.add(
        &t::ORGANIZATIONS,
        t::ORGANIZATIONS.draft().set("id", "o").set("management_account_id", manager),
    );
    let entities = ["root", "unit", ACCOUNT];
    for (place, level) in account.bounds.iter().enumerate() {
        let draft = t::ORGANIZATION_ENTITIES.draft().set("id", entities[place]);
        let parent = place.checked_sub(1).map(|above| entities[above]);
        rows.add(&t::ORGANIZATION_ENTITIES, draft.set("parent_id", parent));
        // Each statement is a policy of its own: what one policy allows, another may deny.
        for (number, statement) in level.iter().enumerate() {
            let id = format!("scp-{place}-{number}");
            rows.add(&t::SCPS, t::SCPS.draft().set("policy_id", &id).set("name", &id));
            let draft = t::SCP_ATTACHMENTS.draft().set("policy_id", &id);
            rows.add(&t::SCP_ATTACHMENTS, draft.set("entity_id", entities[place]));
            rows.documents(SCPS, &[("policy_id", &id)], std::slice::from_ref(statement));
        }
    }
}

fn mapping(rows: &mut Tables, is_used: Option<bool>) {
    let rule = t::MAPPINGS.draft().set("mapping_id", "m").set("rule", 0).set("position", 0);
    rows.add(&t::MAPPINGS, rule.set("group_name", "g").set("remote", "role is ops"));
    let provider = t::IDENTITY_PROVIDERS.draft().set("id", "idp").set("enabled", is_used != Some(false));
    rows.add(&t::IDENTITY_PROVIDERS, provider);
    let mapped = if is_used.is_some() { "m" } else { "another" };
    let protocol = t::PROTOCOLS.draft().set("provider_id", "idp").set("id", "saml");
    rows.add(&t::PROTOCOLS, protocol.set("mapping_id", mapped));
}

impl Tables {
    /// Adds a document of drawn statements.
    fn documents(&mut self, family: Family, key: &[(&str, &str)], statements: &[Statement]) {
        let [of_statements, actions, resources, conditions] = family;
        for (statement, place) in statements.iter().zip(0_i64..) {
            let place = place.to_string();
            let draft = |table: &'static Table| {
                let draft =
                    key.iter().fold(table.draft(), |draft, (column, value)| draft.set(column, *value));
                draft.set("statement", &place)
            };
            let effect = if statement.deny { "Deny" } else { "Allow" };
            self.add(of_statements, draft(of_statements).set("effect", effect));
            let lists = [
                (actions, &statement.actions, statement.not_action),
                (resources, &statement.resources, statement.not_resource),
            ];
            for (table, patterns, is_except) in lists {
                for (pattern, position) in patterns.iter().zip(0_i64..) {
                    let row = draft(table).set("position", position).set("is_except", is_except);
                    self.add(table, row.set("pattern", pattern));
                }
            }
            let asked = statement.conditions.iter();
            let asked = asked.flat_map(|asked| asked.values.iter().map(move |value| (asked, *value)));
            for ((asked, value), position) in asked.zip(0_i64..) {
                let row = draft(conditions).set("position", position).set("operator", asked.operator);
                self.add(conditions, row.set("key", asked.key).set("value", value));
            }
            if !statement.principals.is_empty() {
                self.principals(&draft(&t::TRUST_PRINCIPALS), statement);
            }
        }
    }

    fn principals(&mut self, draft: &Draft<'_>, statement: &Statement) {
        for ((kind, pattern), position) in statement.principals.iter().zip(0_i64..) {
            let row = draft.clone().set("position", position).set("is_except", statement.not_principal);
            self.add(&t::TRUST_PRINCIPALS, row.set("type", *kind).set("pattern", *pattern));
        }
    }
}
