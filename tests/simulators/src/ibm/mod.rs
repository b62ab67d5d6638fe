//! IBM Cloud: the contents of one account, and what time does to it.
//!
//! [`World`] is what exists.

pub mod world;

pub use world::World;
