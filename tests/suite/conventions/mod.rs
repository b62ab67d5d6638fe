//! What holds for the repository as a whole and no compiler checks.

mod actions;
mod dependencies;
mod diagrams;
mod edges;
mod files;
mod folders;
mod language;
mod purity;
mod reference;
mod repository;
mod stray;
mod texts;
