//! Bodies that their senders compressed (`Content-Encoding`), inflated up to a limit.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Bytes that a body is inflated to at most: as many as the door takes of a body.
const MOST: usize = 10 << 20;
/// Compressions that may lie around each other.
const LAYERS: usize = 3;
/// Room that brotli reads into.
const ROOM: usize = 4096;

/// What was made of a compressed body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inflated {
    /// How its sender says it is compressed.
    pub(crate) encoding: String,
    /// True when there is more of it than is shown.
    pub(crate) truncated: bool,
    /// Why it could not be inflated, or not to its end.
    pub(crate) problem: Option<Problem>,
}

/// Why a body could not be inflated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Its compression is none that is known here.
    Unknown,
    /// It is not compressed in the way its sender says.
    NotSo,
    /// It breaks off, or goes on with something else.
    Damaged,
}

/// The bytes inflated, or as they are where that is not possible. Without an encoding there is nothing to tell.
pub(super) fn inflate<'a>(body: &'a [u8], encodings: &str) -> (Cow<'a, [u8]>, Option<Inflated>) {
    let layers: Vec<String> = encodings
        .split(',')
        .map(|word| word.trim().to_ascii_lowercase())
        .filter(|word| !word.is_empty() && word != "identity")
        .collect();
    if layers.is_empty() {
        return (Cow::Borrowed(body), None);
    }
    let mut told = Inflated { encoding: layers.join(", "), truncated: false, problem: None };
    if layers.len() > LAYERS {
        told.problem = Some(Problem::Unknown);
        return (Cow::Borrowed(body), Some(told));
    }
    let mut bytes = Cow::Borrowed(body);
    for layer in layers.iter().rev() {
        let opened = match layer.as_str() {
            "gzip" | "x-gzip" => read(MultiGzDecoder::new(&*bytes)),
            "deflate" => deflated(&bytes),
            "br" => read(brotli_decompressor::Decompressor::new(&*bytes, ROOM)),
            _ => {
                told.problem = Some(Problem::Unknown);
                break;
            }
        };
        if opened.failed && opened.bytes.is_empty() {
            told.problem = Some(Problem::NotSo);
            break;
        }
        told.truncated |= opened.truncated;
        if opened.failed {
            told.problem = Some(Problem::Damaged);
        }
        bytes = Cow::Owned(opened.bytes);
    }
    (bytes, Some(told))
}

struct Opened {
    bytes: Vec<u8>,
    truncated: bool,
    failed: bool,
}

/// The standard means zlib's frame; some senders leave it out.
fn deflated(bytes: &[u8]) -> Opened {
    let framed = read(ZlibDecoder::new(bytes));
    if framed.failed && framed.bytes.is_empty() { read(DeflateDecoder::new(bytes)) } else { framed }
}

/// What can be read, up to the limit: also of a stream that breaks off.
fn read(stream: impl Read) -> Opened {
    let mut bytes = Vec::new();
    let failed = stream.take(MOST as u64 + 1).read_to_end(&mut bytes).is_err();
    let truncated = bytes.len() > MOST;
    bytes.truncate(MOST);
    Opened { bytes, truncated, failed }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    use super::{MOST, Problem, inflate};

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut writer = ZlibEncoder::new(Vec::new(), Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn raw(bytes: &[u8]) -> Vec<u8> {
        let mut writer = DeflateEncoder::new(Vec::new(), Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    /// “hello” in brotli, as one piece that is not compressed.
    const BROTLI: &[u8] = b"\x0b\x02\x80hello\x03";

    #[test]
    fn bodies_are_inflated_as_their_senders_say() {
        let text = b"{\"hello\": \"world\"}".repeat(50);
        for (body, encoding) in [
            (gzip(&text), "gzip"),
            (gzip(&text), "X-GZIP"),
            (zlib(&text), "deflate"),
            (raw(&text), "deflate"),
            (gzip(&zlib(&text)), "deflate, identity, gzip"),
            ([gzip(&text[..100]), gzip(&text[100..])].concat(), "gzip"),
        ] {
            let (bytes, told) = inflate(&body, encoding);
            assert_eq!(&*bytes, &*text, "{encoding} is opened");
            let told = told.unwrap();
            assert_eq!((told.truncated, told.problem), (false, None), "{encoding}: nothing is odd");
        }
        let (bytes, told) = inflate(BROTLI, "br");
        assert_eq!((&*bytes, told.unwrap().problem), (&b"hello"[..], None), "brotli is opened");
    }

    #[test]
    fn what_is_not_compressed_is_left_as_it_is() {
        for encoding in ["", "identity", " , "] {
            assert_eq!(inflate(b"plain", encoding), (b"plain"[..].into(), None), "{encoding:?} says nothing");
        }
        for (encoding, problem) in [
            ("gzip", Problem::NotSo),
            ("br", Problem::NotSo),
            ("deflate", Problem::NotSo),
            ("compress", Problem::Unknown),
            ("gzip, gzip, gzip, gzip", Problem::Unknown),
        ] {
            let (bytes, told) = inflate(b"\xffplain", encoding);
            assert_eq!(&*bytes, b"\xffplain", "{encoding}: the body is shown as sent");
            assert_eq!(told.unwrap().problem, Some(problem), "{encoding}");
        }
    }

    #[test]
    fn a_body_that_breaks_off_shows_what_there_is() {
        let noise: Vec<u8> =
            (0..100_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let whole = gzip(&noise);
        let (bytes, told) = inflate(&whole[..whole.len() / 2], "gzip");
        assert!(!bytes.is_empty() && noise.starts_with(&bytes), "the beginning is there");
        assert_eq!(told.unwrap().problem, Some(Problem::Damaged));
    }

    #[test]
    fn a_bomb_is_inflated_to_the_limit_only() {
        let bomb = gzip(&vec![0; MOST + MOST / 2]);
        assert!(bomb.len() < MOST / 20, "a small body stands for a large one");
        let (bytes, told) = inflate(&bomb, "gzip");
        assert_eq!((bytes.len(), told.unwrap().truncated), (MOST, true));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..300), at in 0..4_usize) {
            let _shown = inflate(&body, ["gzip", "deflate", "br", "br, gzip"][at]);
        }
    }
}
