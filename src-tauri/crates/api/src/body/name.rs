//! Names for bodies and parts of them as files. Senders choose what a part is called, so a name is made of its letters and
//! digits and a few harmless signs.

use afterchat_archive::DeliveryId;
use afterchat_transcript::Delivery;
use afterchat_transcript::payload::multipart::Part;
use afterchat_transcript::payload::{Format, Payload};

/// Bytes of a name; many systems take 255, and whoever saves it puts it into some folder.
const LONGEST: usize = 120;
/// Characters of an ending that is kept when a name is cut.
const LONGEST_ENDING: usize = 12;

/// The name of a whole body: by its delivery's number and what is in it.
pub(super) fn of_body(id: DeliveryId, delivery: &Delivery, inflated: bool) -> String {
    let encoding = delivery.header("content-encoding").unwrap_or_default().trim().to_ascii_lowercase();
    let packed = match encoding.as_str() {
        "gzip" | "x-gzip" if !inflated => ".gz",
        "br" if !inflated => ".br",
        "deflate" if !inflated => ".zz",
        _ => "",
    };
    let kind = delivery.header("content-type").unwrap_or_default();
    let ending = match Payload::decode(&delivery.body).format {
        Format::Json => "json",
        Format::Xml => "xml",
        _ => of_kind(kind),
    };
    format!("delivery-{id}.{ending}{packed}")
}

/// The name of a part: its sender's, as far as it is harmless, else by its number.
pub(crate) fn of_part(id: DeliveryId, at: usize, part: &Part) -> String {
    part.file_name.as_deref().and_then(harmless).unwrap_or_else(|| {
        let ending = part.content_type.as_deref().map_or("txt", of_kind);
        format!("delivery-{id}-part-{}.{ending}", at + 1)
    })
}

/// The ending for a content type, whatever its capitals and parameters.
fn of_kind(kind: &str) -> &'static str {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/json" => "json",
        "application/xml" | "text/xml" => "xml",
        "text/csv" => "csv",
        "text/html" => "html",
        "text/plain" | "application/x-www-form-urlencoded" => "txt",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        kind if kind.ends_with("+json") => "json",
        kind if kind.ends_with("+xml") => "xml",
        _ => "bin",
    }
}

/// A name that every system takes: the last step of a path, without control characters, marks that turn text around, or
/// signs that mean something to a shell or a file system. `None` when nothing is left.
fn harmless(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String =
        last.chars().map(|c| if c.is_alphanumeric() || " -_.()+".contains(c) { c } else { '_' }).collect();
    // A dot in front hides a file; one behind is dropped by some systems, and with it an ending comes to light.
    let kept = kept.trim_matches([' ', '.', '_']);
    let (stem, ending) = kept.rsplit_once('.').map_or((kept, ""), |(stem, ending)| (stem, ending));
    let ending = if ending.is_empty() || ending.chars().count() > LONGEST_ENDING { "" } else { ending };
    let stem = if ending.is_empty() { kept } else { stem };
    let room = LONGEST - ending.len() - 1;
    let stem = stem[..stem.floor_char_boundary(room)].trim_end_matches([' ', '.']);
    if !stem.chars().any(char::is_alphanumeric) {
        return None;
    }
    let device = ["con", "prn", "aux", "nul"].contains(&first_word(stem).as_str())
        || (first_word(stem).len() == 4
            && ["com", "lpt"].iter().any(|port| first_word(stem).starts_with(port))
            && first_word(stem).ends_with(|c: char| c.is_ascii_digit()));
    let before = if device { "_" } else { "" };
    Some(if ending.is_empty() { format!("{before}{stem}") } else { format!("{before}{stem}.{ending}") })
}

/// What Windows looks at: whatever stands before the first dot.
fn first_word(stem: &str) -> String {
    stem.split('.').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LONGEST, harmless, of_kind};

    #[test]
    fn a_strangers_name_is_made_harmless() {
        for (name, expected) in [
            ("photo.png", Some("photo.png")),
            ("Žluťoučký kůň (2).jpeg", Some("Žluťoučký kůň (2).jpeg")),
            ("../../etc/passwd", Some("passwd")),
            (r"C:\Windows\system32\cmd.exe", Some("cmd.exe")),
            (".bashrc", Some("bashrc")),
            ("invoice\u{202e}fdp.exe", Some("invoice_fdp.exe")),
            ("a\u{0}b\nc.txt", Some("a_b_c.txt")),
            ("x.txt. . .", Some("x.txt")),
            ("$(rm -rf ~);`x`|y.sh", Some("(rm -rf _)__x__y.sh")),
            ("CON.txt", Some("_CON.txt")),
            ("nul", Some("_nul")),
            ("lpt1.tar.gz", Some("_lpt1.tar.gz")),
            ("company.txt", Some("company.txt")),
            ("..", None),
            ("/", None),
            ("\u{202e}", None),
            ("", None),
        ] {
            assert_eq!(harmless(name).as_deref(), expected, "{name:?}");
        }
    }

    #[test]
    fn content_types_are_known_in_every_spelling() {
        for (kind, ending) in [
            ("application/json", "json"),
            ("Application/JSON; charset=UTF-8", "json"),
            ("application/vnd.api+json;v=1", "json"),
            ("image/svg+xml", "xml"),
            ("TEXT/PLAIN", "txt"),
            ("", "bin"),
        ] {
            assert_eq!(of_kind(kind), ending, "{kind:?}");
        }
    }

    proptest! {
        #[test]
        fn no_name_leads_anywhere(name in any::<String>(), tail in "[.a-zA-Z/\\\\:]{0,200}") {
            if let Some(name) = harmless(&format!("{name}{tail}")) {
                prop_assert!(name.len() <= LONGEST + 1, "{name:?} is short");
                prop_assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']), "{name:?}");
                prop_assert!(!name.chars().any(|c| c.is_control() || "/\\:*?\"<>|".contains(c)), "{name:?}");
            }
        }
    }
}
