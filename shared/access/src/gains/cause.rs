//! Why somebody can do what it could not: the cause of a gain, and by the same reasons that of a loss.

use serde::Serialize;

use super::{
    region::When,
    side::{GrantWay, Side},
};
use crate::{Names, Source, Step, access::BY_ACCOUNT_SETTING, path_text, terms::Conjunction};

/// The kind of a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// The principal is new.
    PrincipalAdded,
    /// The principal is gone.
    PrincipalRemoved,
    /// It was put into a group.
    MemberAdded,
    /// It was taken out of a group.
    MemberRemoved,
    /// A policy was attached to it or to its group.
    PolicyAttached,
    /// A policy was detached.
    PolicyDetached,
    /// A classic role was given to it or to its group, or in a further scope.
    RoleAssigned,
    /// A classic role was taken.
    RoleUnassigned,
    /// Another version of a policy is in force.
    VersionChanged,
    /// What a policy says is another.
    PolicyChanged,
    /// What a role holds is another.
    RoleChanged,
    /// What had to hold need not hold any more.
    ConditionFell,
    /// What must hold is asked for less tightly.
    ConditionLoosened,
    /// Something must hold that did not have to.
    ConditionAdded,
    /// What must hold is asked for more tightly.
    ConditionTightened,
    /// Something else must hold.
    ConditionChanged,
    /// What denied it does so no more.
    DenyLifted,
    /// A deny was added, and takes the access away.
    DenyAdded,
    /// A service control policy was attached.
    ScpAttached,
    /// A service control policy was detached.
    ScpDetached,
    /// What a service control policy says is another.
    ScpChanged,
    /// A restriction of networks is no longer enforced.
    RestrictionLifted,
    /// A restriction of networks is enforced.
    RestrictionEnforced,
    /// What a restriction of networks lets through is another.
    RestrictionChanged,
    /// The principal was enabled.
    Enabled,
    /// The principal was disabled.
    Disabled,
    /// The principal has a key or a password that works.
    CredentialAdded,
    /// The principal has no key and no password that works.
    CredentialRemoved,
    /// It can assume another principal.
    MayBecome,
    /// It can no longer assume another principal.
    MayNotBecome,
    /// Whom an agency or a profile trusts is another.
    TrustChanged,
    /// A setting of the account is another.
    SettingChanged,
    /// It is reached by another way.
    Rerouted,
}

/// Why somebody can do what it could not, or no longer what it could.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cause {
    /// The kind of change that is the cause.
    pub kind: CauseKind,
    /// The thing that changed, or the way to what stood or stands in the way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Step>,
    /// Under what it could be done before; of a loss, under what it still can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_if: Option<String>,
    /// The cause in words.
    pub phrase: String,
}

impl Cause {
    pub(crate) fn new(kind: CauseKind, of: Vec<Step>, phrase: String) -> Self {
        Self { kind, of, held_if: None, phrase }
    }

    /// Adds under what it could be done before, or still can.
    pub(super) fn held_if(mut self, when: &When, is_gain: bool) -> Self {
        let held: Vec<Conjunction> = when.held_if.iter().map(|held| held.beside(&when.all_of)).collect();
        if let Some(words) = any_of(&held) {
            let since = if is_gain { "before only if" } else { "now only if" };
            self.phrase = format!("{}; {since} {words}", self.phrase);
            self.held_if = Some(words);
        }
        self
    }

    /// Writes names before the ids in what could be held before, or still can.
    pub(super) fn name_ids(&mut self, names: &Names) {
        let Some(words) = &self.held_if else { return };
        let named = names.in_words(words);
        if let Some(start) = self.phrase.strip_suffix(words.as_str()) {
            self.phrase = format!("{start}{named}");
        }
        self.held_if = Some(named);
    }

    /// That something that denied does so no more, or that it does now.
    pub(super) fn deny(path: Vec<Step>, is_gain: bool) -> Self {
        let words = path_text(&path);
        if is_gain {
            Self::new(CauseKind::DenyLifted, path, format!("no longer denied by {words}"))
        } else {
            Self::new(CauseKind::DenyAdded, path, format!("denied by {words}"))
        }
    }

    /// Returns why a grant that one side does not have is in the other.
    pub(super) fn of_grant(
        from: &Side<'_>,
        to: &Side<'_>,
        way: &GrantWay<'_>,
        when: &When,
        is_gain: bool,
    ) -> Self {
        let found = SoughtWay { from, to, way, is_gain };
        found.cause(when).held_if(when, is_gain)
    }
}

/// A way that leads to a grant on one side, to be looked for on the other.
struct SoughtWay<'p, 'a> {
    from: &'p Side<'a>,
    to: &'p Side<'a>,
    way: &'p GrantWay<'a>,
    is_gain: bool,
}

impl<'a> SoughtWay<'_, 'a> {
    fn cause(&self, when: &When) -> Cause {
        if let Some(cause) = self.of_principal().or_else(|| self.of_membership()) {
            return cause;
        }
        let steps = &self.way.source.steps;
        let Some(first) = steps.first() else {
            return self.pick(
                CauseKind::PolicyAttached,
                CauseKind::PolicyDetached,
                Vec::new(),
                ["granted", "taken"],
            );
        };
        let former: Vec<&Source> = self
            .sources_of_holder()
            .into_iter()
            .filter(|source| {
                source.steps.first().is_some_and(|step| step.id == first.id && step.kind == first.kind)
            })
            .collect();
        if former.is_empty() && self.from.access.idle.contains(&first.id) {
            return self.of_idle(first);
        }
        if former.is_empty() || !self.is_in_scope_of(&former) {
            return self.of_attachment(first);
        }
        if !when.held_if.is_empty() {
            return self.of_condition(first, when);
        }
        let second = |source: &&Source| source.steps.iter().nth(1).cloned();
        let is_known = |step: &Step| former.iter().filter_map(second).any(|other| other.id == step.id);
        let (of, name) = (vec![first.clone()], named(first));
        match second(&self.way.source) {
            Some(version) if version.kind == "version" && !is_known(&version) => {
                let other = former.first().and_then(second).map(|step| step.id).unwrap_or_default();
                let (old, new) = if self.is_gain { (other, version.id) } else { (version.id, other) };
                Cause::new(
                    CauseKind::VersionChanged,
                    of,
                    format!("{name} is in force in version {new}, before {old}"),
                )
            }
            Some(role) if role.kind == "role" && self.has_other_actions(&former, &role) => Cause::new(
                CauseKind::RoleChanged,
                vec![role.clone()],
                format!("the actions of {} were changed", named(&role)),
            ),
            _ if first.kind == "role" => {
                Cause::new(CauseKind::RoleChanged, of, format!("the actions of {name} were changed"))
            }
            _ => Cause::new(CauseKind::PolicyChanged, of, format!("{name} was edited")),
        }
    }

    fn pick(&self, gained: CauseKind, lost: CauseKind, of: Vec<Step>, [added, removed]: [&str; 2]) -> Cause {
        let (kind, phrase) = if self.is_gain { (gained, added) } else { (lost, removed) };
        Cause::new(kind, of, phrase.to_owned())
    }

    fn of_principal(&self) -> Option<Cause> {
        let principal = &self.to.principal()?.step;
        let is_listed = matches!(principal.kind, "user" | "agency" | "service ID" | "trusted profile");
        (is_listed && self.from.number.is_none()).then(|| {
            let (added, removed) =
                (format!("{} is new", principal.kind), format!("{} is gone", principal.kind));
            self.pick(CauseKind::PrincipalAdded, CauseKind::PrincipalRemoved, Vec::new(), [&added, &removed])
        })
    }

    fn of_membership(&self) -> Option<Cause> {
        let group = self.to.access.groups.get(self.way.membership?.group)?;
        let name = named(group);
        if self.is_everybody() {
            // Everybody holds what the group does unless the account closes it.
            let held = self
                .from
                .access
                .group_with(&group.id)
                .and_then(|number| self.from.access.of_group.get(number));
            let is_setting = self.from.number.is_none() && held.is_some_and(|held| !held.is_empty());
            let (added, removed) = (format!("{name} was opened to everybody"), format!("{name} was closed"));
            return is_setting.then(|| {
                self.pick(
                    CauseKind::SettingChanged,
                    CauseKind::SettingChanged,
                    vec![group.clone()],
                    [&added, &removed],
                )
            });
        }
        let was_member = self.memberships().any(|id| id == group.id);
        (!was_member).then(|| {
            let (added, removed) = (format!("added to {name}"), format!("removed from {name}"));
            self.pick(
                CauseKind::MemberAdded,
                CauseKind::MemberRemoved,
                vec![group.clone()],
                [&added, &removed],
            )
        })
    }

    fn is_everybody(&self) -> bool {
        self.to.number.is_some() && self.to.access.whoever == self.to.number
    }

    /// Returns the ids of the groups that the principal is in on the other side.
    fn memberships(&self) -> impl Iterator<Item = &'a str> {
        let access = self.from.access;
        let memberships = self.from.number.and_then(|number| access.memberships.get(number));
        let lasting = memberships.into_iter().flatten().filter(|each| !each.is_fleeting);
        lasting.filter_map(|each| access.groups.get(each.group)).map(|group| group.id.as_str())
    }

    /// Returns what the same holder holds on the other side: the group, or the principal itself.
    fn sources_of_holder(&self) -> Vec<&'a Source> {
        let access = self.from.access;
        let group = self.way.membership.and_then(|membership| self.to.access.groups.get(membership.group));
        let numbers = match group {
            Some(group) => access.group_with(&group.id).and_then(|number| access.of_group.get(number)),
            None => self.from.number.and_then(|number| access.own.get(number)),
        };
        numbers.into_iter().flatten().filter_map(|number| access.sources.get(*number)).collect()
    }

    /// Returns whether a classic role was held in the same scope.
    fn is_in_scope_of(&self, former: &[&Source]) -> bool {
        let scope = |source: &Source| match source.steps.iter().nth(1) {
            Some(step) if step.kind != "version" && step.kind != "role" => Some(step.id.clone()),
            _ => None,
        };
        let mine = scope(self.way.source);
        former.iter().any(|source| scope(source) == mine)
    }

    /// Of a policy that is on both sides, and gives nothing on the other: nobody attached it.
    fn of_idle(&self, first: &Step) -> Cause {
        let said = if self.is_gain { "gave nothing before" } else { "gives nothing now" };
        Cause::new(CauseKind::PolicyChanged, vec![first.clone()], format!("{} {said}", named(first)))
    }

    fn of_attachment(&self, first: &Step) -> Cause {
        let group = self.way.membership.and_then(|membership| self.to.access.groups.get(membership.group));
        let whose = group.map(|group| format!(" to {}", named(group))).unwrap_or_default();
        let from = group.map(|group| format!(" from {}", named(group))).unwrap_or_default();
        let (of, name) = (vec![first.clone()], named(first));
        let say = |gained, lost, added: String, removed: String| {
            self.pick(gained, lost, of.clone(), [&added, &removed])
        };
        match first.kind {
            "role" => say(
                CauseKind::RoleAssigned,
                CauseKind::RoleUnassigned,
                format!("{name} was assigned{whose}"),
                format!("{name} was taken{from}"),
            ),
            "policy" => say(
                CauseKind::PolicyAttached,
                CauseKind::PolicyDetached,
                format!("{name} was attached{whose}"),
                format!("{name} was detached{from}"),
            ),
            BY_ACCOUNT_SETTING => {
                say(CauseKind::SettingChanged, CauseKind::SettingChanged, name.clone(), name.clone())
            }
            _ => say(
                CauseKind::PolicyAttached,
                CauseKind::PolicyDetached,
                format!("is {name} now"),
                format!("is no longer {name}"),
            ),
        }
    }

    fn of_condition(&self, first: &Step, when: &When) -> Cause {
        use CauseKind::{
            ConditionAdded, ConditionChanged, ConditionFell, ConditionLoosened, ConditionTightened,
        };
        let is_looser = when.held_if.iter().all(|held| held.implies(&when.all_of));
        let is_none = when.all_of.is_empty();
        let (kind, phrase) = match (is_looser, is_none, self.is_gain) {
            (true, true, true) => (ConditionFell, "the condition fell"),
            (true, false, true) => (ConditionLoosened, "the condition was loosened"),
            (true, true, false) => (ConditionAdded, "a condition was added"),
            (true, false, false) => (ConditionTightened, "the condition was tightened"),
            (false, ..) => (ConditionChanged, "the condition was changed"),
        };
        Cause::new(kind, vec![first.clone()], format!("{phrase} in {}", named(first)))
    }

    /// Returns whether the role was given by the policy on the same resources, so that it holds something else now.
    fn has_other_actions(&self, former: &[&Source], role: &Step) -> bool {
        let mine = &self.way.source.statement;
        former.iter().any(|source| {
            let theirs = &source.statement;
            source.steps.iter().nth(1).is_some_and(|step| step.id == role.id)
                && theirs.resources == mine.resources
                && theirs.actions != mine.actions
        })
    }
}

/// Writes conditions as alternatives, joined by "or".
pub(super) fn any_of(conditions: &[Conjunction]) -> Option<String> {
    let words: Vec<String> = conditions.iter().filter_map(Conjunction::words).collect();
    (!words.is_empty()).then(|| words.join(", or if "))
}

/// Writes one step, as paths do.
pub(super) fn named(step: &Step) -> String {
    let text = path_text(std::slice::from_ref(step));
    if text.is_empty() { step.id.clone() } else { text }
}
