//! Every dependency of the workspace says why it is there.

/// A reason stands behind the dependency or on the lines above it.
pub(super) fn check(manifest: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    let mut above = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line == "[workspace.dependencies]";
        } else if inside && line.starts_with('#') {
            above = true;
        } else if line.trim().is_empty() {
            above = false;
        } else if inside && let Some((name, rest)) = line.split_once(" = ") {
            if !above && !rest.contains(" # ") {
                found.push(format!("Cargo.toml: `{name}` does not say why it is there"));
            }
            // A comment above our own crates covers all of them; above anything else, only the next line.
            above = above && rest.contains("path = ");
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        let manifest = "[workspace.dependencies]\n# Our own.\na = { path = \"a\" }\nb = { path = \"b\" }\n\n# The window.\n\
                        c = \"1\"\nd = \"1\" # Why.\ne = \"1\"\n\n[profile.dev]\nf = \"1\"\n";
        assert_eq!(check(manifest), ["Cargo.toml: `e` does not say why it is there"]);
    }
}
