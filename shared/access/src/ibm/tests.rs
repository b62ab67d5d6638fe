//! Every decision against an evaluator that knows nothing of this crate, and a test for each rule that has a name.

mod evaluator;
mod gains;
mod generated;
mod members;
mod rules;
mod world;
