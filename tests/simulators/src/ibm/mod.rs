//! IBM Cloud: the contents of one account, and what time does to it.
//!
//! [`World`] is what exists, [`generate()`] makes one of any size, [`weeks()`] lets time pass.

mod churn;
pub mod generate;
pub mod weeks;
pub mod world;

pub use generate::{Size, generate};
pub use weeks::{Week, weeks};
pub use world::World;
