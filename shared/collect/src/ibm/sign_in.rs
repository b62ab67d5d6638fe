//! Sign-in: credentials are traded for an access token at the token endpoint.
//!
//! This is the only POST of a run. Neither the credentials nor the token appear in any message; what
//! the cloud answers is searched for them before it is repeated.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;
use url::{Url, form_urlencoded::Serializer};

use crate::{
    CollectError, Secret,
    http::{Body, Call, CallError, Http, Proof},
    lease,
};

/// Where compute resources find their token when no file is named.
const TOKEN_FILES: [&str; 3] = [
    "/var/run/secrets/tokens/vault-token",
    "/var/run/secrets/tokens/sa-token",
    "/var/run/secrets/codeengine.cloud.ibm.com/compute-resource-token/token",
];

/// What to sign in with.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// An API key of a user or a service ID.
    ApiKey(Secret),
    /// The token of a compute resource that a trusted profile is linked to.
    ComputeResource {
        /// The file with the token; the usual places if none is named.
        token_file: Option<PathBuf>,
        /// The trusted profile to sign in as.
        profile: ProfileRef,
    },
    /// An API key whose identity becomes a trusted profile.
    Assume {
        /// The API key to sign in with; never printed.
        api_key: Secret,
        /// The trusted profile to sign in as.
        profile: ProfileRef,
    },
}

/// Names a trusted profile, by CRN or by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProfileRef {
    /// The profile is named by its id, `Profile-…`.
    Id(String),
    /// The profile is named by its CRN.
    Crn(String),
    /// By name within an account.
    Name {
        /// The name of the trusted profile.
        name: String,
        /// The account that it is in. Compute resources need none.
        account: Option<String>,
    },
}

/// A token as the endpoint gave it.
#[derive(Debug)]
pub(crate) struct Granted {
    /// The access token; never printed.
    pub(crate) token: Secret,
    /// How long it lives.
    pub(crate) life: Duration,
}

/// Trades credentials for a token.
pub(crate) async fn grant(
    http: &Http<'_>,
    credentials: &Credentials,
    iam: &Url,
) -> Result<Granted, CollectError> {
    let mut url = iam.clone();
    url.set_path(&format!("{}/identity/token", iam.path().trim_end_matches('/')));
    match credentials {
        Credentials::ApiKey(key) => with_key(http, &url, key).await,
        Credentials::Assume { api_key, profile } => {
            let own = with_key(http, &url, api_key).await?;
            let form = form("assume", &[("access_token", own.token.reveal())], profile);
            let what = Presented {
                name: "the wish to become the trusted profile",
                secret: &own.token,
                remedy: "add the key's identity to the profile's trust, or name the right profile",
            };
            trade(http, &url, &form, what).await
        }
        Credentials::ComputeResource { token_file, profile } => {
            let token = token_of(token_file.as_deref()).await?;
            let form = form("cr-token", &[("cr_token", token.reveal())], profile);
            let what = Presented {
                name: "the compute resource token",
                secret: &token,
                remedy: "link this compute resource to the trusted profile, or name the right profile",
            };
            trade(http, &url, &form, what).await
        }
    }
}

struct Presented<'a> {
    name: &'static str,
    secret: &'a Secret,
    remedy: &'static str,
}

async fn with_key(http: &Http<'_>, url: &Url, key: &Secret) -> Result<Granted, CollectError> {
    if key.is_empty() {
        return Err(CollectError::NoKey);
    }
    let form = Serializer::new(String::new())
        .append_pair("grant_type", "urn:ibm:params:oauth:grant-type:apikey")
        .append_pair("apikey", key.reveal())
        .append_pair("response_type", "cloud_iam")
        .finish();
    let remedy = "create a new key for the collecting service ID and put it in the place of this one";
    trade(http, url, &form, Presented { name: "the API key", secret: key, remedy }).await
}

fn form(grant: &str, fields: &[(&str, &str)], profile: &ProfileRef) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", &format!("urn:ibm:params:oauth:grant-type:{grant}"));
    form.extend_pairs(fields);
    match profile {
        ProfileRef::Id(id) => form.append_pair("profile_id", id),
        ProfileRef::Crn(crn) => form.append_pair("profile_crn", crn),
        ProfileRef::Name { name, account } => {
            form.append_pair("profile_name", name);
            form.extend_pairs(account.as_ref().map(|account| ("account", account)))
        }
    };
    form.finish()
}

async fn token_of(file: Option<&Path>) -> Result<Secret, CollectError> {
    let tried: Vec<PathBuf> =
        file.map_or_else(|| TOKEN_FILES.iter().map(PathBuf::from).collect(), |file| vec![file.to_owned()]);
    let mut source = std::io::Error::from(std::io::ErrorKind::NotFound);
    for path in &tried {
        match tokio::fs::read_to_string(path).await.map(|text| Secret::new(&text)) {
            Ok(token) if !token.is_empty() => return Ok(token),
            Ok(_) => source = std::io::Error::from(std::io::ErrorKind::UnexpectedEof),
            Err(error) => source = error,
        }
    }
    Err(CollectError::NoTokenFile { tried, source })
}

async fn trade(
    http: &Http<'_>,
    url: &Url,
    form: &str,
    presented: Presented<'_>,
) -> Result<Granted, CollectError> {
    let unreachable = |reason: String| CollectError::Unreachable { url: url.to_string(), reason };
    let call = Call { listing: "sign-in", url, proof: Proof::None, body: Some(Body::Form(form)) };
    let answer = match http.json(&call).await {
        Ok(Some(answer)) => answer,
        Ok(None) => return Err(unreachable("the answer has no content".to_owned())),
        Err(error) => {
            let told = presented.secret.strike_from(&error.to_string());
            let transaction = error.transaction().map(|id| format!(", transaction {id}")).unwrap_or_default();
            let answer = format!("{told}{transaction}");
            return Err(match error {
                CallError::Status { status: 400..=403, .. } => CollectError::Rejected {
                    credentials: presented.name,
                    url: url.to_string(),
                    answer,
                    remedy: presented.remedy,
                },
                _ => unreachable(answer),
            });
        }
    };
    let token = answer.get("access_token").and_then(Value::as_str).map(Secret::new);
    let token = token
        .filter(|token| !token.is_empty())
        .ok_or_else(|| unreachable("the answer holds no token".to_owned()))?;
    let seconds = answer.get("expires_in").and_then(|seconds| match seconds {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    });
    Ok(Granted { token, life: lease::life(seconds) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_named_as_the_grant_wants_it() {
        let by_id = form("cr-token", &[("cr_token", "t&1")], &ProfileRef::Id("Profile-1".to_owned()));
        assert_eq!(
            by_id,
            "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Acr-token&cr_token=t%261&profile_id=Profile-1"
        );
        let name = ProfileRef::Name { name: "audit".to_owned(), account: Some("a".to_owned()) };
        assert!(form("assume", &[], &name).ends_with("&profile_name=audit&account=a"));
    }

    #[tokio::test]
    async fn a_missing_token_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let error = token_of(Some(&file)).await.unwrap_err().to_string();
        assert!(error.contains(&file.display().to_string()), "{error}");
        std::fs::write(&file, " t0k3n\n").unwrap();
        assert_eq!(token_of(Some(&file)).await.unwrap().reveal(), "t0k3n");
    }
}
