//! What may stand in source files, and how long they may be.

use std::path::Path;

use crate::places;

/// A longer file holds a second concept.
const LONGEST: usize = 600;

/// Words that must not stand in files of these folders and endings, save in the one file.
struct Rule {
    below: &'static str,
    endings: &'static [&'static str],
    words: &'static [&'static str],
    except: &'static str,
    why: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        below: "ui/src",
        endings: &["ts", "svelte", "js"],
        words: &[
            "{@html",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
        ],
        except: "",
        why: "what a visitor wrote is text and never becomes markup or code",
    },
    Rule {
        below: "ui/src",
        endings: &["ts", "svelte", "js"],
        words: &["@tauri-apps"],
        except: "ui/src/host/tauri.ts",
        why: "only the host knows where the page runs",
    },
    Rule {
        below: "src-tauri/crates/archive/src",
        endings: &["rs"],
        words: &["token ==", "== token", "token() ==", ".token.eq(", "token.as_bytes() =="],
        except: "",
        why: "a token is compared in constant time (tokens.rs), or guesses are timed",
    },
    Rule {
        below: "src-tauri/crates/transcript/src",
        endings: &["rs"],
        words: &[
            "Utc::now",
            "Local::now",
            "SystemTime::now",
            "Instant::now",
            "std::fs",
            "std::net",
            "std::env",
        ],
        except: "",
        why: "the transcript is a pure function of what came in: no clock, no file, no network",
    },
];

pub(super) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for file in places::written_files(root)? {
        let Some(ending) = file.extension().and_then(|ending| ending.to_str()) else { continue };
        if !matches!(ending, "rs" | "ts" | "js" | "svelte" | "css" | "sql") {
            continue;
        }
        let name = file.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&file)?;
        found.extend(too_long(&name, &text));
        for rule in RULES {
            if name.starts_with(rule.below) && rule.endings.contains(&ending) && name != rule.except {
                found.extend(rule.broken_in(&name, &text));
            }
        }
    }
    Ok(found)
}

fn too_long(name: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LONGEST && !places::GENERATED.contains(&name))
        .then(|| format!("{name} has {lines} lines, more than {LONGEST}: is there a second concept in it?"))
}

impl Rule {
    fn broken_in(&self, name: &str, text: &str) -> Vec<String> {
        text.lines()
            .enumerate()
            .flat_map(|(index, line)| {
                self.words
                    .iter()
                    .filter(|word| line.contains(**word))
                    .map(move |word| format!("{name}:{}: `{word}`: {}", index + 1, self.why))
            })
            .collect()
    }
}
