//! Gains of access → events: who can do what they could not before, by which path, the widest first.

use std::collections::BTreeSet;

use model::Severity;
use serde_json::{Map, Value, json};

use crate::{
    RunReport,
    wire::{EventDraft, TITLE_LIMIT, plain, seam},
};

/// What one or more principals gained by one act, or one principal by several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gain {
    /// Who gained what, in one line.
    pub title: String,
    /// `gained`, or `widened` where a grant that was goes further now.
    pub turn: &'static str,
    /// Who gained it, each with kind, id and name.
    pub principals: Vec<Value>,
    /// What of it is new, each with its cause and its path, and whose it is where not all have it.
    pub grants: Vec<Value>,
    /// The first of those who can assume the principals, and so do what they do.
    pub usable_by: Vec<Value>,
    /// How many can assume them.
    pub usable_by_total: usize,
    /// Known actions that the widest grant opens.
    pub actions: u64,
    /// Known resources that it opens them on.
    pub resources: u64,
    /// Sensitive permissions that came with it.
    pub sensitive: Vec<GainedPermission>,
    /// How much of the account the widest grant opens.
    pub breadth: Breadth,
    /// Whether it is, or holds, the right to become another principal.
    pub is_becoming: bool,
    /// Whether one of the principals can act: it is enabled and has a working credential, as far as is known.
    pub can_act: bool,
}

/// A permission that nobody should hold unnoticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GainedPermission {
    /// Its id, which is that of a rule.
    pub id: String,
    /// What its holder may do.
    pub title: String,
    /// How bad it is that somebody holds it.
    pub severity: Severity,
}

impl GainedPermission {
    /// Returns it as events tell it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "permission": self.id, "title": self.title, "severity": self.severity.name() })
    }
}

/// How much of an account a grant opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breadth {
    /// Less than the others.
    Narrow,
    /// At least half of the known actions, on every known resource.
    Wide,
    /// Every action on every resource.
    Everything,
}

impl Gain {
    /// Grades a gain by what was gained: the worst of the sensitive permissions, else by how far it goes.
    ///
    /// What nobody can use now is low at most: it is told anew, as a finding, when its holder can act.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let sensitive = self.sensitive.iter().map(|permission| permission.severity).max();
        let breadth = match self.breadth {
            Breadth::Everything => Severity::High,
            Breadth::Wide => Severity::Medium,
            Breadth::Narrow if self.is_becoming => Severity::Low,
            Breadth::Narrow => Severity::Info,
        };
        let grade = breadth.max(sensitive.unwrap_or(Severity::Info));
        if self.can_act { grade } else { grade.min(Severity::Low) }
    }

    /// Returns whether a thing is a step of the way to what was gained, by its id: a group, a policy, an agency.
    pub(crate) fn leads_through(&self, id: &str) -> bool {
        let is_it = |step: &Value| {
            let step = step.get("id").and_then(Value::as_str).unwrap_or_default();
            // Who has become a trusted profile bears its id with this in front.
            step == id || step.strip_prefix("iam-") == Some(id)
        };
        let paths = self.grants.iter().filter_map(|grant| grant.get("path").and_then(Value::as_array));
        paths.flatten().any(is_it)
    }

    /// Returns whether a thing stood in the way of what was gained, by its id: what denied it, what the organisation
    /// allowed, or from where it could be used.
    pub(crate) fn is_freed_by(&self, id: &str) -> bool {
        let frees = |cause: &Value| {
            let of = cause.get("of").and_then(Value::as_array).into_iter().flatten();
            let is_lift = |kind: &str| {
                kind == "deny_lifted" || kind.starts_with("scp_") || kind.starts_with("restriction_")
            };
            cause.get("kind").and_then(Value::as_str).is_some_and(is_lift)
                && of.filter_map(|step| step.get("id").and_then(Value::as_str)).any(|step| step == id)
        };
        self.causes().any(frees)
    }

    /// Returns whether what was gained had been held, by somebody who could not act.
    pub(crate) fn is_of_standing(&self) -> bool {
        let kinds = ["enabled", "credential_added"];
        let kind = |cause: &Value| {
            cause.get("kind").and_then(Value::as_str).is_some_and(|kind| kinds.contains(&kind))
        };
        self.causes().any(kind)
    }

    fn causes(&self) -> impl Iterator<Item = &Value> {
        self.grants.iter().filter_map(|grant| grant.get("cause"))
    }

    /// Returns whether somebody is among those who gained.
    pub(crate) fn is_of(&self, id: &str) -> bool {
        self.principals.iter().any(|who| who.get("id").and_then(Value::as_str) == Some(id))
    }
}

/// Returns what the gains tell, in their order.
pub(crate) fn drafts(report: &RunReport<'_>) -> Vec<EventDraft> {
    report.gains.iter().map(draft).collect()
}

fn draft(gain: &Gain) -> EventDraft {
    let id = |principal: &Value| principal.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let subject = match gain.principals.as_slice() {
        [only] => id(only),
        several => {
            format!("{} principals, {} first", several.len(), several.first().map(id).unwrap_or_default())
        }
    };
    let mut data = Map::new();
    data.insert("turn".to_owned(), Value::from(gain.turn));
    data.insert("principals".to_owned(), Value::from(gain.principals.clone()));
    data.insert("principals_total".to_owned(), Value::from(gain.principals.len()));
    data.insert("grants".to_owned(), Value::from(gain.grants.clone()));
    data.insert("grants_total".to_owned(), Value::from(gain.grants.len()));
    data.insert("usable_by".to_owned(), Value::from(gain.usable_by.clone()));
    data.insert("usable_by_total".to_owned(), Value::from(gain.usable_by_total));
    let sensitive: Vec<Value> = gain.sensitive.iter().map(GainedPermission::to_json).collect();
    data.insert("sensitive".to_owned(), Value::from(sensitive));
    data.insert("reach".to_owned(), json!({ "actions": gain.actions, "resources": gain.resources }));
    EventDraft {
        name: "access.gained".to_owned(),
        subject,
        severity: gain.severity(),
        title: title(gain),
        data,
    }
}

/// Returns the title of a gain. Where it is too long, names give way, then whatever stands between the beginning and the condition:
/// under which it holds, and that an unseen restriction may take it away, is always said.
fn title(gain: &Gain) -> String {
    let mut title = plain(&gain.title, usize::MAX);
    if title.len() <= TITLE_LIMIT {
        return title;
    }
    for name in names(gain) {
        title = title.replace(&plain(name, usize::MAX), &plain(name, LONG_NAME));
    }
    let condition = gain.grants.first().and_then(|grant| grant.get("condition")).and_then(Value::as_str);
    let Some(condition) = condition.map(|condition| plain(condition, usize::MAX)) else { return title };
    let joint = if condition.starts_with("unless ") { " " } else { " if " };
    let place = title.find(&format!("{joint}{condition}"));
    let Some(place) = place.filter(|place| place + joint.len() + condition.len() > TITLE_LIMIT) else {
        return title;
    };
    let end = format!("{joint}{}", without_middle(&condition));
    let room = TITLE_LIMIT.saturating_sub(end.len() + '…'.len_utf8()).min(place);
    let (beginning, _) = title.split_at(seam(&title, room));
    format!("{beginning}…{end}")
}

/// Names longer than this give way in a title that is too long.
const LONG_NAME: usize = 40;
/// Bytes at either end of a condition that a title keeps.
const KEPT_OF_CONDITION: usize = 80;

/// Returns a condition without its middle where it is long: what may take it away stands at its end.
fn without_middle(condition: &str) -> String {
    if condition.len() <= 2 * KEPT_OF_CONDITION {
        return condition.to_owned();
    }
    let (beginning, _) = condition.split_at(seam(condition, KEPT_OF_CONDITION));
    let (_, end) = condition.split_at(seam(condition, condition.len() - KEPT_OF_CONDITION));
    format!("{beginning}…{end}")
}

/// Returns the long names in a gain: of who gained, and of the steps of their ways.
fn names(gain: &Gain) -> BTreeSet<&str> {
    let lists = gain.grants.iter().flat_map(|grant| {
        let cause = grant.get("cause").and_then(|cause| cause.get("of"));
        [grant.get("path"), cause].into_iter().flatten().filter_map(Value::as_array).flatten()
    });
    let steps = gain.principals.iter().chain(lists).chain(&gain.usable_by);
    let names = steps.filter_map(|step| step.get("name").and_then(Value::as_str));
    names.filter(|name| name.len() > LONG_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A gain of nothing by nobody, of which a test says what differs.
    const BARE: Gain = Gain {
        title: String::new(),
        turn: "gained",
        principals: Vec::new(),
        grants: Vec::new(),
        usable_by: Vec::new(),
        usable_by_total: 0,
        actions: 0,
        resources: 0,
        sensitive: Vec::new(),
        breadth: Breadth::Narrow,
        is_becoming: false,
        can_act: true,
    };

    fn gain(sensitive: &[Severity], breadth: Breadth, is_becoming: bool, can_act: bool) -> Severity {
        let sensitive = sensitive.iter().map(|severity| GainedPermission {
            id: "permission".to_owned(),
            title: String::new(),
            severity: *severity,
        });
        let gain = Gain { sensitive: sensitive.collect(), breadth, is_becoming, can_act, ..BARE };
        gain.severity()
    }

    #[test]
    fn a_gain_is_as_bad_as_the_worst_of_what_was_gained() {
        use Breadth::{Everything, Narrow, Wide};
        use Severity::{Critical, High, Info, Low, Medium};
        let table = [
            (gain(&[], Narrow, false, true), Info),
            (gain(&[], Narrow, true, true), Low),
            (gain(&[], Wide, false, true), Medium),
            (gain(&[], Everything, false, true), High),
            (gain(&[Medium], Narrow, false, true), Medium),
            (gain(&[Medium, Critical], Everything, false, true), Critical),
            (gain(&[Low], Wide, false, true), Medium),
            (gain(&[Critical], Everything, true, false), Low),
            (gain(&[], Narrow, false, false), Info),
        ];
        for (place, (graded, expected)) in table.into_iter().enumerate() {
            assert_eq!(graded, expected, "line {place}");
        }
    }

    #[test]
    fn a_title_that_is_too_long_says_under_which_condition_and_what_was_not_seen() {
        let long = "ü".repeat(200);
        let unseen = "unless a service control policy that could not be seen takes it away";
        let told = |condition: &str, name: &str, middle: &str| {
            let joint = if condition.starts_with("unless") { "" } else { "if " };
            let gain = Gain {
                title: format!(
                    "user {name} gained access, policy '{name}' was edited: {middle} {joint}{condition}"
                ),
                principals: vec![json!({ "id": "u", "name": name })],
                grants: vec![json!({ "path": [{ "id": "p", "name": name }], "condition": condition })],
                ..BARE
            };
            title(&gain)
        };
        for condition in [
            unseen.to_owned(),
            format!("g:MFAPresent bool true and {unseen}"),
            format!("{long} and {unseen}"),
        ] {
            for (name, middle) in [(long.as_str(), "ecs:*:* on anything"), ("ana", long.as_str())] {
                let title = told(&condition, name, middle);
                assert!(title.len() <= TITLE_LIMIT && title.ends_with(unseen), "{title}");
                assert!(title.contains("gained access, policy"), "{title}");
            }
        }
        assert!(told("g:MFAPresent bool true", "ana", &long).ends_with("… if g:MFAPresent bool true"));
        for filled in 0..10 {
            let turned = format!("{}{}", "x".repeat(filled), "\u{202e}".repeat(50));
            let titles =
                [told(unseen, "ana", &turned), told(&format!("{turned} and {unseen}"), "ana", "ecs")];
            for title in titles {
                assert!(title.replace("\\u{202e}", "").find(['\\', '{', '}']).is_none(), "{title}");
            }
        }
    }

    #[test]
    fn a_trusted_profile_is_known_by_both_of_its_ids() {
        let path = json!({ "path": [{ "kind": "trusted profile", "id": "iam-Profile-1", "name": "night" }] });
        let gain = Gain {
            principals: vec![json!({ "id": "IBMid-1" })],
            grants: vec![path],
            is_becoming: true,
            ..BARE
        };
        assert!(
            gain.leads_through("Profile-1") && gain.leads_through("iam-Profile-1") && gain.is_of("IBMid-1")
        );
        assert!(!gain.leads_through("Profile-2") && !gain.leads_through("IBMid-1"));
    }
}
