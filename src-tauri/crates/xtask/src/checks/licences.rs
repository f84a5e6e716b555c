//! Everything that is linked in may be given on under the licences that are known here.
//!
//! This reads what the packages declare. It asks no server, so it says nothing about known vulnerabilities.

use serde_json::Value;

/// Permissive licences, and MPL-2.0, whose duties end at its own files.
const KNOWN: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

pub(super) fn check(metadata: &Value) -> Vec<String> {
    super::list(metadata, "packages")
        .iter()
        .filter_map(|package| {
            let name = super::text(package, "name");
            match package["license"].as_str() {
                Some(expression) if is_known(expression) => None,
                Some(expression) => {
                    Some(format!("{name} is under {expression}, which is not known in checks/licences.rs"))
                }
                None => Some(format!("{name} declares no licence")),
            }
        })
        .collect()
}

/// Whether an SPDX expression can be met with the known licences.
fn is_known(expression: &str) -> bool {
    // Before SPDX, `MIT/Apache-2.0` meant a choice.
    let expression = expression.replace('/', " OR ");
    let mut rest = expression.as_str();
    any(&mut rest) && rest.trim().is_empty()
}

/// `a OR b`.
fn any(rest: &mut &str) -> bool {
    let mut known = every(rest);
    while eat(rest, "OR ") {
        known |= every(rest);
    }
    known
}

/// `a AND b`.
fn every(rest: &mut &str) -> bool {
    let mut known = one(rest);
    while eat(rest, "AND ") {
        known &= one(rest);
    }
    known
}

fn one(rest: &mut &str) -> bool {
    if eat(rest, "(") {
        let known = any(rest);
        return eat(rest, ")") && known;
    }
    let text = rest.trim_start();
    let end = [" OR ", " AND ", ")"].iter().filter_map(|mark| text.find(mark)).min().unwrap_or(text.len());
    *rest = &text[end..];
    KNOWN.contains(&text[..end].trim())
}

fn eat(rest: &mut &str, mark: &str) -> bool {
    let after = rest.trim_start().strip_prefix(mark);
    *rest = after.unwrap_or(rest);
    after.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_acceptable_choice_is_enough_and_every_duty_counts() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR MIT",
        ] {
            assert!(is_known(good), "{good} can be met");
        }
        for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND LGPL-2.1", "", "(MIT"] {
            assert!(!is_known(bad), "{bad} has a duty that was never looked at");
        }
    }
}
