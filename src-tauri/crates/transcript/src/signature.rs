//! How a chat service shows that a request is its own: a header with an HMAC over the body, or with the secret itself.
//!
//! A provider names its [`Scheme`]; this module checks one, over the raw bytes and headers, in constant time and
//! without a clock: the time of receipt is passed in. It decides nothing about what becomes of a request.

mod signed;

use std::fmt;
use std::time::Duration;

use data_encoding::{BASE64, Encoding, HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::{Header, Instant};

pub use signed::{Signed, SignedPiece};

/// Stands in a delivery's header where the secret stood.
pub const TAKEN_OUT: &[u8] = "…".as_bytes();
/// How far the time in a signed text may be from the time of receipt, where a service documents nothing else.
const TOLERANCE: Duration = Duration::from_secs(300);
/// Of secrets shorter than this no letter is ever shown: four of few would say too much.
const LONG_ENOUGH_TO_SHOW: usize = 12;

/// A secret shared with a chat service. It prints as nothing.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A secret without the space that copying leaves around it; `None` when nothing is left.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        Some(text.trim()).filter(|text| !text.is_empty()).map(|text| Self(text.to_owned()))
    }

    /// The secret itself, for keeping it and for signing.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its last four characters, by which a person knows it again; `None` for short ones.
    #[must_use]
    pub fn ending(&self) -> Option<String> {
        let letters: Vec<char> = self.0.chars().collect();
        (letters.len() >= LONG_ENOUGH_TO_SHOW).then(|| letters[letters.len() - 4..].iter().collect())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// The hash inside an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// SHA-1: weak as a hash, unbroken inside an HMAC.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// How the bytes of an HMAC are written in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// Hexadecimal, capitals or not.
    Hex,
    /// Base64 with its padding.
    Base64,
}

/// What a time in a header counts since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Whole seconds.
    Seconds,
    /// Milliseconds.
    Millis,
}

/// The time that is signed together with the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    header: &'static str,
    unit: Unit,
    /// What stands before the time, between time and body, and after the body.
    around: [&'static str; 3],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    Hmac { hash: Hash, digits: Digits, stamp: Option<Stamp> },
    Secret,
}

/// How a service shows that a request is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheme {
    headers: &'static [&'static str],
    prefix: &'static str,
    proof: Proof,
    /// What the service sends without a signature, in words for whoever sets a secret.
    pub unsigned: Option<&'static str>,
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The signature was made with the secret at this place of the list.
    Good(usize),
    /// There is no signature, or no time beside it.
    Missing,
    /// The signature was made with another secret or for another body.
    Wrong,
    /// The signature is right, but its time is too far from the time of receipt: the request may be a repetition by
    /// somebody who has seen it.
    Late,
}

impl Scheme {
    /// An HMAC over the body, in this header.
    #[must_use]
    pub const fn hmac(hash: Hash, digits: Digits, headers: &'static [&'static str]) -> Self {
        Self { headers, prefix: "", proof: Proof::Hmac { hash, digits, stamp: None }, unsigned: None }
    }

    /// The secret itself, bare or after `Bearer`, in any of these headers.
    #[must_use]
    pub const fn secret(headers: &'static [&'static str]) -> Self {
        Self { headers, prefix: "", proof: Proof::Secret, unsigned: None }
    }

    /// The same with a word before the signature in its header, such as `sha256=`.
    #[must_use]
    pub const fn after(mut self, prefix: &'static str) -> Self {
        self.prefix = prefix;
        self
    }

    /// The same with a time of the service, from this header, signed before the body. `around` is what the signed text
    /// has before the time, between time and body, and after the body: `["", ".", ""]` for `time.body`.
    #[must_use]
    pub const fn stamped(mut self, header: &'static str, unit: Unit, around: [&'static str; 3]) -> Self {
        if let Proof::Hmac { stamp, .. } = &mut self.proof {
            *stamp = Some(Stamp { header, unit, around });
        }
        self
    }

    /// The same, for a service that also sends what is not signed.
    #[must_use]
    pub const fn except(mut self, unsigned: &'static str) -> Self {
        self.unsigned = Some(unsigned);
        self
    }

    /// Looks for a signature that was made with one of these secrets.
    pub fn check<'a>(
        &self,
        secrets: impl IntoIterator<Item = &'a Secret>,
        headers: &[Header],
        body: &[u8],
        received_at: Instant,
    ) -> Verdict {
        let claims: Vec<&[u8]> = self.headers.iter().flat_map(|name| named(headers, name)).collect();
        let time = self.stamp().map(|stamp| named(headers, stamp.header).next());
        if claims.is_empty() || time == Some(None) {
            return Verdict::Missing;
        }
        let time = time.flatten().unwrap_or_default();
        let claims: Vec<Vec<u8>> = claims.into_iter().filter_map(|claim| self.read(claim)).collect();
        let made = secrets.into_iter().position(|secret| {
            let wanted = self.proof_of(secret, time, body);
            claims.iter().any(|claim| claim.ct_eq(&wanted).into())
        });
        match made {
            None => Verdict::Wrong,
            Some(_) if self.stamp().is_some_and(|stamp| !stamp.agrees(time, received_at)) => Verdict::Late,
            Some(at) => Verdict::Good(at),
        }
    }

    /// The header lines that prove a body to be from whoever knows the secret.
    #[must_use]
    pub fn sign(&self, secret: &Secret, body: &[u8], now: Instant) -> Vec<Header> {
        let time = self.stamp().map(|stamp| stamp.write(now)).unwrap_or_default();
        let proof = self.proof_of(secret, time.as_bytes(), body);
        let proof = match self.proof {
            Proof::Hmac { digits, .. } => digits.encoding().encode(&proof).into_bytes(),
            Proof::Secret => proof,
        };
        let value = [self.prefix.as_bytes(), &proof].concat();
        let mut lines = vec![Header { name: self.headers[0].to_owned(), value }];
        lines.extend(
            self.stamp().map(|stamp| Header { name: stamp.header.to_owned(), value: time.into_bytes() }),
        );
        lines
    }

    /// These header lines with a body signed anew. The new lines stand where the first of the old ones stood, with its
    /// spelling, else at the end.
    #[must_use]
    pub fn sign_again(&self, secret: &Secret, headers: &[Header], body: &[u8], now: Instant) -> Vec<Header> {
        let stamp = self.stamp().map(|stamp| stamp.header);
        let is_old = |header: &Header| {
            self.headers.iter().copied().chain(stamp).any(|name| header.name.eq_ignore_ascii_case(name))
        };
        let mut lines = self.sign(secret, body, now);
        for line in &mut lines {
            let spelled = headers.iter().find(|header| header.name.eq_ignore_ascii_case(&line.name));
            if let Some(header) = spelled {
                line.name.clone_from(&header.name);
            }
        }
        let place = headers.iter().position(is_old).unwrap_or(headers.len());
        let kept =
            |part: &[Header]| part.iter().filter(|header| !is_old(header)).cloned().collect::<Vec<_>>();
        [kept(&headers[..place]), lines, kept(&headers[place..])].concat()
    }

    /// Takes the secret out of the headers that carry it in the open; signatures stay, they tell nothing of theirs.
    pub fn conceal(&self, headers: &mut [Header]) {
        if self.proof == Proof::Secret {
            let carries =
                |header: &&mut Header| self.headers.iter().any(|name| header.name.eq_ignore_ascii_case(name));
            headers.iter_mut().filter(carries).for_each(|header| header.value = TAKEN_OUT.to_owned());
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        match self.proof {
            Proof::Hmac { stamp, .. } => stamp,
            Proof::Secret => None,
        }
    }

    /// The bytes that a header claims to prove; `None` when it is not written as this scheme writes.
    fn read(&self, claim: &[u8]) -> Option<Vec<u8>> {
        let claim = claim.strip_prefix(self.prefix.as_bytes())?;
        match self.proof {
            Proof::Hmac { digits: Digits::Hex, .. } => HEXLOWER_PERMISSIVE.decode(claim).ok(),
            Proof::Hmac { digits: Digits::Base64, .. } => BASE64.decode(claim).ok(),
            Proof::Secret => Some(without_bearer(claim).to_owned()),
        }
    }

    fn proof_of(&self, secret: &Secret, time: &[u8], body: &[u8]) -> Vec<u8> {
        let Proof::Hmac { hash, stamp, .. } = self.proof else {
            // Whoever copies it from a header copies the word with it.
            return without_bearer(secret.0.as_bytes()).to_owned();
        };
        let [before, between, after] = stamp.map(|stamp| stamp.around).unwrap_or_default();
        let text = [before.as_bytes(), time, between.as_bytes(), body, after.as_bytes()];
        match hash {
            Hash::Sha1 => mac::<Hmac<Sha1>>(secret, &text),
            Hash::Sha256 => mac::<Hmac<Sha256>>(secret, &text),
        }
    }
}

impl fmt::Display for Scheme {
    /// What is looked at and where, for people: `X-Tawk-Signature: HMAC-SHA1 of the body, in hexadecimal`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.headers.join(" or "))?;
        let Proof::Hmac { hash, digits, stamp } = self.proof else {
            return formatter.write_str("the secret itself");
        };
        let hash = match hash {
            Hash::Sha1 => "HMAC-SHA1",
            Hash::Sha256 => "HMAC-SHA256",
        };
        let text = match stamp {
            None => "the body".to_owned(),
            Some(Stamp { header, around: [before, between, after], .. }) => {
                format!("{before}{header}{between}body{after}")
            }
        };
        let digits = match digits {
            Digits::Hex => "hexadecimal",
            Digits::Base64 => "Base64",
        };
        write!(formatter, "{hash} of {text}, in {digits}")
    }
}

impl Digits {
    fn encoding(self) -> Encoding {
        match self {
            Self::Hex => HEXLOWER,
            Self::Base64 => BASE64,
        }
    }
}

impl Stamp {
    fn agrees(self, time: &[u8], received_at: Instant) -> bool {
        let number = std::str::from_utf8(time).ok().and_then(|text| text.parse::<i64>().ok());
        let millis = number.and_then(|number| match self.unit {
            Unit::Seconds => number.checked_mul(1000),
            Unit::Millis => Some(number),
        });
        millis
            .is_some_and(|millis| u128::from(millis.abs_diff(received_at.millis())) <= TOLERANCE.as_millis())
    }

    fn write(self, now: Instant) -> String {
        match self.unit {
            Unit::Seconds => now.millis().div_euclid(1000).to_string(),
            Unit::Millis => now.millis().to_string(),
        }
    }
}

/// The values of these header lines, without the space around them.
fn named<'a>(headers: &'a [Header], name: &str) -> impl Iterator<Item = &'a [u8]> {
    let lines = headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
    lines.map(|header| header.value.trim_ascii())
}

fn without_bearer(mut claim: &[u8]) -> &[u8] {
    while let Some((word, token)) = claim.split_at_checked("Bearer ".len())
        && word.eq_ignore_ascii_case(b"Bearer ")
    {
        claim = token.trim_ascii();
    }
    claim
}

fn mac<M: Mac + KeyInit>(secret: &Secret, text: &[&[u8]]) -> Vec<u8> {
    // An HMAC takes keys of any length.
    let mut mac = <M as KeyInit>::new_from_slice(secret.0.as_bytes()).expect("a key of any length");
    text.iter().for_each(|piece| mac.update(piece));
    mac.finalize().into_bytes().to_vec()
}
