//! Roles, who has them where, and the federation of version 3.

use super::call::{Call, Numbering, Outcome, found, one, whole};
use super::reply::Refusal;
use crate::huawei::world::{Assignment, IdentityProvider, Object, Scope, Subject};

const OWN_ROLES: Numbering =
    Numbering { most: 300, usual: 300, total: Some("total_number"), is_linked: true };
/// Only the account's own are counted.
const SYSTEM_ROLES: Numbering = Numbering { total: None, ..OWN_ROLES };
const ASSIGNMENTS: Numbering = Numbering { most: 50, usual: 50, total: Some("total_num"), is_linked: false };
const AGENCIES: Numbering = Numbering { most: 500, usual: usize::MAX, total: None, is_linked: false };

/// The account's own policies where it is named, those of the cloud where not.
pub(super) fn roles(call: &Call<'_>) -> Outcome {
    let action = "iam:roles:listRoles";
    call.needs(action)?;
    call.unsimulated(&["type", "catalog"])?;
    let (query, classic) = (call.query(), &call.world.classic);
    let named = ["name", "display_name"].map(|member| (member, query.text(member)));
    let wanted = |role: &&Object| {
        named.iter().all(|(member, value)| value.is_none_or(|value| role.text(member) == value))
    };
    if let Some(account) = query.text("domain_id") {
        call.own_account(account, action)?;
        let own: Vec<&Object> = classic.custom_roles().filter(wanted).collect();
        return call.numbered("roles", &own, &OWN_ROLES, |role| (*role).clone());
    }
    let kind = query.one_of("permission_type", &["policy", "role"])?;
    let is_policy = |role: &Object| role.text("flag") == "fine_grained";
    let system = classic.system_roles().filter(wanted);
    let system: Vec<&Object> =
        system.filter(|role| kind.is_none_or(|kind| (kind == "policy") == is_policy(role))).collect();
    call.numbered("roles", &system, &SYSTEM_ROLES, |role| (*role).clone())
}

pub(super) fn role(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:roles:getRole")?;
    one("role", found(call.world.classic.role(id), &format!("role {id}"))?)
}

pub(super) fn custom_roles(call: &Call<'_>) -> Outcome {
    call.needs("iam:roles:listRoles")?;
    let own: Vec<&Object> = call.world.classic.custom_roles().collect();
    call.numbered("roles", &own, &OWN_ROLES, |role| (*role).clone())
}

pub(super) fn custom_role(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:roles:getRole")?;
    let classic = &call.world.classic;
    let role = found(classic.custom_roles().find(|role| role.text("id") == id), &format!("role {id}"))?;
    let mut shown = role.clone();
    shown.set("references", classic.assignments.iter().filter(|each| each.role_id == id).count());
    one("role", &shown)
}

/// Which grants are asked for.
struct Wanted<'q> {
    role: Option<&'q str>,
    subject: Option<&'q str>,
    subject_id: Option<(&'static str, &'q str)>,
    scope: Option<&'q str>,
    scope_id: Option<(&'static str, &'q str)>,
    is_inherited: bool,
}

impl<'q> Wanted<'q> {
    fn of(call: &Call<'q>) -> Result<Wanted<'q>, Refusal> {
        let query = call.query();
        call.unsimulated(&["include_group"])?;
        let among = |names: [(&'static str, &'static str); 3]| {
            let given: Vec<(&'static str, &'q str)> =
                names.into_iter().filter_map(|(name, kind)| Some((kind, query.text(name)?))).collect();
            given
        };
        let subjects = among([
            ("subject.user_id", "user"),
            ("subject.group_id", "group"),
            ("subject.agency_id", "agency"),
        ]);
        let scopes = among([
            ("scope.project_id", "project"),
            ("scope.domain_id", "domain"),
            ("scope.enterprise_projects_id", "enterprise_project"),
        ]);
        let subject = query.one_of("subject", &["user", "group", "agency"])?;
        let scope = query.one_of("scope", &["project", "domain", "enterprise_project"])?;
        let is_one = |whole: Option<&str>, ids: usize| usize::from(whole.is_some()) + ids <= 1;
        if !is_one(subject, subjects.len()) || !is_one(scope, scopes.len()) {
            return Err(Refusal::Bad("at most one subject and one scope can be asked for".to_owned()));
        }
        Ok(Wanted {
            role: query.text("role_id"),
            subject,
            subject_id: subjects.first().copied(),
            scope,
            scope_id: scopes.first().copied(),
            is_inherited: query.flag("is_inherited")?,
        })
    }

    fn finds(&self, assignment: &Assignment, account: &str) -> bool {
        let (subject, subject_id) = match &assignment.subject {
            Subject::User(id) => ("user", id),
            Subject::Group(id) => ("group", id),
            Subject::Agency(id) => ("agency", id),
        };
        let (scope, scope_id) = match &assignment.scope {
            Scope::Domain | Scope::Inherited => ("domain", account),
            Scope::Project(id) => ("project", id.as_str()),
            Scope::EnterpriseProject(id) => ("enterprise_project", id.as_str()),
        };
        let asks_account =
            self.scope == Some("domain") || self.scope_id.is_some_and(|(kind, _)| kind == "domain");
        self.role.is_none_or(|role| role == assignment.role_id)
            && self.subject.is_none_or(|kind| kind == subject)
            && self.subject_id.is_none_or(|wanted| wanted == (subject, subject_id.as_str()))
            && self.scope.is_none_or(|kind| kind == scope)
            && self.scope_id.is_none_or(|wanted| wanted == (scope, scope_id))
            && (!asks_account || self.is_inherited == (assignment.scope == Scope::Inherited))
    }
}

pub(super) fn assignments(call: &Call<'_>) -> Outcome {
    let action = "iam:permissions:listRoleAssignments";
    call.needs(action)?;
    let account = call.query().required("domain_id")?;
    call.own_account(account, action)?;
    let wanted = Wanted::of(call)?;
    let all = call.world.classic.assignments.iter();
    let found: Vec<&Assignment> = all.filter(|each| wanted.finds(each, account)).collect();
    let show = |each: &&Assignment| call.world.assignment_shown(each);
    call.numbered("role_assignments", &found, &ASSIGNMENTS, show)
}

pub(super) fn agencies(call: &Call<'_>) -> Outcome {
    let action = "iam:agencies:listAgencies";
    call.needs(action)?;
    let query = call.query();
    call.own_account(query.required("domain_id")?, action)?;
    let filters = ["trust_domain_id", "name"].map(|member| (member, query.text(member)));
    let classic = call.world.agencies.iter().filter_map(|agency| agency.classic.as_ref());
    let wanted = classic.filter(|agency| {
        filters.iter().all(|(member, value)| value.is_none_or(|value| agency.text(member) == value))
    });
    let agencies: Vec<&Object> = wanted.collect();
    call.numbered("agencies", &agencies, &AGENCIES, |agency| (*agency).clone())
}

pub(super) fn identity_providers(call: &Call<'_>) -> Outcome {
    call.needs("iam:identityProviders:listIdentityProviders")?;
    let providers = call.world.classic.identity_providers.iter();
    whole("identity_providers", &providers.map(|provider| &provider.object).collect::<Vec<_>>())
}

fn provider_of<'w>(call: &Call<'w>, id: &str) -> Result<&'w IdentityProvider, Refusal> {
    let mut providers = call.world.classic.identity_providers.iter();
    found(providers.find(|provider| provider.object.text("id") == id), &format!("identity provider {id}"))
}

pub(super) fn protocols(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:identityProviders:listProtocols")?;
    whole("protocols", &provider_of(call, id)?.protocols)
}

pub(super) fn openid_connect(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:identityProviders:getOpenIDConnectConfig")?;
    let config = provider_of(call, id)?.openid_connect.as_ref();
    one("openid_connect_config", found(config, "the OpenID Connect configuration")?)
}

pub(super) fn mappings(call: &Call<'_>) -> Outcome {
    call.needs("iam:identityProviders:listMappings")?;
    whole("mappings", &call.world.classic.mappings)
}
