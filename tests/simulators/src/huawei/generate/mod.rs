//! Makes an account of any size out of a seed.
//!
//! The same seed and size give the same account, byte for byte: no clock, no order of a hash map.
//! A dozen is a company that a person can read; the larger sizes are drawn at random, with the
//! untidiness of real accounts: names in other scripts, documents that are written in every way the
//! grammar allows and some that it does not, trust in accounts that are gone, keys nobody uses.

mod account;
mod agencies;
mod catalogue;
mod crowd;
mod dozen;
mod draw;
mod mint;
mod names;
mod organization;
mod people;
mod policies;
mod providers;
mod roles;
mod settings;

use crate::huawei::world::World;
pub(crate) use account::{AUDITOR_POLICY, AUDITORS_GROUP};
pub(crate) use agencies::{account_root, trust};
pub(crate) use mint::Mint;
pub(crate) use policies::document;

/// How many things an account holds, as [`World::things`] counts them; a dozen is a company of twelve
/// people.
pub use crate::ibm::Size;

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
