//! The arrows between the crates run one way, and only the shell knows a window.

use serde_json::Value;

/// What each crate of ours may stand on, as drawn in ARCHITECTURE.md. A crate that is not here yet must be added on purpose.
const MAY_USE: &[(&str, &[&str])] = &[
    ("afterchat-transcript", &[]),
    ("afterchat-archive", &["afterchat-transcript"]),
    ("afterchat-listener", &["afterchat-transcript", "afterchat-archive"]),
    ("afterchat-relay", &["afterchat-transcript", "afterchat-archive"]),
    ("afterchat-tunnel", &[]),
    (
        "afterchat-api",
        &[
            "afterchat-transcript",
            "afterchat-archive",
            "afterchat-listener",
            "afterchat-relay",
            "afterchat-tunnel",
        ],
    ),
    ("afterchat", &["afterchat-transcript", "afterchat-archive", "afterchat-api"]),
    ("afterchat-desktop", &["afterchat-api"]),
    (
        "afterchat-tests",
        &[
            "afterchat-transcript",
            "afterchat-archive",
            "afterchat-listener",
            "afterchat-relay",
            "afterchat-api",
        ],
    ),
    (
        "afterchat-fuzz",
        &["afterchat-transcript", "afterchat-archive", "afterchat-listener", "afterchat-relay"],
    ),
    ("xtask", &[]),
];

/// A family of outside dependencies that belongs to one crate, or must stay out of some.
struct Apart {
    family: &'static str,
    allowed: fn(&str) -> bool,
    why: &'static str,
}

const KEPT_APART: &[Apart] = &[
    Apart { family: "tauri", allowed: |user| user == "afterchat-desktop", why: "only the shell knows Tauri" },
    Apart {
        family: "rusqlite",
        allowed: |user| user != "afterchat-transcript",
        why: "the transcript knows no SQLite",
    },
    Apart {
        family: "tokio",
        allowed: |user| user != "afterchat-transcript",
        why: "the transcript does no I/O",
    },
    Apart { family: "axum", allowed: is_above_the_archive, why: "HTTP belongs above the archive" },
    Apart { family: "hyper", allowed: is_above_the_archive, why: "HTTP belongs above the archive" },
];

fn is_above_the_archive(user: &str) -> bool {
    user != "afterchat-transcript" && user != "afterchat-archive"
}

pub(super) fn check(metadata: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for package in super::members(metadata) {
        let user = super::text(package, "name");
        let Some((_, may_use)) = MAY_USE.iter().find(|(name, _)| *name == user) else {
            found.push(format!("{user}: say in xtask's checks/arrows.rs what it may use"));
            continue;
        };
        for dependency in super::list(package, "dependencies") {
            let used = super::text(dependency, "name");
            if !dependency["path"].is_null() && !may_use.contains(&used) {
                found.push(format!("{user} uses {used}, against the arrows"));
            }
            for Apart { family, allowed, why } in KEPT_APART {
                let member =
                    used == *family || used.strip_prefix(family).is_some_and(|rest| rest.starts_with('-'));
                if member && !allowed(user) {
                    found.push(format!("{user} uses {used}: {why}"));
                }
            }
        }
    }
    found
}
