//! Where the interfaces of IBM Cloud are.

use url::Url;

use crate::{
    CollectError,
    endpoint::{allowed, parse, refused},
};

/// The base addresses. The default is the public ones; private endpoints and tests have others.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// Tokens, identities, access groups, policies.
    pub iam: Url,
    /// The address of the user management API.
    pub user_management: Url,
    /// The address of the accounts API.
    pub accounts: Url,
    /// Resource groups and instances.
    pub resource_controller: Url,
    /// The address of the context-based restrictions API.
    pub cbr: Url,
    /// The address of the enterprise management API.
    pub enterprise: Url,
}

const PUBLIC: [(&str, &str); 6] = [
    ("iam", "https://iam.cloud.ibm.com"),
    ("user_management", "https://user-management.cloud.ibm.com"),
    ("accounts", "https://accounts.cloud.ibm.com"),
    ("resource_controller", "https://resource-controller.cloud.ibm.com"),
    ("cbr", "https://cbr.cloud.ibm.com"),
    ("enterprise", "https://enterprise.cloud.ibm.com/v1"),
];

impl Default for Endpoints {
    #[expect(clippy::expect_used, reason = "six literals, each parsed by a test")]
    fn default() -> Self {
        Self::parse([]).expect("the public addresses are addresses")
    }
}

impl Endpoints {
    /// Takes the public addresses, with some in the place of others: pairs of name, as the fields
    /// are called, and address.
    ///
    /// # Errors
    /// When a name is unknown, or keys must not be sent to an address.
    pub fn parse<'a>(others: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, CollectError> {
        let mut texts: [(&str, &str); 6] = PUBLIC;
        for (name, address) in others {
            let place = texts.iter_mut().find(|(known, _)| *known == name);
            let Some(place) = place else {
                // An address that may hold a secret is not shown.
                parse(name, address)?;
                let reason =
                    "known are iam, user_management, accounts, resource_controller, cbr and enterprise";
                return Err(refused(name, address, reason));
            };
            place.1 = address;
        }
        let parsed = texts.map(|(name, address)| parse(name, address));
        let [iam, user_management, accounts, resource_controller, cbr, enterprise] = parsed;
        Ok(Self {
            iam: iam?,
            user_management: user_management?,
            accounts: accounts?,
            resource_controller: resource_controller?,
            cbr: cbr?,
            enterprise: enterprise?,
        })
    }

    /// Refuses addresses that keys must not be sent to, however they came here.
    pub(crate) fn check(&self) -> Result<(), CollectError> {
        let all = [
            &self.iam,
            &self.user_management,
            &self.accounts,
            &self.resource_controller,
            &self.cbr,
            &self.enterprise,
        ];
        all.into_iter().zip(PUBLIC).try_for_each(|(url, (name, _))| allowed(name, url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_addresses_are_the_default() {
        let endpoints = Endpoints::default();
        assert_eq!(endpoints.iam.as_str(), "https://iam.cloud.ibm.com/");
        assert!(endpoints.check().is_ok());
    }

    #[test]
    fn one_address_can_be_put_in_the_place_of_another() {
        let endpoints = Endpoints::parse([("iam", "https://private.iam.cloud.ibm.com")]).unwrap();
        assert_eq!(endpoints.iam.host_str(), Some("private.iam.cloud.ibm.com"));
        assert_eq!(endpoints.cbr.host_str(), Some("cbr.cloud.ibm.com"));
    }

    #[test]
    fn keys_are_not_sent_in_the_clear_but_to_this_machine() {
        for allowed in
            ["http://127.0.0.1:8080", "http://localhost:1/x", "http://[::1]:1", "https://a.example"]
        {
            assert!(Endpoints::parse([("iam", allowed)]).is_ok(), "{allowed}");
        }
        for refused in
            ["http://iam.cloud.ibm.com", "ftp://a.example", "iam.cloud.ibm.com", "https://u:p@a.example"]
        {
            let error = Endpoints::parse([("iam", refused)]).unwrap_err().to_string();
            assert!(error.contains("`iam`") && !error.contains("u:p"), "{error}");
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let error = Endpoints::parse([("aim", "https://a.example")]).unwrap_err().to_string();
        assert!(error.contains("`aim`") && error.contains("user_management"), "{error}");
    }
}
