//! Everything that exists in one simulated Huawei Cloud account, and who may look at it.
//!
//! A list is in the order in which the API lists it, so that a page is a slice. Most things are the
//! API's own object ([`Object`]) as version 5 lists it, with what belongs to it beside: a user carries
//! its keys, a policy its versions. What the API shows from another side (an attachment by policy, a
//! user in version 3, a counter) is computed, in `shown`, so that the two sides cannot disagree.
//!
//! Nothing in here is filtered by what a caller may see; [`Rights`] says how much that is.

mod attachments;
mod caller;
mod classic;
pub(crate) mod editions;
mod identity;
mod organization;
mod shown;
mod things;
mod truth;

use std::collections::BTreeMap;

use serde_json::json;

pub use attachments::{Attachment, Attachments, Entity};
pub use caller::{Assumable, Caller, Model, Rights};
pub use classic::{Assignment, Classic, IdentityProvider, Scope, Subject};
pub use identity::{AccessKey, Agency, AgencyKind, Group, Policy, Provider, User};
pub use organization::{DelegatedAdministrator, Node, Organization, ServiceControl};
pub use things::{Thing, Things};
pub use truth::Truth;

pub use crate::ibm::world::Object;

/// Access key with which the collector signs, in every world.
pub const COLLECTOR_ACCESS_KEY: &str = "HWAKSIMULATEDAUDITOR";

/// Secret of [`COLLECTOR_ACCESS_KEY`].
pub const COLLECTOR_SECRET_KEY: &str = "simulated-secret-of-the-auditor-00000001";

/// Access key of temporary credentials for the collector, in every world.
pub const TEMPORARY_ACCESS_KEY: &str = "HWAKSIMULATEDSESSION";

/// Secret of [`TEMPORARY_ACCESS_KEY`].
pub const TEMPORARY_SECRET_KEY: &str = "simulated-secret-of-the-session-00000002";

/// Security token of [`TEMPORARY_ACCESS_KEY`], with the characters that need care.
pub const TEMPORARY_SECURITY_TOKEN: &str = "simulated+security/token==";

/// Access key of a user of another account, who may do nothing here but assume [`AUDIT_AGENCY`].
pub const FOREIGN_ACCESS_KEY: &str = "HWAKSIMULATEDFOREIGN";

/// Secret of [`FOREIGN_ACCESS_KEY`].
pub const FOREIGN_SECRET_KEY: &str = "simulated-secret-of-the-outsider-0000003";

/// Account id of the owner of [`FOREIGN_ACCESS_KEY`], in every world.
pub const FOREIGN_ACCOUNT: &str = "0a1d17e0ad17000000000000000a0d17";

/// Access key of a user of this account who holds no permission, in every world.
pub const STRANGER_ACCESS_KEY: &str = "HWAKSIMULATEDSTRANGE";

/// Secret of [`STRANGER_ACCESS_KEY`].
pub const STRANGER_SECRET_KEY: &str = "simulated-secret-of-the-stranger-0000004";

/// Name of the trust agency through which another account audits this one, in every world.
pub const AUDIT_AGENCY: &str = "iamwatch-audit";

/// The external id that [`AUDIT_AGENCY`] wants to hear.
pub const AUDIT_EXTERNAL_ID: &str = "simulated-external-id";

/// Name of the user to whom [`COLLECTOR_ACCESS_KEY`] belongs.
pub const AUDITOR_USER: &str = "iamwatch-auditor";

/// One of the separate clouds; credentials are good in one only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partition {
    /// `myhuaweicloud.com`.
    International,
    /// `myhuaweicloud.cn`.
    China,
    /// `myhuaweicloud.eu`.
    Europe,
}

impl Partition {
    /// The domain below which its hosts are.
    #[must_use]
    pub fn domain(self) -> &'static str {
        match self {
            Self::International => "myhuaweicloud.com",
            Self::China => "myhuaweicloud.cn",
            Self::Europe => "myhuaweicloud.eu",
        }
    }
}

/// A service of the catalogue of actions.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The first part of its actions (`iam`), an item of `registered-services`.
    pub code: String,
    /// What `…/authorization-schemas/services/{code}` answers: `version`, `actions`, `resources`,
    /// `conditions`, `operations`.
    pub object: Object,
}

/// All of one account.
#[derive(Clone, Debug)]
pub struct World {
    /// The account as `/v3/auth/domains` lists it.
    pub domain: Object,
    /// The cloud it is in.
    pub partition: Partition,
    /// Who may sign: the collector's permanent key first, then its temporary credentials, then someone
    /// from another account, then a user without permissions.
    pub callers: Vec<Caller>,
    /// Agencies that some caller may assume.
    pub assumable: Vec<Assumable>,
    /// Regions as `/v3/regions` lists them.
    pub regions: Vec<Object>,
    /// Projects as `/v3/projects` lists them: one per region, `MOS`, and some below these.
    pub projects: Vec<Object>,
    /// Users, root included.
    pub users: Things<User>,
    /// Groups, `admin` first.
    pub groups: Things<Group>,
    /// Identity policies, the cloud's own first, then the account's.
    pub policies: Things<Policy>,
    /// Agencies of all kinds.
    pub agencies: Things<Agency>,
    /// Which policy is attached to whom.
    pub attachments: Attachments,
    /// MFA devices of all users: `serial_number`, `user_id`, `enabled`.
    pub mfa_devices: Vec<Object>,
    /// SAML providers.
    pub saml_providers: Vec<Provider>,
    /// OIDC providers.
    pub oidc_providers: Vec<Provider>,
    /// What `/v5/password-policy` answers, without its envelope.
    pub password_policy: Object,
    /// What `/v5/login-policy` answers, without its envelope.
    pub login_policy: Object,
    /// Whether requests may be signed with asymmetric keys.
    pub asymmetric_signature: bool,
    /// Status of each feature by name.
    pub features: BTreeMap<String, String>,
    /// The `…_quota` members of the account summary; the counters are computed.
    pub quotas: Object,
    /// Services that may be a principal.
    pub service_principals: Vec<Object>,
    /// The catalogue of actions, one entry per service.
    pub schemas: Vec<Schema>,
    /// What only version 3 shows.
    pub classic: Classic,
    /// Enterprise projects, the default one (`0`) first.
    pub enterprise_projects: Vec<Object>,
    /// The organization, if the account is in one.
    pub organization: Option<Organization>,
}

impl World {
    /// The account's id (the domain id).
    #[must_use]
    pub fn account_id(&self) -> &str {
        self.domain.text("id")
    }

    /// Adds a classic agency that lets another account read all.
    pub fn delegate(&mut self, name: &str, to: &str) {
        let (account, id) = (self.account_id().to_owned(), format!("{:032x}", 0xde1e_6a7e_u64));
        let urn = format!("iam::{account}:agency:{name}");
        let object = Object::new(json!({
            "agency_id": id, "agency_name": name, "urn": urn, "path": "", "description": "",
            "created_at": "2026-01-15T08:30:00.000Z", "max_session_duration": 3600,
            "trust_domain_id": to, "trust_domain_name": "outside",
        }));
        let classic = Object::new(json!({
            "id": id, "name": name, "description": "", "domain_id": account, "trust_domain_id": to,
            "trust_domain_name": "outside", "duration": "FOREVER", "create_time": "2026-01-15T08:30:00.000000",
            "expire_time": "null", "agency_urn": urn,
        }));
        self.agencies.push(Agency { object, tags: vec![], classic: Some(classic) });
        self.assumable.push(Assumable {
            agency_urn: urn,
            by_account: to.to_owned(),
            external_id: None,
            rights: Rights::full(),
        });
    }

    /// The account's name.
    #[must_use]
    pub fn account_name(&self) -> &str {
        self.domain.text("name")
    }

    /// How many things there are: users, access keys, MFA devices, groups, memberships, custom policies,
    /// agencies, attachments and classic role assignments.
    #[must_use]
    pub fn things(&self) -> usize {
        let memberships: usize = self.groups.iter().map(|group| group.members.len()).sum();
        let keys: usize = self.users.iter().map(|user| user.access_keys.len()).sum();
        let policies = self.policies.iter().filter(|policy| policy.is_custom()).count();
        let identities = self.users.len() + keys + self.mfa_devices.len() + self.agencies.len();
        let grants = policies + self.attachments.len() + self.classic.assignments.len();
        identities + self.groups.len() + memberships + grants
    }

    /// Who signs with this access key, if it is one of the fixed callers.
    #[must_use]
    pub fn caller(&self, access_key_id: &str) -> Option<&Caller> {
        self.callers.iter().find(|caller| caller.access_key_id == access_key_id)
    }

    /// The agency with this URN.
    #[must_use]
    pub fn agency_at(&self, urn: &str) -> Option<&Agency> {
        self.agencies.iter().find(|agency| agency.object.text("urn") == urn)
    }

    /// The schema of this service.
    #[must_use]
    pub fn schema(&self, code: &str) -> Option<&Schema> {
        self.schemas.iter().find(|schema| schema.code == code)
    }
}
