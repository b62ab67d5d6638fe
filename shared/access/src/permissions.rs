//! SensitivePermission audits: who holds what nobody should hold unnoticed.
//!
//! In: sensitive permissions, as settings and this program name them, and the access of an account. Out: everybody who
//! holds one and is not allowed to, with the path. What nobody can use now, because its holder is disabled, is not told;
//! it is told when the holder is enabled again.

use std::{collections::BTreeMap, rc::Rc};

use model::{Cloud, Severity, State};
use serde::{Deserialize, Serialize};

use crate::{
    Access, Extent, Pattern, Principal, Standing, Step, Verdict, clouds,
    decide::{Answered, Preference, Way, Ways},
};

/// A sensitive permission: actions whose holders are audited by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensitivePermission {
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
    permission: Vec<SensitivePermission>,
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
    toml::from_str(clouds::CloudAccess::of(cloud).permissions)
}

/// Returns the permissions that are audited unasked.
///
/// # Errors
/// Never, as long as the tests of this package are green.
pub fn usual(cloud: Cloud) -> Result<Vec<SensitivePermission>, toml::de::Error> {
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
    permission: &SensitivePermission,
) -> Result<Vec<Holding>, String> {
    let allowed = Allowed::of(access, permission);
    let mut asked = PermissionQuestions { cloud, state, access, permission, answered: Answered::default() };
    let mut held: BTreeMap<usize, HeldPermission<'_>> = BTreeMap::new();
    for action in &permission.actions {
        let is_literal = Pattern::parse(action).is_literal();
        for found in asked.all_of(action)? {
            let Some((number, way)) = found.way() else { continue };
            let is_enough = found.extent == Extent::Whole || (permission.partly && is_literal);
            if way.verdict != Verdict::Denied && is_enough && !allowed.hold(*number, way) {
                held.entry(*number).or_default().add(action, &found);
            }
        }
    }
    let mut holdings: Vec<Holding> =
        held.into_iter().filter_map(|(number, held)| held.told(access, number)).collect();
    holdings.sort_by(|one, other| one.principal.step.id.cmp(&other.principal.step.id));
    Ok(holdings)
}

/// One principal among the answers to a question, and how much of what was asked it can do.
#[derive(Debug, Clone)]
struct Found<'a> {
    ways: Ways<'a>,
    place: usize,
    extent: Extent,
}

impl<'a> Found<'a> {
    fn each_of(ways: &Ways<'a>) -> impl Iterator<Item = Self> {
        let found = ways.iter().enumerate();
        found.map(|(place, (_, way))| Self { ways: Rc::clone(ways), place, extent: way.extent })
    }

    fn way(&self) -> Option<&(usize, Way<'a>)> {
        self.ways.get(self.place)
    }
}

/// What one principal holds of a permission.
#[derive(Debug, Default)]
struct HeldPermission<'a> {
    actions: Vec<&'a str>,
    /// The surest way to any of them.
    surest: Option<Found<'a>>,
}

impl<'a> HeldPermission<'a> {
    fn add(&mut self, action: &'a str, found: &Found<'a>) {
        let verdict = |found: &Found<'_>| found.way().map(|(_, way)| way.verdict);
        if self.surest.as_ref().is_none_or(|known| verdict(found) > verdict(known)) {
            self.surest = Some(found.clone());
        }
        self.actions.push(action);
    }

    fn told(self, access: &Access, principal: usize) -> Option<Holding> {
        let principal = access.principals.get(principal)?.clone();
        let surest = self.surest?;
        let (_, way) = surest.way()?;
        Some(Holding {
            is_doubtful: matches!(principal.standing, Standing::Unknown(_)),
            principal,
            verdict: way.verdict,
            actions: self.actions.into_iter().map(str::to_owned).collect(),
            condition: way.condition.as_deref().map(|words| access.names.in_words(words)),
            path: way.path.steps().cloned().collect(),
        })
    }
}

/// The questions that a permission asks.
struct PermissionQuestions<'a, 's> {
    cloud: Cloud,
    state: &'s State,
    access: &'a Access,
    permission: &'a SensitivePermission,
    answered: Answered<'a>,
}

impl<'a> PermissionQuestions<'a, '_> {
    /// Answers an action. A cloud that lists the actions of its roles one by one is asked for each that a pattern stands
    /// for, and who may do all of them holds the pattern.
    fn all_of(&mut self, action: &str) -> Result<Vec<Found<'a>>, String> {
        let pattern = Pattern::parse(action);
        // Whoever must hold all of it would else be hidden by a part that it holds more surely.
        let is_part_enough = self.permission.partly && pattern.is_literal();
        let prefers = if is_part_enough { Preference::Sure } else { Preference::Whole };
        if !clouds::CloudAccess::of(self.cloud).lists_actions || pattern.is_literal() {
            return Ok(Found::each_of(&self.ask(action, prefers)?).collect());
        }
        let known = clouds::inventory(self.cloud, self.state).actions;
        let mut answers: Vec<Ways<'a>> = Vec::new();
        for each in known.iter().filter(|known| pattern.matches(known)) {
            let ways = self.ask(each, prefers)?;
            // The same roles have most of the actions, and the same answer twice says nothing more.
            answers.retain(|known| !Rc::ptr_eq(known, &ways));
            answers.push(ways);
        }
        let mut answers = answers.iter();
        let mut common: Vec<Found<'a>> =
            answers.next().map(|ways| Found::each_of(ways).collect()).unwrap_or_default();
        for ways in answers {
            common = in_both(&common, ways);
        }
        Ok(common)
    }

    fn ask(&mut self, action: &str, prefers: Preference) -> Result<Ways<'a>, String> {
        let resource = self.permission.resource.as_deref();
        let question = clouds::question(self.cloud, self.state, action, resource)?;
        Ok(self.access.who_was_given(&question, prefers, &mut self.answered))
    }
}

/// Returns those who are among both answers, each with the weaker way and the smaller extent.
fn in_both<'a>(known: &[Found<'a>], ways: &Ways<'a>) -> Vec<Found<'a>> {
    let by_number = |number: usize| {
        let place = ways.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some((place, &ways.get(place)?.1))
    };
    let both = known.iter().filter_map(|found| {
        let (number, former) = found.way()?;
        let (place, way) = by_number(*number)?;
        let extent = way.extent.min(found.extent);
        let is_former_weaker = (former.verdict, found.extent) < (way.verdict, way.extent);
        let weaker =
            if is_former_weaker { found.clone() } else { Found { ways: Rc::clone(ways), place, extent } };
        Some(Found { extent, ..weaker })
    });
    both.collect()
}

/// Who may hold a permission: by itself, by a group that it surely is in, or by a step of its path.
struct Allowed<'a> {
    named: Vec<(&'a str, Pattern)>,
    /// By principal, whether it is left out whatever its way: it is allowed, or cannot act.
    is_out: Vec<bool>,
}

impl<'a> Allowed<'a> {
    fn of(access: &'a Access, permission: &'a SensitivePermission) -> Self {
        let named = permission.allowed.iter().filter_map(|allowed| allowed.split_once(':'));
        let named = named.map(|(kind, name)| (kind, Pattern::parse(name))).collect();
        let mut allowed = Self { named, is_out: Vec::new() };
        let is_out = access.principals.iter().map(|principal| {
            // Where nobody is named, no group is.
            let groups = (!allowed.named.is_empty()).then(|| access.groups_of(&principal.step.id));
            let mut steps = std::iter::once(&principal.step).chain(groups.into_iter().flatten());
            matches!(principal.standing, Standing::Inactive(_)) || steps.any(|step| allowed.names(step))
        });
        allowed.is_out = is_out.collect();
        allowed
    }

    fn hold(&self, principal: usize, way: &Way<'_>) -> bool {
        self.is_out.get(principal).is_none_or(|is_out| *is_out)
            || way.path.steps().any(|step| self.names(step))
    }

    fn names(&self, step: &Step) -> bool {
        const BY_NATURE: [&str; 2] = ["account owner", "root user"];
        let is_named = |(kind, name): &(&str, Pattern)| {
            is_kind(step.kind, kind) && (name.matches(&step.name) || name.matches(&step.id))
        };
        BY_NATURE.contains(&step.kind) || self.named.iter().any(is_named)
    }
}

/// Returns whether a kind is written so; an access group is a group as well.
pub(crate) fn is_kind(kind: &str, written: &str) -> bool {
    let short = kind.strip_prefix("access ").filter(|short| *short == "group");
    kind.eq_ignore_ascii_case(written) || short.is_some_and(|short| short.eq_ignore_ascii_case(written))
}

impl SensitivePermission {
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
