#![doc = include_str!("../README.md")]

mod beside;
mod broken;
mod carry;
mod compare;
mod documents;
mod doubt;
mod edits;
mod gone;
mod less;
mod revealed;
mod unread;
mod unsaid;
mod walk;

pub use carry::carry;
pub use compare::{apply, compare, hindsight, mark_first_sight};
pub use doubt::{believed_coverage, shows_what_was_known, without_doubts};
pub use unsaid::forget_idle;

#[cfg(test)]
mod tests;
