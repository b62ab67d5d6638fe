//! The command line, as somebody at a terminal or a script meets it: the built program, its words, its exit codes,
//! and what is left of the store afterwards.

mod audit;
mod demo;
mod history;
mod program;
mod questions;
mod rules;
mod stores;
