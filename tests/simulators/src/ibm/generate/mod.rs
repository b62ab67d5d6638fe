//! Makes an account of any size out of a seed.
//!
//! The same seed and size give the same account, byte for byte: no clock, no order of a hash map.
//! A dozen is a company that a person can read; the larger sizes are drawn at random, with the
//! untidiness of real accounts: members that are null or absent, names in other scripts, references
//! to what no longer exists, values that no document lists.

mod authorizations;
mod catalogue;
mod crowd;
mod dozen;
mod identities;
mod mint;
mod names;
mod policies;
mod resources;
mod settings;
mod variety;

use std::str::FromStr;

use crate::ibm::world::World;
pub(crate) use mint::Mint;

/// How many things an account holds: users, service IDs, API keys, profiles, groups, memberships,
/// policies and instances together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// `dozen`: a company of twelve people.
    Dozen,
    /// `1k`.
    Thousand,
    /// `10k`.
    TenThousand,
    /// `100k`.
    HundredThousand,
}

/// The text names no size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSize(String);

impl std::fmt::Display for UnknownSize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no size is called `{}`; take dozen, 1k, 10k or 100k", self.0)
    }
}

impl std::error::Error for UnknownSize {}

impl FromStr for Size {
    type Err = UnknownSize;

    fn from_str(name: &str) -> Result<Self, UnknownSize> {
        match name {
            "dozen" => Ok(Self::Dozen),
            "1k" => Ok(Self::Thousand),
            "10k" => Ok(Self::TenThousand),
            "100k" => Ok(Self::HundredThousand),
            other => Err(UnknownSize(other.to_owned())),
        }
    }
}

/// Makes the account of this seed and size.
#[must_use]
pub fn generate(seed: u64, size: Size) -> World {
    match size {
        Size::Dozen => dozen::company(seed),
        Size::Thousand => crowd::account(seed, 1_000),
        Size::TenThousand => crowd::account(seed, 10_000),
        Size::HundredThousand => crowd::account(seed, 100_000),
    }
}

#[cfg(test)]
mod tests;
