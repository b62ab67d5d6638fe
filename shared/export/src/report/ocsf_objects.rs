//! The objects of OCSF that events of a report are made of.

use model::{Finding, Severity, Timestamp};
use serde_json::{Value, json};

use super::{AuditReport, Description, RuleText};

/// The release of OCSF that events are of.
const VERSION: &str = "1.8.0";

/// A class of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Whether a control is met.
    Compliance,
    /// Who holds which permission.
    IamAnalysis,
}

impl Class {
    const fn uid(self) -> (u32, &'static str) {
        match self {
            Self::Compliance => (2003, "Compliance Finding"),
            Self::IamAnalysis => (2008, "IAM Analysis Finding"),
        }
    }
}

/// How a control was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ControlOutcome {
    Pass,
    /// Nobody could see all that it hangs on.
    Warning,
    Fail,
}

/// What every event has.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) class: Class,
    /// 1 made, 2 changed, 3 closed, 99 another.
    pub(super) activity: u8,
    pub(super) status: (u8, &'static str),
    /// None for what is no fault.
    pub(super) severity: Option<Severity>,
    pub(super) uid: String,
    pub(super) title: String,
}

impl Head {
    pub(super) fn event(&self, report: &AuditReport<'_>) -> Value {
        let (class, name) = self.class.uid();
        let (severity, severity_name) = severity(self.severity);
        let account = report.account;
        let mut event = json!({
            "category_uid": 2,
            "category_name": "Findings",
            "class_uid": class,
            "class_name": name,
            "activity_id": self.activity,
            "type_uid": class * 100 + u32::from(self.activity),
            "severity_id": severity,
            "severity": severity_name,
            "status_id": self.status.0,
            "status": self.status.1,
            "time": millis(&report.snapshot.at).unwrap_or_default(),
            "message": self.title,
            "metadata": {
                "version": VERSION,
                "profiles": ["cloud"],
                "product": { "name": "iamwatch", "vendor_name": "iamwatch", "version": env!("CARGO_PKG_VERSION") },
                "uid": format!("{account}/{}/{}", report.snapshot.snapshot, self.uid),
                "tenant_uid": account,
            },
            "cloud": {
                "provider": account.cloud().title(),
                "account": { "uid": account.id(), "type_id": 99, "type": "Cloud account" },
            },
            "finding_info": { "uid": self.uid, "title": self.title },
        });
        if self.activity == 99 {
            set(&mut event, "activity_name", json!("Observed"));
        }
        event
    }
}

/// Gives an object a member.
pub(super) fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

const fn severity(severity: Option<Severity>) -> (u8, &'static str) {
    match severity {
        None | Some(Severity::Info) => (1, "Informational"),
        Some(Severity::Low) => (2, "Low"),
        Some(Severity::Medium) => (3, "Medium"),
        Some(Severity::High) => (4, "High"),
        Some(Severity::Critical) => (5, "Critical"),
    }
}

/// Returns milliseconds since 1970, as OCSF counts time.
pub(super) fn millis(time: &str) -> Option<i64> {
    time.parse().ok().map(|time: Timestamp| time.as_millisecond())
}

/// Returns the object that says which control is met or not.
pub(super) fn compliance(
    control: &str,
    text: Option<&RuleText>,
    outcome: ControlOutcome,
    why: Option<&str>,
) -> Value {
    let (id, name) = match outcome {
        ControlOutcome::Pass => (1, "Pass"),
        ControlOutcome::Warning => (2, "Warning"),
        ControlOutcome::Fail => (3, "Fail"),
    };
    let sections: Vec<&str> = text.into_iter().flat_map(RuleText::benchmarks).collect();
    let mut standards: Vec<&str> =
        sections.iter().map(|section| section.rsplit_once(' ').map_or(*section, |(name, _)| name)).collect();
    standards.dedup();
    let mut object = json!({ "control": control, "status_id": id, "status": name });
    if !sections.is_empty() {
        set(&mut object, "standards", json!(standards));
        set(&mut object, "requirements", json!(sections));
    }
    if let Some(why) = why {
        set(&mut object, "status_detail", json!(why));
    }
    if let Some(text) = text {
        set(&mut object, "desc", json!(text.title));
    }
    object
}

/// Returns the object that says which privileges somebody holds, through what.
pub(super) fn permission_analysis(finding: &Finding, described: &Description) -> Value {
    let text = |name: &str| finding.evidence.text(name).unwrap_or_default();
    let actions = text("actions");
    let actions: Vec<&str> = actions.split(", ").filter(|action| !action.is_empty()).collect();
    let mut result = json!({ "granted_privileges": actions });
    if !described.path.is_empty() {
        set(&mut result, "policy", json!({ "name": described.path.join(" → "), "is_applied": true }));
    }
    if !text("condition").is_empty() {
        set(&mut result, "condition_keys", json!([{ "name": "condition", "value": text("condition") }]));
    }
    json!([result])
}

pub(super) fn remediation(text: &RuleText) -> Value {
    let said = if text.remediation.is_empty() { &text.title } else { &text.remediation };
    let mut object = json!({ "desc": said });
    if !text.references.is_empty() {
        set(&mut object, "references", json!(text.references));
    }
    object
}
