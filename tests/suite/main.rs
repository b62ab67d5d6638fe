//! Tests across stages: one program, so that one link serves them all.

#[path = "../scenarios/mod.rs"]
mod scenarios;

mod cli;
mod collect;
mod conventions;
mod lambda;
mod store;
mod weather;
