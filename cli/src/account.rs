//! Which account is meant: by the name that the settings give it, by its id or the beginning of it, by its cloud; or all.

use std::{convert::Infallible, fmt, str::FromStr};

use model::{AccountId, Cloud};

/// An account as it is named on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AccountName {
    /// Every account that there is.
    All,
    /// The only one of this cloud.
    Only(Cloud),
    /// The one with this name or id, or the only one whose id begins so.
    Text(String),
}

/// What is known of an account that may be meant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) cloud: Cloud,
    /// Its id; none where the settings leave it to the credentials.
    pub(crate) id: Option<&'a AccountId>,
    /// The name that the settings give it.
    pub(crate) name: Option<&'a str>,
}

/// How well an account fits a name: the lesser the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Beginning,
}

impl AccountName {
    /// Returns the accounts that may be meant: those with the very name or id, else those whose id begins so.
    pub(crate) fn choose<'a, T>(&self, accounts: &'a [T], known: impl Fn(&'a T) -> Known<'a>) -> Vec<&'a T> {
        let fits: Vec<(Fit, &T)> =
            accounts.iter().filter_map(|account| Some((self.fit(known(account))?, account))).collect();
        let best = fits.iter().map(|(fit, _)| *fit).min();
        fits.into_iter().filter(|(fit, _)| Some(*fit) == best).map(|(_, account)| account).collect()
    }

    fn fit(&self, known: Known<'_>) -> Option<Fit> {
        match self {
            Self::All => Some(Fit::Whole),
            Self::Only(cloud) => (known.cloud == *cloud).then_some(Fit::Whole),
            Self::Text(text) => {
                if known.name == Some(text) {
                    return Some(Fit::Whole);
                }
                let id = known.id?;
                let address = id.to_string();
                if address == *text || id.id() == text {
                    Some(Fit::Whole)
                } else if address.starts_with(text.as_str()) || id.id().starts_with(text.as_str()) {
                    Some(Fit::Beginning)
                } else {
                    None
                }
            }
        }
    }

    /// Returns whether an account of this cloud may be meant, as far as the text tells.
    pub(crate) fn may_be_of(&self, cloud: Cloud) -> bool {
        match self {
            Self::All => true,
            Self::Only(only) => *only == cloud,
            Self::Text(text) => match text.parse::<AccountId>() {
                Ok(id) => id.cloud() == cloud,
                Err(_) => true,
            },
        }
    }
}

impl FromStr for AccountName {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        if text == "all" {
            return Ok(Self::All);
        }
        let cloud = Cloud::ALL.into_iter().find(|cloud| cloud.name() == text);
        Ok(cloud.map_or_else(|| Self::Text(text.to_owned()), Self::Only))
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => formatter.write_str("all"),
            Self::Only(cloud) => cloud.fmt(formatter),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the places of the accounts that a name may mean.
    fn chosen(text: &str) -> Vec<usize> {
        let ids: Vec<AccountId> = ["ibm/59bcbf", "ibm/59bc", "huawei/d1", "huawei/59bd"]
            .iter()
            .map(|id| id.parse().unwrap())
            .collect();
        let names = [Some("production"), None, Some("59bd"), None];
        let accounts: Vec<(usize, &AccountId, Option<&str>)> =
            ids.iter().zip(names).enumerate().map(|(place, (id, name))| (place, id, name)).collect();
        let name: AccountName = text.parse().unwrap();
        name.choose(&accounts, |(_, id, name)| Known { cloud: id.cloud(), id: Some(id), name: *name })
            .into_iter()
            .map(|(place, ..)| *place)
            .collect()
    }

    #[test]
    fn an_account_is_meant_by_name_cloud_id_or_the_beginning_of_it() {
        assert_eq!(chosen("production"), [0]);
        assert_eq!(chosen("all"), [0, 1, 2, 3]);
        assert_eq!(chosen("huawei"), [2, 3]);
        assert_eq!(chosen("ibm/59bcb"), [0]);
        assert_eq!(chosen("d"), [2]);
        // A whole id goes before one that only begins so, and what is written twice is told twice.
        assert_eq!(chosen("59bc"), [1]);
        assert_eq!(chosen("59bd"), [2, 3]);
        assert_eq!(chosen("59"), [0, 1, 3]);
        assert!(chosen("prod").is_empty());
    }
}
