//! What IBM's rules say of one request, one identity and one account: nothing here knows a pattern that covers
//! another, an extent, or a graph.

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;

use super::times::Rule;

/// Three values: no, only while something holds, yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answer {
    No,
    Perhaps,
    Yes,
}

/// The attributes of what a request is for; one that is absent is not there.
pub(super) type Target = BTreeMap<&'static str, &'static str>;

#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) name: &'static str,
    pub(super) operator: &'static str,
    pub(super) values: Vec<&'static str>,
}

#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) kind: &'static str,
    pub(super) state: &'static str,
    pub(super) subject: &'static str,
    pub(super) roles: Vec<&'static str>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) tag: Option<Attribute>,
    /// When it counts; none where it always does.
    pub(super) rule: Option<Rule>,
}

#[derive(Debug, Clone)]
pub(super) struct Account {
    /// Actions by service and role; the service without a name stands for every service.
    pub(super) roles: BTreeMap<(&'static str, &'static str), Vec<&'static str>>,
    pub(super) policies: Vec<Policy>,
    /// Identity and group.
    pub(super) members: Vec<(&'static str, &'static str)>,
    pub(super) dynamic: Vec<(&'static str, &'static str)>,
    /// Rule and the group that it lets into.
    pub(super) group_rules: Vec<(&'static str, &'static str)>,
    pub(super) is_public_closed: bool,
    pub(super) owner: Option<&'static str>,
    /// Identity and the profile that it can assume, and whether that hangs on something.
    pub(super) assumable: Vec<(&'static str, &'static str, bool)>,
}

pub(super) const PUBLIC: &str = "AccessGroupId-PublicAccess";
/// The account-management services that `service_group_id` IAM stands for.
const OF_IAM: [&str; 4] = ["iam-groups", "iam-identity", "iam-access-management", "user-management"];
const PLATFORM: [&str; 4] = ["iam-groups", "billing", "iam-identity", "user-management"];

fn glob(pattern: &str, text: &str) -> bool {
    for literal in ["*", "?"] {
        if let Some(rest) = pattern.strip_prefix(&format!("{{{{{literal}}}}}")) {
            return text.strip_prefix(literal).is_some_and(|text| glob(rest, text));
        }
    }
    let mut letters = pattern.chars();
    let (first, rest) = (letters.next(), letters.as_str());
    let mut left = text.chars();
    let (letter, tail) = (left.next(), left.as_str());
    match (first, letter) {
        (None, letter) => letter.is_none(),
        (Some('*'), None) => glob(rest, text),
        (Some('*'), Some(_)) => glob(rest, text) || glob(pattern, tail),
        (Some(first), letter) => {
            letter.is_some_and(|letter| first == '?' || first == letter) && glob(rest, tail)
        }
    }
}

impl Attribute {
    fn fits(&self, target: &Target) -> Answer {
        let service = target.get("serviceName").copied();
        let value = match self.name {
            "serviceType" => {
                service.map(|name| if PLATFORM.contains(&name) { "platform_service" } else { "service" })
            }
            "service_group_id" => service.filter(|name| OF_IAM.contains(name)).map(|_| "IAM"),
            name => target.get(name).copied(),
        };
        let each = self.values.iter().map(|wanted| match self.operator {
            "stringEquals" | "stringEqualsAnyOf" => yes_if(value == Some(*wanted)),
            "stringMatch" | "stringMatchAnyOf" => yes_if(glob(wanted, value.unwrap_or_default())),
            "stringExists" => yes_if(value.is_some() == (*wanted == "true")),
            // What an operator asks that no document names is not known.
            _ => Answer::Perhaps,
        });
        each.max().unwrap_or(Answer::No)
    }
}

fn yes_if(holds: bool) -> Answer {
    if holds { Answer::Yes } else { Answer::No }
}

impl Account {
    /// Whether the subject of a policy is somebody, or holds it.
    fn is_subject(&self, subject: &str, who: &str) -> Answer {
        let is = |list: &[(&str, &str)]| list.contains(&(who, subject));
        if subject == who || is(&self.members) || (subject == PUBLIC && !self.is_public_closed) {
            Answer::Yes
        } else if is(&self.dynamic) || is(&self.group_rules) {
            Answer::Perhaps
        } else {
            Answer::No
        }
    }

    fn allows(&self, policy: &Policy, who: &str, action: &str, target: &Target) -> Answer {
        if policy.kind != "access" || policy.state != "active" {
            return Answer::No;
        }
        let service = target.get("serviceName").copied();
        let holds = |service: &'static str, role: &'static str| {
            self.roles.get(&(service, role)).is_some_and(|actions| actions.contains(&action))
        };
        let is_given = policy
            .roles
            .iter()
            .any(|role| holds("", role) || service.is_some_and(|service| holds(service, role)));
        // The services that manage the account are global, and their things lie in no resource group.
        let mut placed = target.clone();
        if service.is_some_and(|service| PLATFORM.contains(&service)) {
            placed.retain(|name, _| !["region", "resourceGroupId"].contains(name));
        }
        let attributes = policy.attributes.iter().chain(&policy.tag);
        let matches = attributes.map(|attribute| attribute.fits(&placed)).min().unwrap_or(Answer::Yes);
        if !is_given {
            return Answer::No;
        }
        let timed = if policy.rule.is_some() { Answer::Perhaps } else { Answer::Yes };
        matches.min(timed).min(self.is_subject(policy.subject, who))
    }

    fn by_itself(&self, who: &str, action: &str, target: &Target) -> Answer {
        if self.owner == Some(who) {
            return Answer::Yes;
        }
        let each = self.policies.iter().map(|policy| self.allows(policy, who, action, target));
        each.max().unwrap_or(Answer::No)
    }

    /// Returns the account as it is from a moment on: what can hold at none from then on is as good as not there.
    pub(super) fn from(&self, moment: Timestamp) -> Self {
        let may_hold = |policy: &&Policy| policy.rule.as_ref().is_none_or(|rule| rule.may_hold_from(moment));
        Self { policies: self.policies.iter().filter(may_hold).cloned().collect(), ..self.clone() }
    }

    /// Returns the ways in which somebody can do something by what was decided: each with whether it hangs on the
    /// time and on the claims of a session.
    pub(super) fn ways(&self, who: &str, action: &str, target: &Target) -> BTreeSet<(bool, bool)> {
        let owned = (self.owner == Some(who)).then_some((false, false));
        let lasting = Self { dynamic: Vec::new(), ..self.clone() };
        let ways = lasting.policies.iter().filter_map(|policy| {
            let plain = Policy { rule: None, ..policy.clone() };
            match lasting.allows(&plain, who, action, target) {
                Answer::No => None,
                answer => Some((policy.rule.is_some(), answer == Answer::Perhaps)),
            }
        });
        ways.chain(owned).collect()
    }

    /// Whether somebody can do something: by itself, or as a profile that it becomes.
    pub(super) fn decide(&self, who: &str, action: &str, target: &Target) -> Answer {
        let own = self.by_itself(who, action, target);
        let becoming = self.assumable.iter().filter(|(from, ..)| *from == who).map(|(_, profile, hangs)| {
            let way = if *hangs { Answer::Perhaps } else { Answer::Yes };
            way.min(self.by_itself(profile, action, target))
        });
        becoming.max().unwrap_or(Answer::No).max(own)
    }
}
