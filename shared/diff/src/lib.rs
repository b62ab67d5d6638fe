#![doc = include_str!("../README.md")]

mod between;
mod carry;
mod doubt;
mod gone;
mod unread;

pub use between::{apply, between, hindsight, mark_first_sight};
pub use carry::carry;
pub use doubt::believed_coverage;

#[cfg(test)]
mod tests;
