//! Where ledgers and claims are kept.

use std::{error::Error, future::Future};

/// Why a shelf could not be read or written.
pub type ShelfError = Box<dyn Error + Send + Sync>;

/// Keeps ledgers and claims: the account's part of a store.
pub trait Shelf: Sync {
    /// Returns what is kept under a key, if anything is.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Vec<u8>>, ShelfError>> + Send;

    /// Keeps bytes under a key, in the place of any that were.
    fn put(&self, key: &str, bytes: Vec<u8>) -> impl Future<Output = Result<(), ShelfError>> + Send;

    /// Keeps bytes under a key unless it is taken, and returns whether it did: of any number of callers one wins.
    fn create(&self, key: &str, bytes: Vec<u8>) -> impl Future<Output = Result<bool, ShelfError>> + Send;
}
