//! A cloud of few words: it answers what a test told it to, and remembers what it was asked.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    Budget, CollectError, Collected, Secret, Silent,
    huawei::{Clock, CollectSettings, Credentials, Endpoints, Keys, Partition},
};

pub(super) const ACCOUNT: &str = "d78cbac186b744899480f25bd022aaaa";

/// Answers by path, or by path and query where that is told too.
#[derive(Default)]
pub(super) struct Cloud {
    answers: BTreeMap<String, (u16, Value)>,
    /// Answers that are given once, before the others.
    first: Mutex<BTreeMap<String, (u16, Value)>>,
    /// What is answered to all else.
    otherwise: Option<(u16, Value)>,
}

/// Requests as they came: the line, and the headers in small letters.
pub(super) type Asked = Arc<Mutex<Vec<(String, BTreeMap<String, String>)>>>;

impl Cloud {
    /// Knows the account, and has nothing else.
    pub(super) fn empty() -> Self {
        let none = [
            ("/v5/users", "users"),
            ("/v5/groups", "groups"),
            ("/v5/policies", "policies"),
            ("/v5/agencies", "agencies"),
            ("/v5/mfa-devices", "mfa_devices"),
            ("/v5/saml-providers", "saml_providers"),
            ("/v5/oidc-providers", "oidc_providers"),
            ("/v3/projects", "projects"),
            ("/v3/users", "users"),
            ("/v3/roles", "roles"),
            ("/v3.0/OS-USER/login-protects", "login_protects"),
            ("/v3.0/OS-AGENCY/agencies", "agencies"),
            ("/v3.0/OS-PERMISSION/role-assignments", "role_assignments"),
            ("/v3/OS-FEDERATION/identity_providers", "identity_providers"),
            ("/v3/OS-FEDERATION/mappings", "mappings"),
        ];
        let mut cloud = Self::default();
        for (path, member) in none {
            cloud = cloud.with(path, json!({ member: [] }));
        }
        let settings = format!("/v3.0/OS-SECURITYPOLICY/domains/{ACCOUNT}");
        cloud
            .with("/v3/auth/domains", json!({"domains": [{"id": ACCOUNT, "name": "acme", "enabled": true}]}))
            .with("/v5/account-summary", json!({"users": 0, "groups": 0, "root_user_mfa_enabled": 1}))
            .with("/v5/password-policy", json!({ "password_policy": password_policy() }))
            .with("/v5/login-policy", json!({ "login_policy": login_policy() }))
            .with(
                "/v5/asymmetric-signature-switch",
                json!({"asymmetric_signature": {"domain_id": ACCOUNT, "asymmetric_signature_switch": false}}),
            )
            .with(
                &format!("{settings}/protect-policy"),
                json!({"protect_policy": {"operation_protection": true}}),
            )
            .with(&format!("{settings}/api-acl-policy"), json!({"api_acl_policy": {"allow_ip_ranges": []}}))
            .with(
                &format!("{settings}/console-acl-policy"),
                json!({"console_acl_policy": {"allow_ip_ranges": []}}),
            )
            .with(
                "/v1.0/enterprise-projects",
                json!({"enterprise_projects": [{"id": "0", "name": "default", "status": 1}], "total_count": 1}),
            )
            .without_organization()
    }

    /// Answers that there is no organisation, in the words of that service.
    pub(super) fn without_organization(self) -> Self {
        let body = json!({"error_code": "Organizations.1015", "error_msg": "The organization is not found"});
        self.refusing("/v1/organizations", 404, body)
    }

    /// Answers a path, or a path and query.
    pub(super) fn with(self, path: &str, answer: Value) -> Self {
        self.refusing(path, 200, answer)
    }

    /// Answers with a status.
    pub(super) fn refusing(mut self, path: &str, status: u16, answer: Value) -> Self {
        self.answers.insert(path.to_owned(), (status, answer));
        self
    }

    /// Answers with a status the first time.
    pub(super) fn first_refusing(self, path: &str, status: u16, answer: Value) -> Self {
        self.first.lock().unwrap().insert(path.to_owned(), (status, answer));
        self
    }

    /// Refuses a part of the interfaces.
    pub(super) fn without(mut self, prefix: &str, status: u16, code: &str) -> Self {
        let body = json!({"error_code": code, "error_msg": "no"});
        let parts = self.answers.iter_mut().filter(|(path, _)| path.starts_with(prefix));
        parts.for_each(|(_, answer)| *answer = (status, body.clone()));
        self
    }

    /// Answers all else in this way, in the place of 404.
    pub(super) fn otherwise(mut self, status: u16, answer: Value) -> Self {
        self.otherwise = Some((status, answer));
        self
    }

    fn answer(&self, target: &str) -> (u16, Value) {
        let path = target.split('?').next().unwrap();
        if let Some(first) = self.first.lock().unwrap().remove(path) {
            return first;
        }
        let found = self.answers.get(target).or_else(|| self.answers.get(path)).or(self.otherwise.as_ref());
        found.cloned().unwrap_or((404, json!({"error_code": "PAP5.0004", "error_msg": "no such thing"})))
    }

    /// Starts answering; returns where, and what is asked from then on.
    pub(super) async fn open(self) -> (String, Asked) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (cloud, asked) = (Arc::new(self), Asked::default());
        let remembered = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&cloud), Arc::clone(&remembered)));
            }
        });
        (base, asked)
    }

    /// Reads the account with a permanent key.
    pub(super) async fn read(self) -> Result<(Collected, Asked), CollectError> {
        let (base, asked) = self.open().await;
        Ok((super::super::account(&settings(&base), &Silent).await?, asked))
    }
}

/// A password policy with all that each has.
pub(super) fn password_policy() -> Value {
    json!({"minimum_password_length": 8, "password_char_combination": 2, "maximum_consecutive_identical_chars": 0,
        "password_reuse_prevention": 1, "minimum_password_age": 0, "password_validity_period": 0,
        "password_not_username_or_invert": true, "allow_user_to_change_password": true})
}

/// A login policy with all that each has.
pub(super) fn login_policy() -> Value {
    json!({"user_validity_period": 0, "lockout_duration": 15, "login_failed_times": 5,
        "period_with_login_failures": 15, "session_timeout": 60, "show_recent_login_info": false, "allow_ip_ranges": []})
}

pub(super) fn settings(base: &str) -> CollectSettings {
    let others = ["iam", "sts", "organizations", "eps"].map(|name| (name, base));
    CollectSettings {
        credentials: Credentials::Keys(Keys::new("HWAKEXAMPLE0000000001", Secret::new("s3cr3t"))),
        endpoints: Endpoints::parse(Partition::International, None, others).unwrap(),
        account: None,
        concurrency: 8,
        budget: Budget { tries: 2, first_wait: std::time::Duration::ZERO, ..Budget::default() },
        clock: Clock::new(|| "2026-01-15T08:30:00Z".parse().unwrap()),
    }
}

async fn serve(mut stream: TcpStream, cloud: Arc<Cloud>, asked: Asked) -> Option<()> {
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end;
            }
            let mut chunk = [0; 4096];
            let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
            buffer.extend_from_slice(&chunk[..read]);
        };
        let head = String::from_utf8(buffer[..end].to_vec()).ok()?;
        let mut lines = head.lines();
        let line = lines.next()?.to_owned();
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        while buffer.len() < end + 4 + length {
            let mut chunk = [0; 4096];
            let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
            buffer.extend_from_slice(&chunk[..read]);
        }
        buffer.drain(..end + 4 + length);
        let (status, body) = cloud.answer(line.split(' ').nth(1)?);
        asked.lock().unwrap().push((line, headers));
        let body = body.to_string();
        let answer = format!(
            "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}
