//! IBM Cloud: the contents of one account, and what time does to it.
//!
//! [`World`] is what exists, [`generate()`] makes one of any size, [`weeks()`] lets time pass.
//! A [`Simulator`] serves it over HTTP, with a [`Fault`] where a test wants one.

mod churn;
pub mod generate;
pub mod server;
pub mod weeks;
pub mod world;

pub use crate::wire::faults::{FaultKind, RetryAfter};
pub use generate::{Size, generate};
pub use server::{Host, Simulator, TokenLife};
pub use weeks::{Week, weeks};
pub use world::World;

/// A fault, and the calls of IBM Cloud's hosts that it spoils.
pub type Fault = crate::wire::faults::Fault<Host>;
