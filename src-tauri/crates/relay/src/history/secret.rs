//! A credential that does not print itself.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands where a credential would be printed.
const HIDDEN: &str = "•••";

/// A text that only [`Secret::expose`] gives out. It prints as dots.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes the text in, without space around it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The text itself, for the request that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True when nothing was entered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its last four characters, to tell one credential from another. Of a short one nothing is shown.
    #[must_use]
    pub fn ending(&self) -> Option<String> {
        let length = self.0.chars().count();
        (length >= 12).then(|| self.0.chars().skip(length - 4).collect())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_empty() { "none" } else { HIDDEN })
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_prints_as_dots() {
        let secret = Secret::new(" canary-token-4711 \n");
        assert_eq!(secret.expose(), "canary-token-4711");
        assert_eq!(format!("{secret:?}"), "•••", "whatever prints a credential would leak it");
        assert_eq!(secret.ending().as_deref(), Some("4711"));
        assert_eq!(Secret::new("short").ending(), None, "four of five characters would be nearly all of it");
    }
}
