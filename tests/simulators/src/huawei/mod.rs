//! Huawei Cloud: the contents of one account, and what time does to it.
//!
//! [`World`] is what exists in one account (a *domain*), with the organization it belongs to.

pub mod world;

pub use world::World;
