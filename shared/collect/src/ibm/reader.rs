//! Reads lists of an account of IBM Cloud.

use super::{Endpoints, Session};
pub(crate) use crate::reader::{Parents, address, list_at};

/// Reads lists of one account.
pub(crate) type Reader<'a> = crate::reader::Reader<'a, Session<'a>, Endpoints>;
