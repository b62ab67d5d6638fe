//! Accepted findings: how the settings write them, and which of them accept nothing.
//!
//! A suppression that does nothing is told and fails nothing: whoever wrote it believes that something is accepted, and
//! would learn of a misspelt rule or a forgotten end only by looking.

use access::SensitivePermission;
use check::{Findings, RuleSet};
use model::{AccountId, Cloud, Suppression, Timestamp, normal_time};
use serde::{Deserialize, Deserializer, de::Error};

use crate::{
    AccountSettings, Permissions,
    summary::{Warning, WarningKind},
};

/// A suppression as the TOML file gives it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SuppressionSettings {
    rule: String,
    subject: String,
    reason: String,
    /// A day or a time, as TOML writes them or as text.
    until: Option<toml::Value>,
}

/// Reads the suppressions of a settings file.
pub(crate) fn read<'de, D: Deserializer<'de>>(file: D) -> Result<Vec<Suppression>, D::Error> {
    let written = Vec::<SuppressionSettings>::deserialize(file)?;
    written.into_iter().map(|each| each.suppression().map_err(D::Error::custom)).collect()
}

impl SuppressionSettings {
    fn suppression(self) -> Result<Suppression, String> {
        let rule = self.rule.trim().to_owned();
        for (key, text) in [("rule", &rule), ("subject", &self.subject), ("reason", &self.reason)] {
            if text.trim().is_empty() {
                return Err(format!("`{key}` of the suppression of `{rule}` is empty; say what it is"));
            }
        }
        let wrong = |until: &str| {
            format!(
                "`until` of the suppression of `{rule}` is `{until}`, which is no time; write the last day as 2027-01-01, or \
                 the last moment as 2027-01-01T12:00:00Z"
            )
        };
        let until = match &self.until {
            None => None,
            Some(toml::Value::String(text)) => Some(last_moment(text).ok_or_else(|| wrong(text))?),
            Some(toml::Value::Datetime(time)) => {
                Some(last_moment(&time.to_string()).ok_or_else(|| wrong(&time.to_string()))?)
            }
            Some(toml::Value::Integer(number)) => return Err(wrong(&number.to_string())),
            Some(other) => return Err(wrong(other.type_str())),
        };
        Ok(Suppression { rule, subject: self.subject.trim().to_owned(), reason: self.reason, until })
    }
}

/// Returns the last moment that a text means: of a day its last second. What names no zone is in UTC, as all times of
/// ours.
fn last_moment(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() == "2027-01-01".len() {
        return normal_time(&format!("{text}T23:59:59Z"));
    }
    let zoned = normal_time(text);
    zoned.or_else(|| normal_time(&format!("{text}Z")))
}

/// What is asked of accounts, and what of the answers is accepted.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The rules that suppressions may name.
    pub rules: &'a RuleSet,
    /// The permissions that are audited.
    pub permissions: &'a Permissions,
    /// Accepted findings: kept, not alerted.
    pub suppressions: &'a [Suppression],
    /// All accounts of the settings: a suppression may be meant for another than the one that is looked at.
    pub accounts: &'a [AccountSettings],
}

/// Returns the suppressions that accept nothing in an account, each with the reason.
///
/// `findings` are those that hold; without them, it cannot be said of a suppression that nothing is of its rule and subject.
#[must_use]
pub fn idle_suppressions(
    asked: &Asked<'_>,
    account: &AccountId,
    findings: Option<&Findings>,
    at: Timestamp,
) -> Vec<Warning> {
    let meant = asked.suppressions.iter().filter(|each| is_for(each, account, asked.accounts));
    let idle = meant.filter_map(|each| {
        let (kind, why) = fault(each, asked, findings, at)?;
        let text =
            format!("the suppression of `{}` for `{}` accepts nothing: {why}", each.rule, each.subject);
        Some(Warning { kind, text })
    });
    idle.collect()
}

fn fault(
    suppression: &Suppression,
    asked: &Asked<'_>,
    findings: Option<&Findings>,
    at: Timestamp,
) -> Option<(WarningKind, String)> {
    let is_named = |permission: &SensitivePermission| permission.id == suppression.rule;
    let is_permission =
        Cloud::ALL.into_iter().any(|cloud| asked.permissions.of_cloud(cloud).iter().any(is_named));
    if asked.rules.get(&suppression.rule).is_none() && !is_permission {
        let why = "there is no such rule; `iamwatch rules` lists them";
        return Some((WarningKind::SuppressionOfNoRule, why.to_owned()));
    }
    if let Some(until) = suppression.until.as_ref().filter(|_| !suppression.is_in_force(at)) {
        let why = format!("it ended at {until}; give it a later `until`, or take it out of the settings");
        return Some((WarningKind::SuppressionExpired, why));
    }
    let findings = findings?;
    let covered = |finding: &model::Finding| !finding.state.is_closed() && covers(suppression, finding);
    if findings.findings.values().any(|finding| covered(finding)) {
        return None;
    }
    let why =
        "no finding that holds is of this rule and subject; `iamwatch findings --json` shows the subjects";
    Some((WarningKind::SuppressionUnused, why.to_owned()))
}

/// Returns whether a suppression means a finding, by its rule and its subject; not whether it is in force.
#[must_use]
pub fn covers(suppression: &Suppression, finding: &model::Finding) -> bool {
    let subject = suppression.subject.as_str();
    let is_same = match subject.strip_suffix('*') {
        Some(beginning) => finding.subject.starts_with(beginning),
        None => finding.subject == subject,
    };
    is_same && finding.rule == suppression.rule
}

/// Returns whether a run of an account can tell that a suppression accepts nothing: it names that account, or none of the
/// others that are audited.
fn is_for(suppression: &Suppression, account: &AccountId, all: &[AccountSettings]) -> bool {
    if reaches(suppression, &format!("{account}/")) == SubjectReach::Within {
        return true;
    }
    let others = all.iter().filter(|other| other.account().as_ref() != Some(account));
    let reached = others.map(|other| match other.account() {
        Some(other) => reaches(suppression, &format!("{other}/")),
        // The account of some credentials: it may be any of that cloud, and is this one where there is no other.
        None if all.len() == 1 => SubjectReach::Nowhere,
        None => reaches(suppression, &format!("{}/", other.cloud)),
    });
    reached.into_iter().all(|reach| reach == SubjectReach::Nowhere)
}

/// How a subject stands to the addresses of an account.
#[derive(Debug, PartialEq, Eq)]
enum SubjectReach {
    /// All that it means is of this account.
    Within,
    /// Something that it means may be of this account.
    Into,
    Nowhere,
}

fn reaches(suppression: &Suppression, addresses: &str) -> SubjectReach {
    let beginning = suppression.subject.strip_suffix('*');
    if suppression.subject.starts_with(addresses) {
        SubjectReach::Within
    } else if beginning.is_some_and(|beginning| addresses.starts_with(beginning)) {
        SubjectReach::Into
    } else {
        SubjectReach::Nowhere
    }
}

#[cfg(test)]
mod tests {
    use crate::Settings;

    use super::*;

    const SETTINGS: &str = r#"
store = "snapshots"
[[account]]
cloud = "ibm"
id = "a1"
credentials = { api_key = "env:ONE" }
[[account]]
cloud = "huawei"
id = "d1"
credentials = { access_key = "env:AK", secret_key = "env:SK" }
[[suppress]]
rule = "user_without_group"
subject = "ibm/a1/ibm_users/u"
reason = "break-glass"
"#;

    fn until(written: &str) -> Result<Option<String>, String> {
        let text = format!("{SETTINGS}until = {written}\n");
        let settings = Settings::parse("iamwatch.toml", &text).map_err(|error| error.to_string())?;
        Ok(settings.suppressions[0].until.clone())
    }

    #[test]
    fn an_end_is_a_day_or_a_time_of_toml_or_text() {
        let end_of_day = Ok(Some("2027-01-01T23:59:59Z".to_owned()));
        assert_eq!(until("2027-01-01"), end_of_day);
        assert_eq!(until("\"2027-01-01\""), end_of_day);
        assert_eq!(until("\" 2027-01-01 \""), end_of_day);
        let noon = Ok(Some("2027-01-01T12:00:00Z".to_owned()));
        let written = [
            "2027-01-01T12:00:00Z",
            "2027-01-01T14:00:00+02:00",
            "2027-01-01 12:00:00",
            "2027-01-01T12:00:00",
            "\"2027-01-01T12:00:00Z\"",
            "\"2027-01-01T14:00:00+0200\"",
            "\"2027-01-01T12:00\"",
        ];
        for written in written {
            assert_eq!(until(written), noon, "{written}");
        }
    }

    #[test]
    fn an_end_that_cannot_be_read_is_an_error_with_the_forms_that_can() {
        for written in ["\"next year\"", "\"\"", "2027", "12:30:00", "\"2027-13-01\"", "true"] {
            let message = until(written).unwrap_err();
            assert!(message.contains("`until` of the suppression of `user_without_group` is"), "{message}");
            assert!(
                message.contains("write the last day as 2027-01-01") && message.contains("line "),
                "{message}"
            );
        }
    }

    #[test]
    fn a_suppression_says_of_what_and_why() {
        let settings = |text: &str| Settings::parse("iamwatch.toml", text).unwrap_err().to_string();
        assert!(settings(&SETTINGS.replace("break-glass", " ")).contains("`reason` of the suppression"));
        assert!(
            settings(&SETTINGS.replace("reason = \"break-glass\"\n", "")).contains("missing field `reason`")
        );
    }

    #[test]
    fn only_the_account_that_is_meant_can_say_that_nothing_is_accepted() {
        let settings = Settings::parse("iamwatch.toml", SETTINGS).unwrap();
        let (ibm, huawei): (AccountId, AccountId) = ("ibm/a1".parse().unwrap(), "huawei/d1".parse().unwrap());
        let is_for = |subject: &str, account: &AccountId, accounts: &[AccountSettings]| {
            let suppression = Suppression { subject: subject.to_owned(), ..settings.suppressions[0].clone() };
            is_for(&suppression, account, accounts)
        };
        let both = settings.accounts.as_slice();
        for (subject, of_ibm, of_huawei) in [
            ("ibm/a1/ibm_users/u", true, false),
            ("ibm/a1/*", true, false),
            ("huawei/d1/huawei_users/*", false, true),
            ("*", false, false),
            ("ibm/*", true, false),
            ("ibm/another/ibm_users/u", true, true),
            ("IBMid-1", true, true),
        ] {
            assert_eq!(is_for(subject, &ibm, both), of_ibm, "{subject}");
            assert_eq!(is_for(subject, &huawei, both), of_huawei, "{subject}");
        }
        assert!(is_for("*", &ibm, &both[..1]), "where there is one account, it is meant");
    }
}
