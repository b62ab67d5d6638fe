//! How results look to people.

pub(crate) mod access;
pub(crate) mod coverage;
pub(crate) mod csv;
pub(crate) mod demo;
pub(crate) mod drift;
pub(crate) mod findings;
pub(crate) mod life;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod wrap;
