//! A policy, and the two shapes in which the API shows it.

use serde_json::{Map, Value, json};

/// Which kind of policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// People and identities on resources.
    Access,
    /// Service to service.
    Authorization,
}

impl PolicyKind {
    /// The value of the `type` member.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Authorization => "authorization",
        }
    }
}

/// Through which version of the API a policy was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Born {
    /// `/v1/policies`: both versions show it.
    V1,
    /// `/v2/policies`: version 1 shows a placeholder.
    V2,
}

/// One attribute of a subject or resource, or one tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// `key` in version 2, `name` in version 1.
    pub key: String,
    /// `stringEquals`, `stringMatch`, …
    pub operator: String,
    /// Text, boolean or list of texts.
    pub value: Value,
}

impl Attribute {
    /// An attribute that must equal a text.
    #[must_use]
    pub fn equals(key: &str, value: &str) -> Self {
        Self::with(key, "stringEquals", value)
    }

    /// An attribute with any operator.
    #[must_use]
    pub fn with(key: &str, operator: &str, value: impl Into<Value>) -> Self {
        Self { key: key.to_owned(), operator: operator.to_owned(), value: value.into() }
    }

    fn v2(&self) -> Value {
        json!({"key": self.key, "operator": self.operator, "value": self.value})
    }

    fn v1(&self) -> Value {
        let mut shown = json!({"name": self.key, "value": self.value});
        // Version 1 leaves the default operator out.
        if self.operator != "stringEquals" {
            shown["operator"] = json!(self.operator);
        }
        shown
    }
}

/// When a policy last let someone through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastPermit {
    /// The members are absent.
    Absent,
    /// `null` and 0.
    Never,
    /// Time and count.
    At(String, u64),
}

/// An access or authorization policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Its id.
    pub id: String,
    /// Access or authorization.
    pub kind: PolicyKind,
    /// The version that made it.
    pub born: Born,
    /// A sentence; none is absent.
    pub description: Option<String>,
    /// Whom it is for: all attributes of the one subject.
    pub subject: Vec<Attribute>,
    /// What it is on: all attributes of the one resource.
    pub resource: Vec<Attribute>,
    /// Access tags of the resource.
    pub tags: Vec<Attribute>,
    /// CRNs of the roles.
    pub roles: Vec<String>,
    /// Pattern of the rule.
    pub pattern: Option<String>,
    /// One condition, or a group of them.
    pub rule: Option<Value>,
    /// `active` or `deleted`.
    pub state: String,
    /// Time of creation.
    pub created_at: String,
    /// Its creator.
    pub created_by_id: String,
    /// Time of the last edit.
    pub last_modified_at: String,
    /// The last editor.
    pub last_modified_by_id: String,
    /// Only shown with `format=include_last_permit`.
    pub last_permit: LastPermit,
    /// The enterprise template it comes from.
    pub template: Option<Value>,
    /// Members that no document names.
    pub extra: Map<String, Value>,
}

impl Policy {
    /// The text of a resource attribute.
    #[must_use]
    pub fn resource_value(&self, key: &str) -> Option<&str> {
        text_of(&self.resource, key)
    }

    /// The text of a subject attribute (`iam_id`, `access_group_id`).
    #[must_use]
    pub fn subject_value(&self, key: &str) -> Option<&str> {
        text_of(&self.subject, key)
    }

    /// The object of `/v2/policies`.
    #[must_use]
    pub fn v2(&self, with_last_permit: bool) -> Value {
        let list = |attributes: &[Attribute]| attributes.iter().map(Attribute::v2).collect::<Vec<_>>();
        let roles: Vec<_> = self.roles.iter().map(|crn| json!({"role_id": crn})).collect();
        let mut shown = self.shared(with_last_permit);
        shown.insert("control".into(), json!({"grant": {"roles": roles}}));
        if !self.subject.is_empty() {
            shown.insert("subject".into(), json!({"attributes": list(&self.subject)}));
        }
        let mut resource = json!({"attributes": list(&self.resource)});
        if !self.tags.is_empty() {
            resource["tags"] = json!(list(&self.tags));
        }
        shown.insert("resource".into(), resource);
        for (member, value) in
            [("pattern", self.pattern.as_ref().map(|text| json!(text))), ("rule", self.rule.clone())]
        {
            if let Some(value) = value {
                shown.insert(member.into(), value);
            }
        }
        Value::Object(shown)
    }

    /// The object of `/v1/policies`: a placeholder when version 2 made the policy.
    #[must_use]
    pub fn v1(&self, with_last_permit: bool) -> Value {
        let list = |attributes: &[Attribute]| attributes.iter().map(Attribute::v1).collect::<Vec<_>>();
        let mut shown = self.shared(with_last_permit);
        if self.born == Born::V2 {
            let name = self.subject.first().map_or("iam_id", |attribute| attribute.key.as_str());
            shown.insert(
                "subjects".into(),
                json!([{"attributes": [{"name": name, "value": "unsupported version"}]}]),
            );
            shown.insert(
                "roles".into(),
                json!([{
                    "role_id": "crn:v1:bluemix:public:iam::::role:UnsupportedVersion",
                    "display_name": "Unsupported version",
                }]),
            );
            shown.insert(
                "resources".into(),
                json!([{"attributes": [{"name": "accountId", "value": "unsupported version"}]}]),
            );
            return Value::Object(shown);
        }
        let roles: Vec<_> = self
            .roles
            .iter()
            .map(|crn| json!({"role_id": crn, "display_name": crn.rsplit(':').next()}))
            .collect();
        let subjects =
            if self.subject.is_empty() { json!([]) } else { json!([{"attributes": list(&self.subject)}]) };
        let mut resource = json!({"attributes": list(&self.resource)});
        if !self.tags.is_empty() {
            resource["tags"] = json!(list(&self.tags));
        }
        shown.insert("subjects".into(), subjects);
        shown.insert("roles".into(), json!(roles));
        shown.insert("resources".into(), json!([resource]));
        Value::Object(shown)
    }

    /// The members that both versions share.
    fn shared(&self, with_last_permit: bool) -> Map<String, Value> {
        let version = if self.born == Born::V1 { "v1" } else { "v2" };
        let mut shown = self.extra.clone();
        let mut put = |member: &str, value: Value| shown.insert(member.to_owned(), value);
        put("id", json!(self.id));
        put("type", json!(self.kind.name()));
        put("state", json!(self.state));
        put("href", json!(format!("https://iam.cloud.ibm.com/{version}/policies/{}", self.id)));
        put("created_at", json!(self.created_at));
        put("created_by_id", json!(self.created_by_id));
        put("last_modified_at", json!(self.last_modified_at));
        put("last_modified_by_id", json!(self.last_modified_by_id));
        if let Some(text) = &self.description {
            put("description", json!(text));
        }
        if let Some(template) = &self.template {
            put("template", template.clone());
        }
        match &self.last_permit {
            _ if !with_last_permit => {}
            LastPermit::Absent => {}
            LastPermit::Never => {
                put("last_permit_at", Value::Null);
                put("last_permit_frequency", json!(0));
            }
            LastPermit::At(time, count) => {
                put("last_permit_at", json!(time));
                put("last_permit_frequency", json!(count));
            }
        }
        shown
    }
}

fn text_of<'a>(attributes: &'a [Attribute], key: &str) -> Option<&'a str> {
    attributes.iter().find(|attribute| attribute.key == key).and_then(|attribute| attribute.value.as_str())
}
