//! What exactly a signature covers, for a person who looks at one delivery.

use super::{Digits, Hash, Proof, Scheme, Stamp, named};
use crate::Header;

/// A piece of the bytes that a signature covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedPiece {
    /// Letters that the service puts in.
    Letters(&'static str),
    /// The value of this header; `None` where the request has none.
    Value(&'static str, Option<String>),
    /// The exact bytes of the body.
    Body,
}

/// What was looked at in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The headers that may carry the signature.
    pub headers: &'static [&'static str],
    /// What was found in them, in order of arrival.
    pub claims: Vec<Header>,
    /// How the signature is made, in words: `HMAC-SHA256, in hexadecimal`. `None` for the secret itself.
    pub made: Option<String>,
    /// The bytes it covers, one piece after another; none for the secret itself.
    pub pieces: Vec<SignedPiece>,
}

impl Scheme {
    /// What this scheme looks at in a request with these headers.
    #[must_use]
    pub fn signed(&self, headers: &[Header]) -> Signed {
        let claims = headers
            .iter()
            .filter(|header| self.headers.iter().any(|name| header.name.eq_ignore_ascii_case(name)));
        let (made, pieces) = match self.proof {
            Proof::Secret => (None, Vec::new()),
            Proof::Hmac { hash, digits, stamp } => (Some(made(hash, digits)), pieces(stamp, headers)),
        };
        Signed { headers: self.headers, claims: claims.cloned().collect(), made, pieces }
    }
}

fn made(hash: Hash, digits: Digits) -> String {
    let hash = match hash {
        Hash::Sha1 => "HMAC-SHA1",
        Hash::Sha256 => "HMAC-SHA256",
    };
    let digits = match digits {
        Digits::Hex => "hexadecimal",
        Digits::Base64 => "Base64",
    };
    format!("{hash}, in {digits}")
}

fn pieces(stamp: Option<Stamp>, headers: &[Header]) -> Vec<SignedPiece> {
    let Some(Stamp { header, around: [before, between, after], .. }) = stamp else {
        return vec![SignedPiece::Body];
    };
    let time = named(headers, header).next().map(|value| String::from_utf8_lossy(value).into_owned());
    let all = [
        SignedPiece::Letters(before),
        SignedPiece::Value(header, time),
        SignedPiece::Letters(between),
        SignedPiece::Body,
        SignedPiece::Letters(after),
    ];
    all.into_iter().filter(|piece| *piece != SignedPiece::Letters("")).collect()
}

#[cfg(test)]
mod tests {
    use super::SignedPiece::{Body, Letters, Value};
    use super::{Digits, Hash, Scheme};
    use crate::Header;
    use crate::signature::Unit;

    #[test]
    fn what_is_signed_is_told_piece_by_piece() {
        let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
        let plain = Scheme::hmac(Hash::Sha1, Digits::Hex, &["X-Sign"]);
        let found = plain.signed(&[header("x-sign", "ab"), header("Other", "c"), header("X-SIGN", "de")]);
        assert_eq!(found.claims, [header("x-sign", "ab"), header("X-SIGN", "de")]);
        assert_eq!((found.made.as_deref(), found.pieces), (Some("HMAC-SHA1, in hexadecimal"), vec![Body]));

        let stamped = Scheme::hmac(Hash::Sha256, Digits::Base64, &["X-Sign"]);
        let stamped = stamped.stamped("X-Time", Unit::Seconds, ["", ".", ""]);
        let found = stamped.signed(&[header("X-TIME", " 17 ")]);
        assert_eq!(found.claims, [], "nothing was found in any of its headers");
        assert_eq!(found.pieces, [Value("X-Time", Some("17".to_owned())), Letters("."), Body]);
        assert_eq!(stamped.signed(&[]).pieces[0], Value("X-Time", None));

        let secret = Scheme::secret(&["Authorization"]).signed(&[]);
        assert_eq!((secret.made, secret.pieces), (None, Vec::new()), "a secret covers nothing");
    }
}
