//! The table in `tests/flaws/README.md`: flaw, the tests that find it, why it matters.

use std::path::Path;

use anyhow::{Context as _, bail};

use super::flaw::Flaw;

const BEGIN: &str =
    "<!-- Written from the files beside this page: `UPDATE_FLAWS=1 cargo xtask flaws --list` -->";
const END: &str = "<!-- End -->";

/// The table of these flaws.
pub(super) fn of(flaws: &[Flaw]) -> String {
    let row = |flaw: &Flaw| {
        let red: Vec<String> =
            flaw.red.iter().map(|test| format!("`{}`", test.replacen(' ', "`: `", 1))).collect();
        let Flaw { name, title, why, .. } = flaw;
        format!("| [{title}]({name}.flaw) | {} | {why} |\n", red.join("<br>"))
    };
    let rows: String = flaws.iter().map(row).collect();
    format!("| flaw | goes red | why it matters |\n|---|---|---|\n{rows}")
}

/// Whether the page shows this table. With `UPDATE_FLAWS` it is written.
pub(super) fn check(root: &Path, flaws: &[Flaw]) -> anyhow::Result<()> {
    let page = root.join("tests/flaws/README.md");
    let text = std::fs::read_to_string(&page).context("tests/flaws/README.md is missing")?;
    let inside = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = inside.context("tests/flaws/README.md has no place for the table")?;
    let wanted = format!("{before}{BEGIN}\n\n{}\n{END}{after}", of(flaws));
    if text == wanted {
        return Ok(());
    }
    if std::env::var_os("UPDATE_FLAWS").is_none() {
        bail!("the table in tests/flaws/README.md is out of date: UPDATE_FLAWS=1 cargo xtask flaws --list");
    }
    Ok(std::fs::write(page, wanted)?)
}
