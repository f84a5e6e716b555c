//! Bodies as a person looks at them, and as files.
//!
//! What is secret in a body is covered by stars until somebody asks for it, so that a picture of the window tells nothing.
//! A star stands for a byte: every place is where it is in the body as it was sent.
//!
//! A body is kept as it was sent. Where its sender compressed it, it is inflated here, for the viewer only, and no further
//! than a limit: a few kilobytes can stand for gigabytes.

mod inflate;
mod name;

use std::borrow::Cow;

use afterchat_archive::DeliveryId;
use afterchat_relay::written::Mask;
use afterchat_transcript::Delivery;
use afterchat_transcript::payload::multipart::{self, Multipart};

use crate::{Api, Failure, blocking};

pub(crate) use inflate::{Inflated, Problem};
pub(crate) use name::of_part;

/// A body as it is shown.
pub(crate) struct Viewed<'a> {
    /// Its bytes: inflated, or as sent.
    pub(crate) bytes: Cow<'a, [u8]>,
    /// What was made of a compressed body; `None` when its sender says nothing of compression.
    pub(crate) inflated: Option<Inflated>,
    /// False when the bytes are those that were sent, as far as they are not covered.
    pub(crate) is_inflated: bool,
    /// How many secrets are in it, whether they are covered or not.
    pub(crate) secrets: usize,
}

/// The body of a delivery as a window shows it: inflated where that is possible, its secrets covered unless they are asked
/// for.
pub(crate) fn shown<'a>(delivery: &'a Delivery, mask: &Mask, secrets: bool) -> Viewed<'a> {
    let view = viewed(delivery);
    match mask.covered(delivery.header("content-type"), &view.bytes) {
        Some((_, count)) if secrets => Viewed { secrets: count, ..view },
        Some((bytes, count)) => Viewed { bytes: Cow::Owned(bytes), secrets: count, ..view },
        None => view,
    }
}

/// The body of a delivery, inflated where that is possible.
pub(crate) fn viewed(delivery: &Delivery) -> Viewed<'_> {
    let named = delivery.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("content-encoding"));
    let named: Vec<Cow<'_, str>> = named.map(|header| String::from_utf8_lossy(&header.value)).collect();
    let (bytes, inflated) = inflate::inflate(&delivery.body, &named.join(","));
    let is_inflated = matches!(bytes, Cow::Owned(_));
    Viewed { bytes, inflated, is_inflated, secrets: 0 }
}

/// The parts of a body, if it is made of parts.
pub(crate) fn parts(delivery: &Delivery, bytes: &[u8]) -> Option<Multipart> {
    multipart::read(delivery.header("content-type")?, bytes)
}

/// What of a body becomes a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// All of it, as it was sent.
    AsSent,
    /// All of it, inflated.
    Inflated,
    /// The part of this number, counted from 0, without its headers.
    Part(usize),
}

impl Saved {
    /// What a host means by `body`, `inflated` or `part-3`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "body" => Some(Self::AsSent),
            "inflated" => Some(Self::Inflated),
            _ => word.strip_prefix("part-")?.parse().ok().map(Self::Part),
        }
    }
}

impl Api {
    /// A body as it was sent, each of its secrets covered by stars.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn covered_body(&self, delivery: Delivery) -> Result<Vec<u8>, Failure> {
        let covered = self.mask()?.covered(delivery.header("content-type"), &delivery.body);
        Ok(covered.map_or(delivery.body, |(bytes, _)| bytes))
    }

    /// A body or a part of it as a file: a name that every system takes, and the bytes. Strangers chose the names of parts,
    /// so nothing of them is used that could lead out of a folder or hide what the file is.
    ///
    /// # Errors
    /// When there is no such delivery, or it has no such part.
    pub async fn body_file(&self, delivery: &str, what: Saved) -> Result<(String, Vec<u8>), Failure> {
        let id = DeliveryId(crate::calls::delivery_number(delivery)?);
        let archive = self.archive.clone();
        blocking(move || {
            let delivery = archive.delivery(id)?.delivery;
            if what == Saved::AsSent {
                return Ok((name::of_body(id, &delivery, false), delivery.body));
            }
            let view = viewed(&delivery);
            let Saved::Part(at) = what else {
                return Ok((name::of_body(id, &delivery, true), view.bytes.into_owned()));
            };
            let parts = parts(&delivery, &view.bytes).unwrap_or_default();
            let part = parts.parts.get(at);
            let part =
                part.ok_or_else(|| Failure::new("no_such_part", "The body has no part of this number."))?;
            Ok((name::of_part(id, at, part), view.bytes[part.span.clone()].to_vec()))
        })
        .await
    }
}
