//! Permission audits: who holds what nobody should hold unnoticed.
//!
//! In: sensitive permissions, as settings and this program name them, and the access of an account. Out: everybody who
//! holds one and is not allowed to, with the path. What nobody can use now, because its holder is disabled, is not told;
//! it is told when the holder is enabled again.

use std::collections::BTreeMap;

use model::{Cloud, Severity, State};
use serde::{Deserialize, Serialize};

use crate::{
    Access, Answer, Extent, Pattern, Principal, Standing, Step, Verdict, clouds, decide::Preference, ibm,
};

/// A sensitive permission: actions whose holders are audited by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// Names it, as the id of a rule does.
    pub id: String,
    /// What its holder may do, in a few words.
    pub title: String,
    /// How bad it is that somebody holds it.
    pub severity: Severity,
    /// The actions, each of which makes a holder. One with wildcards is held by whoever may do all that it stands for.
    pub actions: Vec<String>,
    /// On what; without it, on anything.
    #[serde(default)]
    pub resource: Option<String>,
    /// Whether it is enough to hold it on a part of that.
    #[serde(default)]
    pub partly: bool,
    /// The permissions that say more of the same holder: who holds one of them is not told to hold this one as well.
    #[serde(default)]
    pub implied_by: Vec<String>,
    /// Who may hold it: `group:auditors`, `user:ana*`, `agency:backup`; by name or id.
    #[serde(default)]
    pub allowed: Vec<String>,
    /// Why the permission matters, for the reader of a finding.
    #[serde(default)]
    pub reason: String,
    /// When it stays silent for a reason that is not about the holder.
    #[serde(default)]
    pub silence: String,
    /// What to do about it.
    #[serde(default)]
    pub remediation: String,
}

/// That somebody holds a permission without being allowed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// The principal who holds the permission.
    pub principal: Principal,
    /// Surely, or under a condition.
    pub verdict: Verdict,
    /// The actions of the permission that it holds.
    pub actions: Vec<String>,
    /// What it depends on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The shortest way to it.
    pub path: Vec<Step>,
    /// Whether its standing could not be seen, so that nobody knows whether it can use what it holds.
    pub is_doubtful: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    permission: Vec<Permission>,
    /// Steps to more power that no permission names.
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "said to whoever reads the file, and held by a test"))]
    left_out: Vec<LeftOut>,
}

/// Actions that no permission names, though they are steps to more power.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(test), expect(dead_code, reason = "said to whoever reads the file, and held by a test"))]
struct LeftOut {
    actions: Vec<String>,
    /// Why they are left out.
    reason: String,
}

fn file(cloud: Cloud) -> Result<File, toml::de::Error> {
    toml::from_str(match cloud {
        Cloud::Ibm => include_str!("../permissions/ibm.toml"),
        Cloud::Huawei => include_str!("../permissions/huawei.toml"),
    })
}

/// Returns the permissions that are audited unasked.
///
/// # Errors
/// Never, as long as the tests of this package are green.
pub fn usual(cloud: Cloud) -> Result<Vec<Permission>, toml::de::Error> {
    file(cloud).map(|file| file.permission)
}

/// Returns who holds a permission without being allowed to, in the order of ids.
///
/// # Errors
/// Why the resource of the permission cannot be understood.
pub fn holdings(
    cloud: Cloud,
    state: &State,
    access: &Access,
    permission: &Permission,
) -> Result<Vec<Holding>, String> {
    let mut holdings: BTreeMap<String, Holding> = BTreeMap::new();
    for action in &permission.actions {
        let is_literal = Pattern::parse(action).is_literal();
        for answer in all_of(cloud, state, access, permission, action)? {
            if !is_held(&answer, is_literal, permission) || is_allowed(access, &answer, &permission.allowed) {
                continue;
            }
            let holding = holdings.entry(answer.principal.step.id.clone()).or_insert_with(|| Holding {
                principal: answer.principal.clone(),
                verdict: answer.verdict,
                actions: Vec::new(),
                condition: answer.condition.clone(),
                path: answer.path.clone(),
                is_doubtful: matches!(answer.principal.standing, Standing::Unknown(_)),
            });
            if answer.verdict > holding.verdict {
                holding.verdict = answer.verdict;
                holding.condition = answer.condition;
                holding.path = answer.path;
            }
            holding.actions.push(action.clone());
        }
    }
    Ok(holdings.into_values().collect())
}

/// Answers an action. A cloud that lists the actions of its roles one by one is asked for each that a pattern stands
/// for, and who may do all of them holds the pattern.
fn all_of(
    cloud: Cloud,
    state: &State,
    access: &Access,
    permission: &Permission,
    action: &str,
) -> Result<Vec<Answer>, String> {
    let resource = permission.resource.as_deref();
    let pattern = Pattern::parse(action);
    // Whoever must hold all of it would else be hidden by a part that it holds more surely.
    let is_part_enough = permission.partly && pattern.is_literal();
    let prefers = if is_part_enough { Preference::Sure } else { Preference::Whole };
    if cloud != Cloud::Ibm || pattern.is_literal() {
        let question = clouds::question(cloud, state, action, resource)?;
        return Ok(access.who_was_given(&question, prefers));
    }
    let known = ibm::inventory(state).actions;
    let mut common: Option<BTreeMap<String, Answer>> = None;
    for each in known.iter().filter(|known| pattern.matches(known)) {
        let mut able: BTreeMap<String, Answer> = access
            .who_was_given(&clouds::question(cloud, state, each, resource)?, prefers)
            .into_iter()
            .map(|answer| (answer.principal.step.id.clone(), answer))
            .collect();
        if let Some(common) = common {
            able.retain(|id, answer| common.get(id).is_some_and(|known| weaken(answer, known)));
        }
        common = Some(able);
    }
    Ok(common.unwrap_or_default().into_values().collect())
}

/// Takes the weaker of two answers for one principal, and the smaller of their extents.
fn weaken(answer: &mut Answer, other: &Answer) -> bool {
    let extent = answer.extent.min(other.extent);
    if (other.verdict, other.extent) < (answer.verdict, answer.extent) {
        answer.clone_from(other);
    }
    answer.extent = extent;
    true
}

fn is_held(answer: &Answer, is_literal: bool, permission: &Permission) -> bool {
    let is_enough = answer.extent == Extent::Whole || (permission.partly && is_literal);
    answer.verdict != Verdict::Denied
        && !matches!(answer.principal.standing, Standing::Inactive(_))
        && is_enough
}

/// Returns whether a holder is allowed by itself, by a group that it surely is in, or by a step of its path.
fn is_allowed(access: &Access, answer: &Answer, allowed: &[String]) -> bool {
    const BY_NATURE: [&str; 2] = ["account owner", "root user"];
    let groups = access.groups_of(&answer.principal.step.id);
    let mut steps = std::iter::once(&answer.principal.step).chain(groups).chain(&answer.path);
    steps.any(|step| BY_NATURE.contains(&step.kind) || allowed.iter().any(|allowed| is_named(step, allowed)))
}

fn is_named(step: &Step, allowed: &str) -> bool {
    let Some((kind, name)) = allowed.split_once(':') else { return false };
    let name = Pattern::parse(name);
    is_kind(step.kind, kind) && (name.matches(&step.name) || name.matches(&step.id))
}

/// Returns whether a kind is written so; an access group is a group as well.
fn is_kind(kind: &str, written: &str) -> bool {
    let short = kind.strip_prefix("access ").filter(|short| *short == "group");
    kind.eq_ignore_ascii_case(written) || short.is_some_and(|short| short.eq_ignore_ascii_case(written))
}

impl Permission {
    /// Returns what is wrong with it, if anything is.
    ///
    /// # Errors
    /// What is wrong, and how it should look.
    pub fn check(&self) -> Result<(), String> {
        let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        if !self.id.starts_with(|letter: char| letter.is_ascii_lowercase()) || !self.id.chars().all(is_plain)
        {
            return Err(format!(
                "permission `{}` has no usable id: lower-case letters, digits and `_`",
                self.id
            ));
        }
        if self.actions.is_empty() {
            return Err(format!("permission `{}` names no `actions`; name at least one", self.id));
        }
        for allowed in &self.allowed {
            let wrong =
                |why: String| Err(format!("`allowed` of permission `{}` holds `{allowed}`{why}", self.id));
            let Some((kind, name)) = allowed.split_once(':') else {
                return wrong("; write it as kind:name, as in `group:auditors`".to_owned());
            };
            if !KINDS.iter().any(|known| is_kind(known, kind)) {
                return wrong(format!(
                    ", and nothing is of the kind `{kind}`{}; kinds are {}",
                    nearest(kind).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default(),
                    KINDS.join(", ")
                ));
            }
            if name.trim().is_empty() {
                return wrong(
                    ", which names nobody; write it as kind:name, as in `group:auditors`".to_owned(),
                );
            }
        }
        Ok(())
    }
}

/// The kinds of steps by which somebody may be allowed: who holds something, and what it comes by. Those of all clouds, for a
/// usual permission may be of several.
const KINDS: [&str; 18] = [
    "user",
    "root user",
    "account owner",
    "service ID",
    "trusted profile",
    "agency",
    "access group",
    "group",
    "account",
    "cloud service",
    "cloud resource",
    "identity provider",
    "mapping",
    "rule",
    "policy",
    "role",
    "account setting",
    "anybody",
];

/// Returns the kind that is written most like a word, within two letters.
fn nearest(word: &str) -> Option<&'static str> {
    let word = word.trim().to_lowercase();
    let far = |kind: &str| strsim::levenshtein(&kind.to_lowercase(), &word);
    let near = KINDS.iter().copied().filter(|kind| far(kind) <= 2.min(word.len().saturating_sub(1)));
    near.min_by_key(|kind| far(kind))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Choice, Effect, Resource, Source, Statement};

    const WHO: [&str; 2] = ["ana", "ben"];

    fn step(kind: &'static str, id: &str) -> Step {
        Step { kind, id: id.to_owned(), name: id.to_owned() }
    }

    fn user(access: &mut Access, id: &str, standing: Standing) -> usize {
        access.principal(Principal { step: step("user", id), standing, is_bounded: false })
    }

    fn allow(access: &mut Access, action: &str, urn: Option<&str>) -> usize {
        let statement = Statement {
            effect: Effect::Allow,
            actions: Arc::new(Choice::any_of(vec![Pattern::parse(&action.to_lowercase())])),
            resources: Choice::any_of(vec![urn.map_or_else(Resource::any, crate::huawei::resource)]).into(),
            condition: None,
        };
        access.source(Source {
            steps: [step("policy", action)].into(),
            statement,
            holders: crate::Holders::All,
        })
    }

    /// Two users, of whom the first is in the group of auditors.
    fn office(holds: &[(&str, &str)]) -> Access {
        let mut access = Access::default();
        let users = WHO.map(|id| user(&mut access, id, Standing::Active));
        let group = access.group(step("group", "auditors"));
        access.join(users[0], group, None);
        for (who, action) in holds {
            let source = allow(&mut access, action, None);
            match *who {
                "auditors" => access.attach_to_group(group, source),
                who => access.attach(access.principal_with(who).unwrap(), source),
            }
        }
        access
    }

    fn permission(id: &str, action: &str, allowed: &[&str]) -> Permission {
        Permission {
            id: id.to_owned(),
            title: id.to_owned(),
            severity: Severity::High,
            actions: vec![action.to_owned()],
            resource: None,
            partly: true,
            implied_by: Vec::new(),
            allowed: allowed.iter().map(|text| (*text).to_owned()).collect(),
            reason: String::new(),
            silence: String::new(),
            remediation: String::new(),
        }
    }

    /// Returns `permission: holder` for each holding.
    fn told(access: &Access, permissions: &[Permission]) -> Vec<String> {
        let found = permissions.iter().flat_map(|permission| {
            let found = holdings(Cloud::Huawei, &State::default(), access, permission);
            let of = |holding: Holding| format!("{}: {}", permission.id, holding.principal.step.id);
            found.expect("a resource that is understood").into_iter().map(of).collect::<Vec<_>>()
        });
        found.collect()
    }

    #[test]
    fn whoever_is_in_an_allowed_group_may_hold_it_by_any_way() {
        let keys = permission("keys", "iam:credentials:createCredentialV5", &["group:audit*"]);
        let access = office(&[
            ("auditors", "iam:*:*"),
            ("ana", "iam:credentials:*"),
            ("ben", "iam:*:createCredentialV5"),
        ]);
        assert_eq!(told(&access, std::slice::from_ref(&keys)), ["keys: ben"]);
        let nobody = Permission { allowed: Vec::new(), ..keys };
        assert_eq!(told(&access, &[nobody]), ["keys: ana", "keys: ben"]);
    }

    #[test]
    fn a_pattern_is_held_by_whoever_may_do_all_of_it() {
        let access = office(&[("ana", "iam:*:get*"), ("ben", "iam:*:*")]);
        assert_eq!(told(&access, &[permission("iam", "iam:*:*", &[])]), ["iam: ben"]);
    }

    #[test]
    fn all_of_it_under_a_condition_is_not_hidden_by_a_part_that_is_sure() {
        let mut access = office(&[("ana", "iam:*:get*")]);
        let source = allow(&mut access, "*", None);
        access.sources[source].statement.condition = Some("g:MFAPresent bool true".to_owned());
        access.attach(access.principal_with("ana").unwrap(), source);
        let all = Permission { partly: false, ..permission("all", "*:*:*", &[]) };
        assert_eq!(told(&access, &[all]), ["all: ana"]);
    }

    #[test]
    fn on_a_part_of_the_resources_it_counts_where_the_permission_says_so() {
        let mut access = office(&[]);
        let source = allow(&mut access, "iam:credentials:createCredentialV5", Some("iam::d1:user:ben"));
        access.attach(access.principal_with("ana").unwrap(), source);
        let keys = permission("keys", "iam:credentials:createCredentialV5", &[]);
        assert_eq!(told(&access, std::slice::from_ref(&keys)), ["keys: ana"]);
        assert_eq!(told(&access, &[Permission { partly: false, ..keys }]), [""; 0]);
    }

    #[test]
    fn who_cannot_use_it_does_not_hold_it() {
        let mut access = office(&[]);
        let old = user(&mut access, "old", Standing::Inactive("disabled".to_owned()));
        let source = allow(&mut access, "iam:*:*", None);
        access.attach(old, source);
        assert_eq!(told(&access, &[permission("all", "iam:*:*", &[])]), [""; 0]);
    }

    #[test]
    fn the_root_user_needs_no_word() {
        let mut access = office(&[]);
        let source = allow(&mut access, "*:*:*", None);
        access.sources[source].steps = [step("root user", "ana")].into();
        access.attach(access.principal_with("ana").unwrap(), source);
        assert_eq!(told(&access, &[permission("all", "*:*:*", &[])]), [""; 0]);
    }

    #[test]
    fn the_usual_permissions_are_usable() {
        for cloud in Cloud::ALL {
            let usual = usual(cloud).expect("they parse");
            assert!(usual.len() >= 3, "{cloud}: {}", usual.len());
            for permission in usual {
                assert_eq!(permission.check(), Ok(()));
                assert!(!permission.reason.is_empty() && !permission.remediation.is_empty());
                assert!(!permission.silence.is_empty(), "{} does not say when it is silent", permission.id);
                let asked = clouds::question(
                    cloud,
                    &State::default(),
                    &permission.actions[0],
                    permission.resource.as_deref(),
                );
                assert!(asked.is_ok(), "{}: {asked:?}", permission.id);
            }
        }
    }

    /// Returns the actions of a cloud that are known, each with the kind of step that it is (`-` for none) and whether
    /// its name is sure.
    fn known_actions(cloud: Cloud) -> BTreeMap<String, (String, bool)> {
        let text = match cloud {
            Cloud::Ibm => include_str!("../permissions/steps/ibm.tsv"),
            Cloud::Huawei => include_str!("../permissions/steps/huawei.tsv"),
        };
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let action = |line: &str| {
            let [kind, sure, name] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            (name.to_owned(), (kind.to_owned(), sure == "sure"))
        };
        lines.map(action).collect()
    }

    #[test]
    fn every_step_to_more_power_is_audited_or_left_out_for_a_reason() {
        for cloud in Cloud::ALL {
            let file = file(cloud).expect("it parses");
            assert!(file.left_out.iter().all(|each| each.reason.len() > 20));
            let audited = file.permission.iter().flat_map(|permission| &permission.actions);
            let left_out = file.left_out.iter().flat_map(|each| &each.actions);
            let (audited, left_out): (Vec<&String>, Vec<&String>) = (audited.collect(), left_out.collect());
            for (action, (kind, _)) in known_actions(cloud).iter().filter(|(_, (kind, _))| kind != "-") {
                let places = [&audited, &left_out].map(|list| list.contains(&action));
                assert!(places[0] != places[1], "{cloud}: {action} ({kind}) is in {places:?}");
            }
        }
    }

    #[test]
    fn every_action_that_is_audited_is_real_and_a_step() {
        for cloud in Cloud::ALL {
            let known = known_actions(cloud);
            let file = file(cloud).expect("it parses");
            let actions = file.permission.iter().flat_map(|permission| &permission.actions);
            for action in actions.filter(|action| Pattern::parse(action).is_literal()) {
                let (kind, is_sure) = known.get(action).unwrap_or_else(|| panic!("{cloud} has no {action}"));
                assert!(*is_sure && kind != "-", "{cloud}: {action} is no step that is known");
            }
        }
    }

    #[test]
    fn a_permission_that_cannot_be_meant_is_refused() {
        let good = permission("keys", "a", &["group:x"]);
        assert!(good.check().is_ok());
        assert!(
            Permission { id: "No Id".to_owned(), ..good.clone() }.check().unwrap_err().contains("`No Id`")
        );
        assert!(
            Permission { actions: Vec::new(), ..good.clone() }.check().unwrap_err().contains("`actions`")
        );
        let allowed = |text: &str| Permission { allowed: vec![text.to_owned()], ..good.clone() }.check();
        for (text, near) in [("grp:x", "`group`"), ("serviceid:x", "`service ID`"), ("user :x", "`user`")] {
            let error = allowed(text).unwrap_err();
            assert!(error.contains(&format!("did you mean {near}?")), "{error}");
            assert!(error.contains("kinds are user, root user, "), "{error}");
        }
        assert!(allowed("nonsense:x").unwrap_err().contains("nothing is of the kind `nonsense`; kinds are"));
        assert!(allowed("group: ").unwrap_err().contains("names nobody"));
        for text in ["Group:x", "access group:x", "Service ID:*", "root user:r", "agency:a:b"] {
            assert_eq!(allowed(text), Ok(()), "{text}");
        }
        let bad = Permission { allowed: vec!["auditors".to_owned()], ..good.clone() };
        assert!(bad.check().unwrap_err().contains("group:auditors"));
    }
}
