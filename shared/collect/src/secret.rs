//! Text that must not be seen.

use std::fmt;

/// A key or a token. It can be sent where it belongs and nowhere else: it shows itself as `***` and
/// cannot be serialised.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret, without the white space around it that files and terminals leave.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// Returns whether there is nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lends the text to the code that sends it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns a text without this secret, should it hold it.
    pub(crate) fn strike_from(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, "***") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::new(" k3y\n");
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "*** Some(***)");
        assert_eq!(secret.reveal(), "k3y");
        assert_eq!(secret.strike_from("key `k3y` unknown"), "key `***` unknown");
    }
}
