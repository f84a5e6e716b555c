//! Signatures: what a secret has signed is good, and nothing else is.

use afterchat_transcript::providers::PROVIDERS;
use afterchat_transcript::signature::{Digits, Hash, Scheme, Secret, TAKEN_OUT, Unit, Verdict};
use afterchat_transcript::{Header, Instant};

use crate::parts;

const SHA256: Scheme = Scheme::hmac(Hash::Sha256, Digits::Hex, &["X-Signature"]);
const BASE64: Scheme = Scheme::hmac(Hash::Sha256, Digits::Base64, &["X-Signature"]);
/// Schemes beside those of the services: with a time, and with a word before the signature.
const FURTHER: [Scheme; 3] = [
    SHA256.after("sha256=").stamped("X-Time", Unit::Seconds, ["", ".", ""]),
    BASE64.stamped("X-Time", Unit::Seconds, ["", ":", ""]),
    SHA256.stamped("X-Time", Unit::Millis, ["[", ";", "]"]),
];

/// The first line is the secret; header lines follow up to an empty line, and the body.
pub(crate) fn check(input: &[u8]) {
    let (secret, rest) = parts::line(input);
    let (headers, body) = parts::headers(rest);
    let Some(secret) = Secret::new(&String::from_utf8_lossy(secret)) else { return };
    if secret.expose().as_bytes().ends_with(TAKEN_OUT) {
        // A secret that looks like one that was taken out cannot be told from it.
        return;
    }
    let services = PROVIDERS.iter().filter_map(|provider| provider.signature());
    services.chain(FURTHER).for_each(|scheme| check_scheme(scheme, &secret, &headers, body));
}

fn check_scheme(scheme: Scheme, secret: &Secret, headers: &[Header], body: &[u8]) {
    let now = Instant::from_millis(1_800_000_000_000).unwrap();
    let verdict =
        |secrets: &[Secret], headers: &[Header], body: &[u8]| scheme.check(secrets, headers, body, now);
    let is_good = |verdict: Verdict| matches!(verdict, Verdict::Good(_));
    assert!(!is_good(verdict(&[], headers, body)), "without a secret nothing is good");
    let _ = (verdict(std::slice::from_ref(secret), headers, body), scheme.signed(headers));

    let other = Secret::new(&format!("{}x", secret.expose())).unwrap();
    let signed = scheme.sign_again(secret, headers, body, now);
    let both = [other.clone(), secret.clone()];
    assert_eq!(verdict(&both, &signed, body), Verdict::Good(1), "{scheme}: what was signed is good");
    assert!(!is_good(verdict(&[other], &signed, body)), "{scheme}: with another secret it is not");
    let mut concealed = signed.clone();
    scheme.conceal(&mut concealed);
    let open = scheme.to_string().ends_with("the secret itself");
    if open {
        let told = concealed.iter().zip(&signed).filter(|(after, before)| after.value != before.value);
        assert!(told.clone().count() > 0, "{scheme}: a secret in the open is taken out");
        told.for_each(|(after, _)| assert_eq!(after.value, TAKEN_OUT));
        assert!(!is_good(verdict(&both, &concealed, body)), "{scheme}: what was taken out proves nothing");
    } else {
        assert_eq!(concealed, signed, "{scheme}: a signature tells nothing and stays");
        let mut changed = body.to_owned();
        match changed.last_mut() {
            Some(byte) => *byte ^= 1,
            None => changed.push(b' '),
        }
        assert!(!is_good(verdict(&both, &signed, &changed)), "{scheme}: every byte of the body is signed");
    }
}
