//! Clouds to test against: the documented APIs of cloud providers over real HTTP on loopback.
//!
//! In: a seed and a size. Out: a [`ibm::World`] that a server answers from, and scripts that change
//! it week by week. Written from the providers' published documents alone: nothing here knows the
//! collectors, their tables or their types, so an error shared by both cannot hide.

pub mod bucket;
pub mod huawei;
pub mod ibm;
mod wire;
