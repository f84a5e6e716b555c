//! Names of files that are made of what a stranger wrote.

use afterchat_archive::export::{Format, file_name};
use afterchat_transcript::Transcript;
use chrono::FixedOffset;

use crate::corpus::Vector;

/// Names that Windows takes for devices, whatever their ending; with `COM` and `LPT` and a digit.
const DEVICES: [&str; 7] = ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];

fn is_safe(name: &str, ending: &str) -> bool {
    let harmless = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let Some((stem, last)) = name.rsplit_once('.') else { return false };
    let device = stem.to_lowercase();
    let port = device.len() == 4 && (device.starts_with("com") || device.starts_with("lpt"));
    name.chars().all(harmless)
        && last == ending
        && !stem.is_empty()
        && !stem.contains('.')
        && name.len() <= 120
        && !name.starts_with('-')
        && !port
        && !DEVICES.contains(&&*device)
}

/// Names that some system does not take for a plain file in the folder that was chosen.
pub(crate) fn wrong(_vector: &Vector, transcript: &Transcript) -> Vec<String> {
    let zone = FixedOffset::east_opt(3600).unwrap();
    let names =
        Format::ALL.into_iter().map(|format| (file_name(transcript, format, &zone), format.extension()));
    names
        .filter(|(name, ending)| !is_safe(name, ending))
        .map(|(name, _)| format!("a file {name:?}"))
        .collect()
}

#[test]
fn unsafe_names_are_found_out() {
    for name in [
        "../x.md",
        "a/b.md",
        "CON.md",
        "com1.md",
        ".md",
        "-x.md",
        "x.exe.md",
        "x.md.",
        "x\u{202e}.md",
        "x.html",
    ] {
        assert!(!is_safe(name, "md"), "{name:?} is not safe");
    }
    assert!(is_safe("2015-03-27_Ann_abc.md", "md"));
}
