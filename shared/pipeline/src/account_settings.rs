//! One account to audit: which it is, how to sign in, how fast to go.

use std::{collections::BTreeMap, path::PathBuf};

use collect::huawei::Partition;
use model::{AccountId, Cloud};
use serde::Deserialize;

use crate::{Anchor, PlaceError, references::SecretReference};

/// One account to audit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSettings {
    /// Which cloud it is of.
    pub cloud: Cloud,
    /// Its id; without it, the account that the credentials belong to. With it, credentials of
    /// another account are refused.
    #[serde(default)]
    pub id: Option<String>,
    /// What people call it, and `--account` takes.
    #[serde(default)]
    pub name: Option<String>,
    /// How to sign in.
    pub credentials: CredentialSettings,
    /// Calls under way at one time.
    #[serde(default = "default_concurrency")]
    pub concurrency: usize,
    /// Longest time for all calls together, in seconds.
    #[serde(default = "default_seconds")]
    pub seconds: u64,
    /// Which of the separate clouds of Huawei it is in: `com`, `cn` or `eu`.
    #[serde(default)]
    pub partition: Option<String>,
    /// The region of Huawei Cloud whose hosts are called; IAM answers for the whole account in each.
    #[serde(default)]
    pub region: Option<String>,
    /// Base URLs in the place of the public ones, by service: private endpoints, tests.
    #[serde(default)]
    pub endpoints: BTreeMap<String, String>,
}

/// How to sign in to a cloud: with an API key or a trusted profile to IBM Cloud, with an access key to Huawei Cloud.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table as { api_key = \"env:NAME\" }")]
pub struct CredentialSettings {
    /// Where the API key is: `env:NAME`, `file:PATH` or `ssm:NAME`.
    #[serde(default)]
    pub api_key: Option<SecretReference>,
    /// The trusted profile to become, with the key or as the compute resource that this runs on.
    #[serde(default)]
    pub profile: Option<ProfileSettings>,
    /// The file with the token of the compute resource; without it, the usual places.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// Where the id of the access key is.
    #[serde(default)]
    pub access_key: Option<SecretReference>,
    /// Where its secret is.
    #[serde(default)]
    pub secret_key: Option<SecretReference>,
    /// Where the token is that a temporary access key is shown with.
    #[serde(default)]
    pub security_token: Option<SecretReference>,
    /// The agency of the audited account to become, when the access key is of another.
    #[serde(default)]
    pub agency: Option<AgencySettings>,
}

/// Which agency to become: one with a trust policy by its URN, a classic one by its name and account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table as { urn = \"iam::ACCOUNT:agency:NAME\" }")]
pub struct AgencySettings {
    /// URN of an agency of version 5: `iam::<account>:agency:<name>`.
    #[serde(default)]
    pub urn: Option<String>,
    /// What its trust policy wants to hear.
    #[serde(default)]
    pub external_id: Option<String>,
    /// The name of its session in the records of the audited account; `iamwatch` if none is given.
    #[serde(default)]
    pub session_name: Option<String>,
    /// Name of a classic agency.
    #[serde(default)]
    pub name: Option<String>,
    /// Id of the account (domain) that the classic agency is in; the `id` of the account if none is given.
    #[serde(default)]
    pub domain_id: Option<String>,
    /// Name of that account, in the place of its id.
    #[serde(default)]
    pub domain_name: Option<String>,
}

impl AgencySettings {
    /// Returns what is missing or contradicts what.
    fn check(&self, account: Option<&str>) -> Result<(), String> {
        let is_named = self.domain_id.is_some() || self.domain_name.is_some();
        let is_v5 = self.external_id.is_some() || self.session_name.is_some();
        match (&self.urn, &self.name) {
            (None, None) => Err("`agency` names no `urn` and no `name`; one of them is needed".to_owned()),
            (Some(_), Some(_)) => Err("`agency` names a `urn` and a `name`; take one of them".to_owned()),
            (Some(_), None) if is_named => {
                Err("the `urn` of an `agency` holds its account; leave out `domain_id` and `domain_name`".to_owned())
            }
            (Some(urn), None) if !is_urn(urn) => {
                Err(format!("`{urn}` is no URN of an agency; write it as iam::ACCOUNT:agency:NAME"))
            }
            (None, Some(_)) if is_v5 => Err(
                "a classic `agency` has no `external_id` and no `session_name`; leave them out, or take its `urn`"
                    .to_owned(),
            ),
            (None, Some(_)) if self.domain_id.is_some() && self.domain_name.is_some() => {
                Err("`agency` names a `domain_id` and a `domain_name`; take one of them".to_owned())
            }
            (None, Some(_)) if !is_named && account.is_none() => Err(
                "a classic `agency` needs the `id` of the account, or a `domain_id` or `domain_name` of its own".to_owned(),
            ),
            _ => Ok(()),
        }
    }
}

/// Returns whether a text has the form of an agency's URN.
fn is_urn(urn: &str) -> bool {
    let parts: Vec<&str> = urn.splitn(5, ':').collect();
    matches!(parts.as_slice(), ["iam", "", account, "agency", name] if !account.is_empty() && !name.is_empty())
}

/// Which trusted profile to become: one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table as { id = \"Profile-…\" }")]
pub struct ProfileSettings {
    /// The id of the trusted profile.
    #[serde(default)]
    pub id: Option<String>,
    /// The CRN of the trusted profile.
    #[serde(default)]
    pub crn: Option<String>,
    /// Its name, in the account of the settings.
    #[serde(default)]
    pub name: Option<String>,
}

/// Seconds of a day: no run should take longer, and a number beyond all sense is a slip.
pub(crate) const A_DAY: u64 = 86_400;

const fn default_concurrency() -> usize {
    16
}

const fn default_seconds() -> u64 {
    600
}

impl AccountSettings {
    /// Returns the account that is expected, if the settings name one.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        AccountId::parse(self.cloud, self.id.as_deref()?).ok()
    }

    /// Returns what contradicts what, if anything does.
    pub(crate) fn check(&self) -> Result<(), String> {
        if let Some(id) = &self.id {
            AccountId::parse(self.cloud, id).map_err(|error| error.to_string())?;
        }
        if let Some(name) = self.name.as_deref() {
            let is_taken = name == "all" || Cloud::ALL.iter().any(|cloud| cloud.name() == name);
            let is_plain =
                !name.is_empty() && name.chars().all(|each| each.is_alphanumeric() || "-_. ".contains(each));
            if is_taken || !is_plain || name.trim() != name || name.starts_with('-') {
                return Err(format!(
                    "`{name}` is no name for an account: take letters, digits, `-`, `_`, `.` and spaces, and neither a cloud nor `all`"
                ));
            }
        }
        if let Some(key) = self.keys_of_the_other_cloud().next() {
            return Err(format!("`{key}` means nothing to an account of `{}`; leave it out", self.cloud));
        }
        match self.cloud {
            Cloud::Ibm => self.credentials.check_ibm()?,
            Cloud::Huawei => self.credentials.check_huawei(self.id.as_deref())?,
        }
        if let Some(name) = self.partition.as_deref().filter(|name| Partition::from_name(name).is_none()) {
            return Err(format!("there is no partition `{name}`; it is `com`, `cn` or `eu`"));
        }
        if self.concurrency == 0 || self.concurrency > 256 {
            return Err(format!("`concurrency` is {}; it must be from 1 to 256", self.concurrency));
        }
        if self.seconds == 0 || self.seconds > A_DAY {
            return Err(format!("`seconds` is {}; it must be from 1 to {A_DAY}", self.seconds));
        }
        let is_name = |each: char| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '-';
        if let Some(region) =
            self.region.as_deref().filter(|name| name.is_empty() || !name.chars().all(is_name))
        {
            return Err(format!("`{region}` is no region; write one like `ap-southeast-1`"));
        }
        Ok(())
    }

    /// Returns whether another entry must be the same account: both sign in with the same credentials, and to the same
    /// place, and do not name two accounts.
    pub(crate) fn signs_in_as(&self, other: &Self) -> bool {
        let are_named_apart = self.id.is_some() && other.id.is_some();
        self.cloud == other.cloud
            && !are_named_apart
            && self.credentials == other.credentials
            && self.endpoints == other.endpoints
    }

    fn keys_of_the_other_cloud(&self) -> impl Iterator<Item = &'static str> {
        let credentials = &self.credentials;
        let given = [
            (Cloud::Ibm, "api_key", credentials.api_key.is_some()),
            (Cloud::Ibm, "profile", credentials.profile.is_some()),
            (Cloud::Ibm, "token_file", credentials.token_file.is_some()),
            (Cloud::Huawei, "access_key", credentials.access_key.is_some()),
            (Cloud::Huawei, "secret_key", credentials.secret_key.is_some()),
            (Cloud::Huawei, "security_token", credentials.security_token.is_some()),
            (Cloud::Huawei, "agency", credentials.agency.is_some()),
            (Cloud::Huawei, "partition", self.partition.is_some()),
            (Cloud::Huawei, "region", self.region.is_some()),
        ];
        let own = self.cloud;
        given.into_iter().filter(move |(cloud, _, given)| *cloud != own && *given).map(|(_, key, _)| key)
    }
}

impl CredentialSettings {
    fn check_ibm(&self) -> Result<(), String> {
        if self.api_key.is_none() && self.profile.is_none() {
            return Err("`credentials` name no `api_key` and no `profile`; one of them is needed".to_owned());
        }
        if self.api_key.is_some() && self.token_file.is_some() {
            return Err("`credentials` name an `api_key` and a `token_file`; take one of them".to_owned());
        }
        if let Some(profile) = &self.profile {
            let named = [&profile.id, &profile.crn, &profile.name].into_iter().flatten();
            if named.clone().count() != 1 || named.into_iter().any(|name| name.trim().is_empty()) {
                return Err("`profile` takes one of `id`, `crn` and `name`; name one".to_owned());
            }
        }
        Ok(())
    }

    fn check_huawei(&self, account: Option<&str>) -> Result<(), String> {
        for (key, given) in [("access_key", &self.access_key), ("secret_key", &self.secret_key)] {
            if given.is_none() {
                return Err(format!("`credentials` name no `{key}`; an account of `huawei` needs it"));
            }
        }
        self.agency.as_ref().map_or(Ok(()), |agency| agency.check(account))
    }

    /// Lets the paths of files count from where the settings are.
    pub(crate) fn anchor(&mut self, anchor: &Anchor) -> Result<(), PlaceError> {
        let keys = [&mut self.api_key, &mut self.access_key, &mut self.secret_key, &mut self.security_token];
        keys.into_iter().flatten().try_for_each(|key| key.anchor(anchor))?;
        if let Some(path) = &mut self.token_file {
            *path = anchor.path("the file of the token", &path.to_string_lossy())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::Settings;

    const IBM: &str = r#"
store = "snapshots"
[[account]]
cloud = "ibm"
credentials = { api_key = "env:IBM_KEY" }
"#;
    const HUAWEI: &str = r#"
store = "snapshots"
[[account]]
cloud = "huawei"
partition = "eu"
credentials = { access_key = "env:HW_AK", secret_key = "env:HW_SK" }
"#;

    fn fault(text: &str) -> String {
        Settings::parse("iamwatch.toml", text).expect_err("the settings are wrong").to_string()
    }

    #[test]
    fn an_account_needs_a_way_to_sign_in() {
        let message = fault(&IBM.replace(r#"{ api_key = "env:IBM_KEY" }"#, "{}"));
        assert!(message.contains("no `api_key` and no `profile`"), "{message}");
        let message = fault(&HUAWEI.replace(r#", secret_key = "env:HW_SK""#, ""));
        assert!(message.contains("no `secret_key`"), "{message}");
    }

    #[test]
    fn an_agency_is_named_in_one_way() {
        let with = |agency: &str| {
            HUAWEI.replace(r#""env:HW_SK" }"#, &format!(r#""env:HW_SK", agency = {{ {agency} }} }}"#))
        };
        let good = [
            r#"urn = "iam::d:agency:audit""#,
            r#"urn = "iam::d:agency:audit", external_id = "e", session_name = "s""#,
            r#"name = "audit", domain_id = "d""#,
            r#"name = "audit", domain_name = "acme""#,
        ];
        for agency in good {
            Settings::parse("iamwatch.toml", &with(agency)).expect(agency);
        }
        let by_account = with(r#"name = "audit""#).replace("partition", "id = \"d1\"\npartition");
        Settings::parse("iamwatch.toml", &by_account).expect("the account's own id will do");
        let bad = [
            ("", "names no `urn` and no `name`"),
            (r#"urn = "u", name = "n""#, "a `urn` and a `name`"),
            (r#"urn = "u", domain_id = "d""#, "holds its account"),
            (r#"name = "n", domain_id = "d", domain_name = "d""#, "a `domain_id` and a `domain_name`"),
            (r#"name = "n", domain_id = "d", external_id = "e""#, "has no `external_id`"),
            (r#"name = "n""#, "needs the `id` of the account"),
        ];
        for (agency, said) in bad {
            let message = fault(&with(agency));
            assert!(message.contains(said), "{agency}: {message}");
        }
    }

    #[test]
    fn a_name_is_one_account_and_nothing_else() {
        let with = |name: &str| IBM.replace("cloud = \"ibm\"", &format!("cloud = \"ibm\"\nname = {name:?}"));
        for name in ["production", "Größe 1", "a.b_c-d"] {
            let settings = Settings::parse("iamwatch.toml", &with(name)).expect(name);
            assert_eq!(settings.accounts[0].name.as_deref(), Some(name));
        }
        for name in ["", "all", "ibm", "huawei", "ibm/1", " a", "-a", "a\nb"] {
            let message = fault(&with(name));
            assert!(message.contains("is no name for an account"), "{name}: {message}");
        }
        let other = HUAWEI
            .replace("store = \"snapshots\"", "")
            .replace("partition", "name = \"production\"\npartition");
        let message = fault(&format!("{}{other}", with("production")));
        assert!(message.contains("two accounts are called `production`"), "{message}");
    }

    #[test]
    fn what_belongs_to_the_other_cloud_is_refused() {
        let message = fault(&IBM.replace("cloud = \"ibm\"", "cloud = \"ibm\"\nregion = \"eu-de\""));
        assert!(message.contains("`region` means nothing to an account of `ibm`"), "{message}");
        let message = fault(&HUAWEI.replace("{ access_key", "{ api_key = \"env:A\", access_key"));
        assert!(message.contains("`api_key` means nothing to an account of `huawei`"), "{message}");
    }

    #[test]
    fn a_partition_that_does_not_exist_is_refused_with_those_that_do() {
        let settings = Settings::parse("iamwatch.toml", HUAWEI).expect("valid");
        assert_eq!(settings.accounts[0].partition.as_deref(), Some("eu"));
        let message = fault(&HUAWEI.replace("\"eu\"", "\"us\""));
        assert!(message.contains("no partition `us`; it is `com`, `cn` or `eu`"), "{message}");
    }

    #[test]
    fn a_number_beyond_all_sense_is_refused_with_what_may_be() {
        for (key, said) in [
            ("seconds = 0", "`seconds` is 0; it must be from 1 to 86400"),
            ("seconds = 9223372036854775807", "it must be from 1 to 86400"),
            ("concurrency = 0", "`concurrency` is 0; it must be from 1 to 256"),
            ("concurrency = 100000", "it must be from 1 to 256"),
            ("seconds = -1", "line 5: "),
            ("seconds = \"10\"", "line 5: "),
        ] {
            let message = fault(&IBM.replace("cloud = \"ibm\"", &format!("cloud = \"ibm\"\n{key}")));
            assert!(message.contains(said), "{key}: {message}");
        }
    }

    #[test]
    fn a_region_a_profile_and_an_agency_are_what_they_should_be() {
        for region in ["EU", "x/y", "a.b", ""] {
            let message = fault(&HUAWEI.replace("partition = \"eu\"", &format!("region = \"{region}\"")));
            assert!(message.contains("is no region; write one like `ap-southeast-1`"), "{message}");
        }
        for profile in ["{}", "{ id = \"a\", name = \"b\" }", "{ name = \" \" }"] {
            let message = fault(&IBM.replace("api_key = \"env:IBM_KEY\"", &format!("profile = {profile}")));
            assert!(message.contains("takes one of `id`, `crn` and `name`"), "{message}");
        }
        for urn in ["audit", "iam::d1:user:x", "iam:::agency:x", "iam::d1:agency:"] {
            let agency = format!("{{ agency = {{ urn = \"{urn}\" }}, access_key");
            let message = fault(&HUAWEI.replace("{ access_key", &agency));
            assert!(message.contains("is no URN of an agency; write it as iam::"), "{message}");
        }
    }

    #[test]
    fn an_account_id_cannot_leave_the_store() {
        let message = fault(&IBM.replace("cloud = \"ibm\"", "cloud = \"ibm\"\nid = \"../up\""));
        assert!(message.contains("`../up` is no account id"), "{message}");
    }
}
