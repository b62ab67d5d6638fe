//! Draws accounts of Huawei Cloud at random: projects, roles and policies, an organisation, trust of every form.

use fastrand::Rng;

use super::language::{ASSUME, Account, Asked, Grant, Kind, Person, Request, Scope, Statement};

pub(super) const U0: &str = "u0";
const HOLDERS: [&str; 7] = [U0, "u1", "g", "a0", "a1", "old", "linked"];

/// All that is asked of each account.
pub(super) fn requests() -> Vec<Request> {
    let all = [
        ("iam:users:attachPolicyV5", "iam::acc:user:u1", "", "e1"),
        ("iam:permissions:grantRoleToGroupOnEnterpriseProject", "iam::acc:group:g", "", "e1"),
        (ASSUME, "iam::acc:agency:a0", "", "e2"),
        ("organizations:policies:attach", "organizations::acc:policy:p", "", "e1"),
        ("obs:object:putObject", "obs:eu:acc:object:b1/x", "", "e1"),
        ("obs:bucket:deleteBucket", "obs:eu:acc:bucket:b1", "", "e2"),
        ("ecs:servers:delete", "ecs:eu:acc:instance:i1", "p1", "e1"),
        ("ecs:servers:get", "ecs:us:acc:instance:i2", "p2", "e2"),
        ("vpc:vpcs:get", "vpc:eu:acc:vpc:v", "p1", "e2"),
        ("zzz:things:put", "zzz:eu:acc:thing:t", "p2", "e1"),
    ];
    all.map(|(action, urn, project, enterprise_project)| Request {
        action,
        urn: urn.to_owned(),
        project,
        enterprise_project,
    })
    .into()
}

/// Draws one account.
pub(super) fn account(seed: u64) -> Account {
    let mut draw = Draw(Rng::with_seed(seed));
    let tags = [("team", "ops"), ("desk", "9")];
    let mut person = |id, kind| {
        let known = draw.some(&tags, 0);
        Person { id, kind, tags: draw.chance(70).then_some(known) }
    };
    let people = vec![
        person(U0, Kind::User),
        person("u1", Kind::User),
        person("root", Kind::Root),
        person("a0", Kind::Agency),
        person("a1", Kind::Agency),
        person("old", Kind::Agency),
        person("linked", Kind::ServiceLinked),
        Person { id: "mapping/m/0", kind: Kind::Mapped, tags: None },
    ];
    let grants = (0..draw.0.usize(0..6)).map(|_| draw.grant()).collect();
    let is_member = draw.chance(50);
    Account {
        people,
        members: draw.some(&[U0, "u1"], 0),
        grants,
        bounds: if is_member { (0..3).map(|_| draw.level()).collect() } else { Vec::new() },
        is_management: draw.chance(20),
        trust: draw.trust(),
        mapping: *draw.one(&[Some(true), Some(true), Some(false), None]),
    }
}

struct Draw(Rng);

impl Draw {
    fn chance(&mut self, percent: u32) -> bool {
        self.0.u32(0..100) < percent
    }

    fn one<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.0.usize(0..all.len())]
    }

    /// Each of some with half a chance, and at least so many.
    fn some<T: Copy>(&mut self, all: &[T], least: usize) -> Vec<T> {
        loop {
            let taken: Vec<T> = all.iter().copied().filter(|_| self.0.bool()).collect();
            if taken.len() >= least {
                return taken;
            }
        }
    }

    fn action(&mut self) -> String {
        let requests = requests();
        let named = self.one(&requests).action;
        let service = named.split(':').next().unwrap_or_default();
        match self.0.u32(0..16) {
            0..7 => named.to_owned(),
            7 => named.to_uppercase(),
            8 => format!("{service}:*:*"),
            9 => format!("{service}:*"),
            10 => "*:*:*".to_owned(),
            11 => "*".to_owned(),
            12 => "*:servers:*".to_owned(),
            13 => "*:*:get*".to_owned(),
            14 => format!("{}*:*:*", service.chars().next().unwrap_or('*')),
            _ => format!("*:*:*{}", named.split_at(named.len() - 3).1),
        }
    }

    fn resource(&mut self) -> String {
        let requests = requests();
        let urn = self.one(&requests).urn.clone();
        match self.0.u32(0..10) {
            0..4 => urn,
            4 => "*".to_owned(),
            5 => "OBS:*:*:bucket:*".to_owned(),
            6 => "iam:*:*:agency:*".to_owned(),
            7 => "*:*:acc:*:*1*".to_owned(),
            8 => "ecs:eu:*:instance:i*".to_owned(),
            _ => "iam::acc:agency:a1".to_owned(),
        }
    }

    fn condition(&mut self) -> Asked {
        let names =
            ["StringEquals", "StringNotEquals", "StringMatch", "StringNotMatch", "StringEqualsIgnoreCase"];
        let ends = ["StringStartWith", "StringEndWith", "StringEqualsIfExists", "StringNotEqualsIfExists"];
        let names = [&names[..], &ends].concat();
        let text = *self.one(&names);
        let truth = *self.one(&["true", "false"]);
        let (operator, key, value) = match self.0.u32(0..12) {
            0 => ("Bool", "g:PrincipalIsRootUser", truth),
            1 => (text, "g:UserName", *self.one(&["u0", "u1", "u*", "U0"])),
            2 => (text, "g:UserId", *self.one(&["u0", "u1"])),
            3 => (
                text,
                "g:PrincipalUrn",
                *self.one(&["iam::acc:user:u0", "iam::acc:user:*", "iam::acc:agency:a0"]),
            ),
            4 => (text, "g:DomainId", *self.one(&["acc", "other"])),
            5 => (text, "g:DomainName", *self.one(&["solar", "lunar"])),
            6 => (text, "g:PrincipalType", *self.one(&["User", "AssumedAgency"])),
            7 | 8 => (text, "g:PrincipalTag/team", *self.one(&["ops", "dev", "o*"])),
            9 => ("Null", "g:PrincipalTag/team", truth),
            10 => (text, "g:PrincipalAccount", "acc"),
            _ => ("Bool", "g:MFAPresent", "true"),
        };
        let more = *self.one(&["ops", "u1"]);
        let is_list = operator == text && self.chance(20);
        Asked { operator, key, values: if is_list { vec![value, more] } else { vec![value] } }
    }

    fn conditions(&mut self) -> Vec<Asked> {
        let count = if self.chance(30) { self.0.usize(1..3) } else { 0 };
        let mut all: Vec<Asked> = Vec::new();
        for _ in 0..count {
            let asked = self.condition();
            // A document has each key once below each operator.
            if all.iter().all(|known| (known.operator, known.key) != (asked.operator, asked.key)) {
                all.push(asked);
            }
        }
        all
    }

    fn statement(&mut self) -> Statement {
        let resources = if self.chance(40) { self.0.usize(1..3) } else { 0 };
        Statement {
            deny: self.chance(25),
            actions: (0..self.0.usize(1..4)).map(|_| self.action()).collect(),
            not_action: self.chance(12),
            resources: (0..resources).map(|_| self.resource()).collect(),
            not_resource: self.chance(20),
            conditions: self.conditions(),
            ..Statement::default()
        }
    }

    fn grant(&mut self) -> Grant {
        let scopes = [
            Scope::Identity,
            Scope::Identity,
            Scope::Identity,
            Scope::Global,
            Scope::AllProjects,
            Scope::Project("p1"),
            Scope::Project("p2"),
            Scope::EnterpriseProject("e1"),
            Scope::EnterpriseProject("e2"),
        ];
        Grant {
            scope: *self.one(&scopes),
            statements: (0..self.0.usize(1..4)).map(|_| self.statement()).collect(),
            holders: self.some(&HOLDERS, 1),
        }
    }

    /// What is attached at one level of the organisation: most often everything is allowed there.
    fn level(&mut self) -> Vec<Statement> {
        let everything = Statement { actions: vec!["*".to_owned()], ..Statement::default() };
        let mut level: Vec<Statement> = (0..self.0.usize(0..3)).map(|_| self.statement()).collect();
        if self.chance(75) {
            level.push(everything);
        }
        level
    }

    fn trust(&mut self) -> Vec<(&'static str, Vec<Statement>)> {
        let service = Statement {
            actions: vec![ASSUME.to_owned()],
            principals: vec![("Service", "service.RDS")],
            ..Statement::default()
        };
        // A classic agency trusts one account and says no more.
        let other = Statement { principals: vec![("IAM", "other")], ..service.clone() };
        let mut written = |_| (0..self.0.usize(0..4)).map(|_| self.trusting()).collect();
        vec![("a0", written(0)), ("a1", written(1)), ("linked", vec![service]), ("old", vec![other])]
    }

    fn trusting(&mut self) -> Statement {
        let actions = [
            "sts:agencies:assume",
            "sts:agencies:assumeWithSAML",
            "sts:agencies:assumeWithOIDC",
            "sts::tagSession",
        ];
        let principals = [
            ("IAM", "iam::acc:root"),
            ("IAM", "acc"),
            ("IAM", "*"),
            ("IAM", "iam::acc:user:u0"),
            ("IAM", "iam::acc:user:u1"),
            ("IAM", "iam::acc:agency:a0"),
            ("IAM", "sts::acc:assumed-agency:a1/night"),
            ("IAM", "iam::other:root"),
            ("IAM", "iam::other:user:x"),
            ("IAM", "iam::third:root"),
            ("Service", "service.ECS"),
            ("Identity_provider", "iam::acc:samlProvider:login"),
            ("Identity_provider", "iam::acc:oidcProvider:builds"),
        ];
        let actions = match self.0.u32(0..10) {
            0..5 => vec![ASSUME.to_owned()],
            5 => vec!["sts:agencies:*".to_owned()],
            6 => vec!["*".to_owned()],
            _ => self.some(&actions, 1).into_iter().map(str::to_owned).collect(),
        };
        let count = self.0.usize(1..4);
        let mut principals: Vec<_> = (0..count).map(|_| *self.one(&principals)).collect();
        let not_principal = self.chance(15);
        if not_principal {
            principals.retain(|(kind, _)| *kind == "IAM");
            principals.push(("IAM", "iam::third:root"));
        }
        Statement {
            deny: self.chance(25),
            actions,
            not_action: self.chance(12),
            conditions: self.conditions(),
            principals,
            not_principal,
            ..Statement::default()
        }
    }
}
