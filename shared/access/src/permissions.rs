//! Permission audits: who holds what nobody should hold unnoticed.
//!
//! In: sensitive permissions, as settings and this program name them, and the access of an account. Out: everybody who
//! holds one and is not allowed to, with the path. What nobody can use now, because its holder is disabled, is not told;
//! it is told when the holder is enabled again.

use std::{collections::BTreeMap, rc::Rc};

use model::{Cloud, Severity, State};
use serde::{Deserialize, Serialize};

use crate::{
    Access, Answer, Extent, Pattern, Principal, Standing, Step, Verdict, clouds,
    decide::{Answered, Preference},
    ibm,
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
    let mut answered = Answered::default();
    for action in &permission.actions {
        let is_literal = Pattern::parse(action).is_literal();
        for answer in &*all_of(cloud, state, access, permission, action, &mut answered)? {
            if is_held(answer, is_literal, permission) && !is_allowed(access, answer, &permission.allowed) {
                hold(&mut holdings, answer, action);
            }
        }
    }
    Ok(holdings.into_values().collect())
}

/// Adds an action to what somebody holds, and keeps the surest way to any of them.
fn hold(holdings: &mut BTreeMap<String, Holding>, answer: &Answer, action: &str) {
    match holdings.get_mut(&answer.principal.step.id) {
        Some(holding) => {
            if answer.verdict > holding.verdict {
                holding.verdict = answer.verdict;
                holding.condition.clone_from(&answer.condition);
                holding.path.clone_from(&answer.path);
            }
            holding.actions.push(action.to_owned());
        }
        None => {
            let holding = Holding {
                principal: answer.principal.clone(),
                verdict: answer.verdict,
                actions: vec![action.to_owned()],
                condition: answer.condition.clone(),
                path: answer.path.clone(),
                is_doubtful: matches!(answer.principal.standing, Standing::Unknown(_)),
            };
            holdings.insert(answer.principal.step.id.clone(), holding);
        }
    }
}

/// Answers an action. A cloud that lists the actions of its roles one by one is asked for each that a pattern stands
/// for, and who may do all of them holds the pattern.
fn all_of(
    cloud: Cloud,
    state: &State,
    access: &Access,
    permission: &Permission,
    action: &str,
    answered: &mut Answered,
) -> Result<Rc<[Answer]>, String> {
    let resource = permission.resource.as_deref();
    let pattern = Pattern::parse(action);
    // Whoever must hold all of it would else be hidden by a part that it holds more surely.
    let is_part_enough = permission.partly && pattern.is_literal();
    let prefers = if is_part_enough { Preference::Sure } else { Preference::Whole };
    if cloud != Cloud::Ibm || pattern.is_literal() {
        let question = clouds::question(cloud, state, action, resource)?;
        return Ok(access.who_was_given(&question, prefers, answered));
    }
    let known = ibm::inventory(state).actions;
    let mut common: Option<BTreeMap<String, Answer>> = None;
    for each in known.iter().filter(|known| pattern.matches(known)) {
        let answers =
            access.who_was_given(&clouds::question(cloud, state, each, resource)?, prefers, answered);
        let named = |answer: &Answer| (answer.principal.step.id.clone(), answer.clone());
        let mut able: BTreeMap<String, Answer> = answers.iter().map(named).collect();
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
mod tests;
