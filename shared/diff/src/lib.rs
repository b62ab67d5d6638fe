#![doc = include_str!("../README.md")]

mod between;
mod carry;
mod lists;

pub use between::{apply, between, hindsight};
pub use carry::carry;

#[cfg(test)]
mod tests;
