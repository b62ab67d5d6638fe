//! Findings as they are chosen, ordered and told: one way for the screen, for programs and over HTTP.

use std::cmp::Reverse;

use model::{Finding, FindingState, Severity};
use serde_json::{Value, json};

use crate::names::ThingNames;

/// Returns whether a finding is told where no state is asked for: it holds and no other says more of it, or it held and may hold still
/// where nobody can look.
#[must_use]
pub fn is_listed_unasked(finding: &Finding) -> bool {
    let is_live = matches!(finding.state, FindingState::Open | FindingState::Unknown);
    is_live && finding.implied_by.is_none() && !finding.is_only_doubted()
}

/// Returns whether the run that judged the snapshot opened a finding: what was there when its rule could first look is not new.
#[must_use]
pub fn is_new_finding(finding: &Finding, judged: Option<u64>) -> bool {
    Some(finding.first_seen.snapshot) == judged && !finding.baseline
}

/// Returns where a finding stands among others: what holds first, the worst first.
#[must_use]
pub fn order_of_finding(finding: &Finding) -> (bool, Reverse<Severity>, &str, &str) {
    (finding.state.is_closed(), Reverse(finding.severity), &finding.rule, &finding.subject)
}

/// Returns whether an id is that of a pattern, in which `*` stands for any text.
#[must_use]
pub fn matches_pattern(pattern: &str, id: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = id.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Returns whether a finding is about something with a text in its name, its address, or what the rule says of its holder.
#[must_use]
pub fn is_about(finding: &Finding, names: &ThingNames, text: &str) -> bool {
    let text = text.to_lowercase();
    let evidence = ["principal", "principal_id", "holder_id", "holder_name"]
        .into_iter()
        .filter_map(|name| finding.evidence.text(name));
    let mut named = evidence.chain([names.name_of(&finding.subject), finding.subject.clone()]);
    let columns = finding.evidence.columns();
    let of_id = columns.values().filter_map(Value::as_str).filter_map(|id| names.of_id(id));
    named.any(|name| name.to_lowercase().contains(&text))
        || of_id.map(str::to_lowercase).any(|name| name.contains(&text))
}

/// Returns what brings a finding about: the policy that a permission comes through, the policy or group that its rule names, or else
/// what it is about.
#[must_use]
pub fn cause_of_finding(finding: &Finding, names: &ThingNames) -> String {
    let text = |name: &str| finding.evidence.text(name).filter(|text| !text.is_empty());
    if let Some(path) = text("through") {
        let steps: Vec<&str> = path.split(" → ").collect();
        let policy = steps.iter().find(|step| step.starts_with("policy"));
        return plain(policy.or_else(|| steps.first()).copied().unwrap_or(&path));
    }
    match (text("policy_name"), text("policy_id")) {
        (Some(name), _) => format!("policy '{}'", plain(&name)),
        (None, Some(id)) => format!("policy {}", plain(&id)),
        (None, None) => names.name_of(&finding.subject),
    }
}

fn plain(text: &str) -> String {
    model::visible(text).into_owned()
}

/// Returns a finding for programs, with the names of what it is about.
#[must_use]
pub fn finding_json(finding: &Finding, names: &ThingNames, judged: Option<u64>) -> Value {
    let mut told = json!(finding);
    if let Value::Object(members) = &mut told {
        members.insert("name".to_owned(), Value::from(names.name_of(&finding.subject)));
        members.insert("cause".to_owned(), Value::from(cause_of_finding(finding, names)));
        let by = names.creator_of(&finding.subject);
        members.insert(
            "created_by".to_owned(),
            by.map_or(Value::Null, |by| json!({ "id": by, "name": names.of_id(by) })),
        );
        members.insert("new".to_owned(), Value::from(is_new_finding(finding, judged)));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::matches_pattern;

    #[test]
    fn a_star_stands_for_any_text() {
        for pattern in ["key_unused", "key*", "*", "*unused", "k*y*d", "key_unused*"] {
            assert!(matches_pattern(pattern, "key_unused"), "{pattern}");
        }
        for pattern in ["key", "*key", "x*", "key_unused_", "k*x*d", ""] {
            assert!(!matches_pattern(pattern, "key_unused"), "{pattern}");
        }
    }
}
