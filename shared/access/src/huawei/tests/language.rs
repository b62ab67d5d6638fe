//! What the documents of Huawei Cloud say of one request of one principal: nothing here knows a pattern that covers
//! another, an extent, or a graph.

/// Three values: no, only while something holds, yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answer {
    No,
    Perhaps,
    Yes,
}

use Answer::{No, Perhaps, Yes};

pub(super) const ACCOUNT: &str = "acc";
pub(super) const ACCOUNT_NAME: &str = "solar";
pub(super) const ASSUME: &str = "sts:agencies:assume";

/// What is asked for. A thing of a global service lies in no project.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) action: &'static str,
    pub(super) urn: String,
    pub(super) project: &'static str,
    pub(super) enterprise_project: &'static str,
}

/// Operator, key and values of a condition.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) operator: &'static str,
    pub(super) key: &'static str,
    pub(super) values: Vec<&'static str>,
}

/// A statement of a policy, or of a trust policy where there are principals.
#[derive(Debug, Clone, Default)]
pub(super) struct Statement {
    pub(super) deny: bool,
    pub(super) actions: Vec<String>,
    pub(super) not_action: bool,
    pub(super) resources: Vec<String>,
    pub(super) not_resource: bool,
    pub(super) conditions: Vec<Asked>,
    /// Type and pattern.
    pub(super) principals: Vec<(&'static str, &'static str)>,
    pub(super) not_principal: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Root,
    Agency,
    ServiceLinked,
    /// Federated users by a mapping.
    Mapped,
}

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: &'static str,
    pub(super) kind: Kind,
    /// None where the list of tags could not be read.
    pub(super) tags: Option<Vec<(&'static str, &'static str)>>,
}

/// Where something is granted: an identity policy in the account, a role in one of the classic scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Identity,
    Global,
    AllProjects,
    Project(&'static str),
    EnterpriseProject(&'static str),
}

/// What is attached to users, agencies and groups by id.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) scope: Scope,
    pub(super) statements: Vec<Statement>,
    pub(super) holders: Vec<&'static str>,
}

#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) people: Vec<Person>,
    /// Members of the group.
    pub(super) members: Vec<&'static str>,
    pub(super) grants: Vec<Grant>,
    /// What the organisation attaches to the root, a unit and the account.
    pub(super) bounds: Vec<Vec<Statement>>,
    pub(super) is_management: bool,
    /// Agency and statements.
    pub(super) trust: Vec<(&'static str, Vec<Statement>)>,
    /// Whether a provider that maps by it is enabled, disabled, or maps by nothing.
    pub(super) mapping: Option<bool>,
}

/// `*` matches any run of characters, and nothing else is special here.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).any(|skip| rest.get(skip..).is_some_and(|rest| fits(tail, rest)))
        }),
    }
}

/// Part by part, without regard to case; parts that are left out may be anything.
fn action_fits(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_lowercase(), action.to_lowercase());
    let mut patterns = pattern.split(':');
    action.split(':').all(|part| patterns.next().is_none_or(|pattern| fits(pattern, part)))
}

/// Part by part; the service without regard to case.
fn resource_fits(pattern: &str, urn: &str) -> bool {
    let mut patterns = pattern.splitn(5, ':');
    urn.splitn(5, ':').enumerate().all(|(place, part)| match patterns.next() {
        None => true,
        Some(pattern) if place == 0 => fits(&pattern.to_lowercase(), &part.to_lowercase()),
        Some(pattern) => fits(pattern, part),
    })
}

/// What is known of a key.
enum Fact {
    Is(String),
    Absent,
    Unknown,
}

impl Person {
    pub(super) fn urn(&self) -> String {
        let kind = if self.is_user() { "user" } else { "agency" };
        format!("iam::{ACCOUNT}:{kind}:{}", self.id)
    }

    const fn is_user(&self) -> bool {
        matches!(self.kind, Kind::User | Kind::Root)
    }

    /// What a key is in every request of this principal. Name, id, URN and tags of an agency are those of its session.
    fn fact(&self, key: &str) -> Fact {
        let of_user = |text: String| if self.is_user() { Fact::Is(text) } else { Fact::Unknown };
        if self.kind == Kind::Mapped {
            return Fact::Unknown;
        }
        match key {
            "g:PrincipalIsRootUser" => Fact::Is((self.kind == Kind::Root).to_string()),
            "g:UserName" | "g:UserId" | "g:PrincipalId" => of_user(self.id.to_owned()),
            "g:PrincipalUrn" => of_user(self.urn()),
            "g:PrincipalAccount" | "g:DomainId" => Fact::Is(ACCOUNT.to_owned()),
            "g:DomainName" => Fact::Is(ACCOUNT_NAME.to_owned()),
            "g:PrincipalType" if self.kind == Kind::User => Fact::Is("User".to_owned()),
            "g:PrincipalType" if self.kind != Kind::Root => Fact::Is("AssumedAgency".to_owned()),
            _ => match (key.strip_prefix("g:PrincipalTag/"), &self.tags) {
                (Some(key), Some(tags)) if self.is_user() => {
                    let value = tags.iter().find(|(name, _)| *name == key);
                    value.map_or(Fact::Absent, |(_, value)| Fact::Is((*value).to_owned()))
                }
                _ => Fact::Unknown,
            },
        }
    }
}

impl Asked {
    fn holds(&self, person: Option<&Person>) -> Answer {
        let fact = person.map_or(Fact::Unknown, |person| person.fact(self.key));
        let said = |is: bool| if is { Yes } else { No };
        let (operator, if_exists) = match self.operator.strip_suffix("IfExists") {
            Some(operator) => (operator, true),
            None => (self.operator, false),
        };
        let text = match (fact, operator) {
            (Fact::Unknown, _) => return Perhaps,
            (Fact::Is(_), "Null") => return said(self.values.contains(&"false")),
            (Fact::Absent, "Null") => return said(self.values.contains(&"true")),
            (Fact::Absent, _) if if_exists => return Yes,
            // No document says what a negated operator makes of what is not there.
            (Fact::Absent, negated) => return if negated.contains("Not") { Perhaps } else { No },
            (Fact::Is(text), _) => text,
        };
        let lower = text.to_lowercase();
        let any = |test: &dyn Fn(&str) -> bool| self.values.iter().any(|value| test(value));
        said(match operator {
            "StringEquals" => any(&|value| value == text),
            "StringNotEquals" => !any(&|value| value == text),
            "StringEqualsIgnoreCase" | "Bool" => any(&|value| value.to_lowercase() == lower),
            "StringMatch" => any(&|value| fits(value, &text)),
            "StringNotMatch" => !any(&|value| fits(value, &text)),
            "StringStartWith" => any(&|value| text.starts_with(value)),
            "StringEndWith" => any(&|value| text.ends_with(value)),
            other => unreachable!("{other} is not generated"),
        })
    }
}

impl Scope {
    /// Whether a grant in this scope counts for a request.
    fn reaches(self, request: &Request) -> Answer {
        let said = |is: bool| if is { Yes } else { No };
        let service = request.action.split(':').next().unwrap_or_default();
        let is_global = ["iam", "sts", "organizations", "obs", "eps"].contains(&service);
        let is_regional = ["ecs", "vpc"].contains(&service);
        match self {
            Self::Identity | Self::AllProjects => Yes,
            // Which scope a service goes with that no document names is not known.
            Self::Global if !is_global && !is_regional => Perhaps,
            Self::Global => said(is_global),
            Self::Project(project) => said(!is_global && request.project == project),
            Self::EnterpriseProject(project) => {
                let knows_them = !["iam", "sts", "organizations", "eps"].contains(&service);
                let is_marked = request.action.ends_with("OnEnterpriseProject");
                said((knows_them || is_marked) && request.enterprise_project == project)
            }
        }
    }
}

impl Statement {
    /// Whether the statement speaks of a request.
    fn applies(&self, person: Option<&Person>, request: &Request) -> Answer {
        if !self.chooses(request.action) {
            return No;
        }
        let lies = self.resources.iter().any(|pattern| resource_fits(pattern, &request.urn));
        if !self.resources.is_empty() && lies == self.not_resource {
            return No;
        }
        self.holds(person)
    }

    pub(super) fn chooses(&self, action: &str) -> bool {
        self.actions.iter().any(|pattern| action_fits(pattern, action)) != self.not_action
    }

    /// Whether all of its conditions hold.
    pub(super) fn holds(&self, person: Option<&Person>) -> Answer {
        self.conditions.iter().map(|asked| asked.holds(person)).min().unwrap_or(Yes)
    }
}

/// What the language says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    NotAllowed,
    Denied,
    Depends,
    Allowed,
}

impl Account {
    /// The strongest statement of one effect that a principal holds.
    fn held(&self, person: &Person, deny: bool, request: &Request) -> Answer {
        let is_member = self.members.contains(&person.id) || person.kind == Kind::Mapped;
        let is_held = |grant: &&Grant| {
            grant.holders.contains(&person.id) || (is_member && grant.holders.contains(&"g"))
        };
        let each = self.grants.iter().filter(is_held).flat_map(|grant| {
            let of_effect = grant.statements.iter().filter(|statement| statement.deny == deny);
            of_effect.map(|each| each.applies(Some(person), request).min(grant.scope.reaches(request)))
        });
        each.max().unwrap_or(No)
    }

    /// What the organisation leaves: whether it denies, and whether every level allows.
    fn outer(&self, person: &Person, request: &Request) -> (Answer, Answer) {
        if self.is_management || person.kind == Kind::ServiceLinked {
            return (No, Yes);
        }
        let strongest = |level: &[Statement], deny: bool| {
            let of_effect = level.iter().filter(|statement| statement.deny == deny);
            of_effect.map(|each| each.applies(Some(person), request)).max().unwrap_or(No)
        };
        let levels = self.bounds.iter().filter(|level| !level.is_empty());
        let denies = levels.clone().map(|level| strongest(level, true)).max().unwrap_or(No);
        (denies, levels.map(|level| strongest(level, false)).min().unwrap_or(Yes))
    }

    /// What a principal may do by itself. Nothing in the account gives to or takes from its root user.
    pub(super) fn by_itself(&self, person: &Person, request: &Request) -> Decision {
        let is_root = person.kind == Kind::Root;
        let allow = if is_root { Yes } else { self.held(person, false, request) };
        if allow == No {
            return Decision::NotAllowed;
        }
        match allow.min(self.left(person, request)) {
            No => Decision::Denied,
            // Whether one is in the group at all hangs on the claims.
            Perhaps => Decision::Depends,
            Yes if person.kind == Kind::Mapped => Decision::Depends,
            Yes => Decision::Allowed,
        }
    }

    /// What denies and the organisation leave of a request that something allows.
    pub(super) fn left(&self, person: &Person, request: &Request) -> Answer {
        let is_root = person.kind == Kind::Root;
        let own = if is_root { No } else { self.held(person, true, request) };
        let (outer, allowed) = self.outer(person, request);
        let denied = match own.max(outer) {
            Yes => No,
            Perhaps => Perhaps,
            No => Yes,
        };
        denied.min(allowed)
    }
}
