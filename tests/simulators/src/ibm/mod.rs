//! IBM Cloud: the contents of one account, and what time does to it.
//!
//! [`World`] is what exists, [`generate()`] makes one of any size, [`weeks()`] lets time pass.
//! A [`Simulator`] serves it over HTTP, with a [`Fault`] where a test wants one.

mod churn;
pub mod faults;
pub mod generate;
pub mod server;
pub mod weeks;
pub mod world;

pub use faults::{Fault, FaultKind, RetryAfter};
pub use generate::{Size, generate};
pub use server::{Host, Simulator, TokenLife};
pub use weeks::{Week, weeks};
pub use world::World;
