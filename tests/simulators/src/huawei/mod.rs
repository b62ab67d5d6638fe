//! Huawei Cloud: the contents of one account, and what time does to it.
//!
//! [`World`] is what exists in one account (a *domain*), with the organization it belongs to;
//! [`generate()`] makes one of any size, [`guide()`] that of the official guide, [`weeks()`] lets time pass.

mod churn;
pub mod generate;
pub mod guide;
pub mod weeks;
pub mod world;

pub use generate::{Size, generate};
pub use guide::guide;
pub use weeks::{Week, weeks};
pub use world::World;
