//! Which account is meant: one by its id, or the only one of a cloud.

use std::{fmt, str::FromStr};

use model::{AccountError, AccountId, Cloud};

/// An account as it is named on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AccountName {
    /// The one with this id.
    Id(AccountId),
    /// The only one of this cloud.
    Only(Cloud),
}

impl AccountName {
    /// Returns whether an account may be the one that is meant.
    pub(crate) fn means(&self, account: &AccountId) -> bool {
        match self {
            Self::Id(id) => id == account,
            Self::Only(_) => self.means_cloud(account.cloud()),
        }
    }

    /// Returns whether an account of this cloud may be meant.
    pub(crate) fn means_cloud(&self, cloud: Cloud) -> bool {
        match self {
            Self::Id(id) => id.cloud() == cloud,
            Self::Only(only) => *only == cloud,
        }
    }
}

impl FromStr for AccountName {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        match Cloud::ALL.into_iter().find(|cloud| cloud.name() == text) {
            Some(cloud) => Ok(Self::Only(cloud)),
            None => text.parse().map(Self::Id),
        }
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(formatter),
            Self::Only(cloud) => cloud.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> AccountName {
        text.parse().unwrap()
    }

    #[test]
    fn a_cloud_alone_means_its_only_account() {
        let account: AccountId = "huawei/d1".parse().unwrap();
        assert!(name("huawei").means(&account) && name("huawei/d1").means(&account));
        assert!(!name("ibm").means(&account) && !name("huawei/d2").means(&account));
        assert!("aws".parse::<AccountName>().is_err());
    }
}
