//! What people call things: one name for each, on the screen and over HTTP.

pub(crate) use serve::{NamedSubject as Subject, ThingNames as Names};
