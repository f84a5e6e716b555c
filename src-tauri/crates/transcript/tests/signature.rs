//! Signatures: the published vectors of HMAC, every style of writing one, and what a stranger could try.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::hint::black_box;
use std::time::{Duration, Instant as Moment};

use afterchat_transcript::signature::{Digits, Hash, Scheme, Secret, Unit, Verdict};
use afterchat_transcript::{Header, Instant, providers};
use data_encoding::{BASE64, HEXLOWER};
use proptest::prelude::*;
use subtle::ConstantTimeEq;

const SHA1: Scheme = Scheme::hmac(Hash::Sha1, Digits::Hex, &["X-Signature"]);
const SHA256: Scheme = Scheme::hmac(Hash::Sha256, Digits::Hex, &["X-Signature"]);
const PLAIN: Scheme = Scheme::secret(&["Authorization", "Authentication"]);
/// The styles of services that sign a time with the body.
const STAMPED: [Scheme; 3] = [
    SHA256.after("sha256=").stamped("X-Time", Unit::Seconds, ["", ".", ""]),
    Scheme::hmac(Hash::Sha256, Digits::Base64, &["X-Signature"]).stamped(
        "X-Time",
        Unit::Seconds,
        ["", ":", ""],
    ),
    SHA256.stamped("X-Time", Unit::Millis, ["[", ";", "]"]),
];

fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_800_000_000_000 + seconds * 1000).unwrap()
}

fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

fn header(name: &str, value: impl AsRef<[u8]>) -> Header {
    Header { name: name.to_owned(), value: value.as_ref().to_vec() }
}

/// RFC 2202, section 3, and RFC 4231, section 4: test cases 2 and 4, whose keys are text.
#[test]
fn published_vectors_are_met() {
    let check = |key: &str, text: &[u8], sha1: &str, sha256: &str| {
        for (scheme, digest) in [(SHA1, sha1), (SHA256, sha256)] {
            let signed = [header("x-signature", digest)];
            let verdict = scheme.check([&secret(key)], &signed, text, at(0));
            assert_eq!(verdict, Verdict::Good(0), "{scheme} of {text:?} with {key:?}");
        }
    };
    check(
        "Jefe",
        b"what do ya want for nothing?",
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    let ascending: String = (1..=25_u8).map(char::from).collect();
    check(
        &ascending,
        &[0xcd; 50],
        "4c9007f4026250c6bc8414f9bf50c86c2d7235da",
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    );
}

#[test]
fn a_signature_is_read_as_services_write_it() {
    let key = secret("s3cret");
    let digest = SHA256.sign(&key, b"{}", at(0)).remove(0).value;
    let hex = String::from_utf8(digest).unwrap();
    let bytes = HEXLOWER.decode(hex.as_bytes()).unwrap();
    let base64 = Scheme::hmac(Hash::Sha256, Digits::Base64, &["X-Signature"]);
    let check = |scheme: Scheme, name: &str, value: &str, expected: Verdict| {
        let verdict = scheme.check([&key], &[header(name, value)], b"{}", at(0));
        assert_eq!(verdict, expected, "{scheme} in {name}: {value}");
    };
    check(SHA256, "X-SIGNATURE", &hex, Verdict::Good(0));
    check(SHA256, "X-Signature", &format!(" {}\t", hex.to_uppercase()), Verdict::Good(0));
    check(SHA256, "X-Signature", &format!("sha256={hex}"), Verdict::Wrong);
    check(SHA256.after("sha256="), "X-Signature", &format!("sha256={hex}"), Verdict::Good(0));
    check(SHA256.after("sha256="), "X-Signature", &hex, Verdict::Wrong);
    check(base64, "X-Signature", &BASE64.encode(&bytes), Verdict::Good(0));
    check(base64, "X-Signature", &hex, Verdict::Wrong);
    for wrong in ["", "zz", &hex[2..], &format!("{hex}00"), "ключ"] {
        check(SHA256, "X-Signature", wrong, Verdict::Wrong);
    }
    check(SHA256, "X-Other", &hex, Verdict::Missing);
    check(PLAIN, "Authorization", "s3cret", Verdict::Good(0));
    check(PLAIN, "authorization", "bearer s3cret", Verdict::Good(0));
    check(PLAIN, "Authentication", "Bearer  s3cret ", Verdict::Good(0));
    check(PLAIN, "Authorization", "Bearer", Verdict::Wrong);
    check(PLAIN, "Authorization", "Basic s3cret", Verdict::Wrong);
    check(PLAIN, "Authorization", "s3cre", Verdict::Wrong);
    check(PLAIN, "X-Token", "s3cret", Verdict::Missing);
    for claim in ["s3cret", "Bearer s3cret"] {
        let verdict =
            PLAIN.check([&secret("Bearer s3cret")], &[header("Authorization", claim)], b"{}", at(0));
        assert_eq!(verdict, Verdict::Good(0), "a secret that was copied with its word is the same: {claim}");
    }
}

#[test]
fn a_signed_time_must_be_near_the_time_of_receipt() {
    for scheme in STAMPED {
        let signed = scheme.sign(&secret("key"), b"body", at(0));
        let check = |received: i64, expected: Verdict| {
            let verdict = scheme.check([&secret("key")], &signed, b"body", at(received));
            assert_eq!(verdict, expected, "{scheme}, received after {received} s");
        };
        check(0, Verdict::Good(0));
        check(300, Verdict::Good(0));
        check(-300, Verdict::Good(0));
        check(301, Verdict::Late);
        check(-301, Verdict::Late);
        let without_time = scheme.check([&secret("key")], &signed[..1], b"body", at(0));
        assert_eq!(without_time, Verdict::Missing, "{scheme} signs a time, so it must be there");
        let mut moved = signed.clone();
        moved[1].value = scheme.sign(&secret("key"), b"body", at(60)).remove(1).value;
        let moved = scheme.check([&secret("key")], &moved, b"body", at(60));
        assert_eq!(moved, Verdict::Wrong, "{scheme}: a time that was changed on the way was not signed");
    }
}

#[test]
fn services_sign_as_they_document() {
    let words = |id: &str| providers::by_id(id).unwrap().signature().map(|scheme| scheme.to_string());
    assert_eq!(
        words("smartsupp").as_deref(),
        Some("X-Smartsupp-Hmac: HMAC-SHA256 of the body, in hexadecimal")
    );
    assert_eq!(words("snapengage").as_deref(), Some("Authorization or Authentication: the secret itself"));
    assert_eq!(words("tawkto").as_deref(), Some("X-Tawk-Signature: HMAC-SHA1 of the body, in hexadecimal"));
    for unsigned in ["chatlio", "chatvisor", "comm100"] {
        assert_eq!(words(unsigned), None, "{unsigned} documents no signature");
    }
    assert_eq!(
        STAMPED[2].to_string(),
        "X-Signature: HMAC-SHA256 of [X-Time;body], in hexadecimal",
        "the words tell what is signed"
    );
}

#[test]
fn a_body_signed_anew_stands_where_the_old_signature_stood() {
    let key = secret("s3cret");
    for scheme in STAMPED.into_iter().chain([SHA256, PLAIN]) {
        let mut old = scheme.sign(&secret("other"), b"old", at(0));
        for line in &mut old {
            line.name = line.name.to_uppercase();
        }
        old.insert(0, header("A", "1"));
        old.push(header("B", "2"));
        old.push(old[1].clone());
        let new = scheme.sign_again(&key, &old, b"new", at(600));
        assert_eq!(scheme.check([&key], &new, b"new", at(600)), Verdict::Good(0), "{scheme}: {new:?}");
        let names: Vec<_> = new.iter().map(|line| line.name.as_str()).collect();
        let expected: Vec<_> = old[..old.len() - 1].iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names, expected, "{scheme}: the old lines gave place to the new ones");
        let unsigned = [header("A", "1")];
        let first = scheme.sign_again(&key, &unsigned, b"new", at(600));
        assert_eq!(first[0].name, "A", "{scheme}: without an old signature the new one comes last");
        assert_eq!(scheme.check([&key], &first, b"new", at(600)), Verdict::Good(0), "{scheme}");
    }
}

#[test]
fn a_secret_is_never_printed_and_hardly_shown() {
    let long = secret("  a-long-secret-9f3c\n");
    assert_eq!(long.expose(), "a-long-secret-9f3c", "copying leaves space around a secret");
    assert_eq!(format!("{long:?}"), "Secret(…)");
    assert_eq!(long.ending().as_deref(), Some("9f3c"));
    assert_eq!(secret("short").ending(), None, "four letters of five would be the secret");
    assert!(Secret::new(" \n").is_none(), "nothing is no secret");
}

#[test]
fn a_secret_sent_in_the_open_is_taken_out_of_the_headers() {
    let mut headers =
        [header("authorization", "Bearer s3cret"), header("X-Signature", "ab"), header("Host", "x")];
    PLAIN.conceal(&mut headers);
    assert_eq!(headers[0].value, "…".as_bytes(), "what opens the door must not rest in the journal");
    let before = headers.clone();
    SHA256.conceal(&mut headers);
    assert_eq!(headers, before, "a signature tells nothing of its secret");
}

fn any_scheme() -> impl Strategy<Value = Scheme> {
    let mut all = vec![SHA1, SHA256];
    all.extend(STAMPED);
    prop::sample::select(all)
}

proptest! {
    #[test]
    fn any_of_several_secrets_passes_and_no_other(
        scheme in any_scheme(),
        plain in any::<bool>(),
        keys in prop::collection::hash_set("[a-zA-Z0-9]{1,80}", 1..5),
        with in any::<prop::sample::Index>(),
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let scheme = if plain { PLAIN } else { scheme };
        let keys: Vec<Secret> = keys.iter().map(|key| secret(key)).collect();
        let with = with.index(keys.len());
        let signed = scheme.sign(&keys[with], &body, at(0));
        prop_assert_eq!(scheme.check(&keys, &signed, &body, at(0)), Verdict::Good(with));
        let others = keys.iter().enumerate().filter(|(at, _)| *at != with).map(|(_, key)| key);
        prop_assert_eq!(scheme.check(others, &signed, &body, at(0)), Verdict::Wrong);
    }

    #[test]
    fn any_changed_byte_of_body_or_signature_fails(
        scheme in any_scheme(),
        body in prop::collection::vec(any::<u8>(), 1..200),
        place in any::<prop::sample::Index>(),
        change in 1..=255_u8,
    ) {
        let key = secret("a key");
        let signed = scheme.sign(&key, &body, at(0));
        let mut other = body.clone();
        other[place.index(body.len())] ^= change;
        prop_assert_eq!(scheme.check([&key], &signed, &other, at(0)), Verdict::Wrong);
        let mut forged = signed.clone();
        let value = &mut forged[0].value;
        let place = place.index(value.len());
        value[place] ^= change;
        // A capital digit is the same number, and space at an end is none of it.
        if !value[place].eq_ignore_ascii_case(&signed[0].value[place]) || scheme.to_string().ends_with("Base64") {
            prop_assert_eq!(scheme.check([&key], &forged, &body, at(0)), Verdict::Wrong);
        }
    }

    #[test]
    fn any_headers_and_bytes_are_survived(
        scheme in any_scheme(),
        plain in any::<bool>(),
        headers in prop::collection::vec(("X-Signature|X-Time|Authorization|[a-z-]{1,9}", prop::collection::vec(any::<u8>(), 0..99)), 0..6),
        body in prop::collection::vec(any::<u8>(), 0..99),
    ) {
        let scheme = if plain { PLAIN } else { scheme };
        let headers: Vec<Header> = headers.iter().map(|(name, value)| header(name, value)).collect();
        let verdict = scheme.check([&secret("a key of 16 and more")], &headers, &body, at(0));
        prop_assert!(matches!(verdict, Verdict::Missing | Verdict::Wrong));
    }
}

/// How long something takes at best: what else the machine does only adds to it.
fn fastest<T>(work: impl Fn() -> T) -> Duration {
    let once = |_| {
        let begun = Moment::now();
        black_box(work());
        begun.elapsed()
    };
    (0..5).map(once).min().unwrap()
}

#[test]
fn a_claim_is_compared_to_its_end_wherever_it_differs() {
    // So long a secret takes long enough to compare that a short cut shows.
    let text = "a".repeat(2 << 20);
    let (key, guess) = (secret(&text), format!("b{}", &text[1..]));
    let claim = [header("Authorization", &guess)];
    let whole = fastest(|| text.as_bytes().ct_eq(black_box(guess.as_bytes())).unwrap_u8());
    let early = fastest(|| black_box(&text) == black_box(&guess));
    assert!(early * 10 < whole, "a comparison that stops where they differ shows: {early:?}, {whole:?}");
    let refused = fastest(|| assert_eq!(PLAIN.check([&key], &claim, b"", at(0)), Verdict::Wrong));
    assert!(
        refused * 2 > whole,
        "a guess whose first letter is wrong was refused early, in {refused:?} of {whole:?}"
    );
}
