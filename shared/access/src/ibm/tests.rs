//! Every decision against an evaluator that knows nothing of this crate, and a test for each rule that has a name.

mod ends;
mod evaluator;
mod gains;
mod generated;
mod members;
mod restrictions;
mod rights;
mod rules;
mod times;
mod told;
mod unread;
mod world;
