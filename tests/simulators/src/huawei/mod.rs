//! Huawei Cloud: the contents of one account, and what time does to it.
//!
//! [`World`] is what exists in one account (a *domain*), with the organization it belongs to;
//! [`generate()`] makes one of any size, [`guide()`] that of the official guide, [`weeks()`] lets time pass.
//! A [`Simulator`] serves it over HTTP, with a [`Fault`] where a test wants one.

mod churn;
pub mod generate;
pub mod guide;
pub mod server;
pub mod weeks;
pub mod world;

pub use crate::wire::faults::{FaultKind, RetryAfter};
pub use generate::{Size, generate};
pub use guide::guide;
pub use server::{Clock, Host, SessionLife, Simulator};
pub use weeks::{Week, weeks};
pub use world::World;

/// A fault, and the calls of Huawei Cloud's hosts that it spoils.
pub type Fault = crate::wire::faults::Fault<Host>;
