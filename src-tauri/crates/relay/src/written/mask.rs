//! Leaves secrets out of what is handed on: values of headers, query parameters and parts of a body whose names tell that
//! they are secret, and known secrets wherever they stand.

use std::borrow::Cow;
use std::collections::HashMap;

use afterchat_transcript::{Delivery, Header};
use memchr::memmem;

use super::Secrets;
use super::body::{self, Place};
use super::names::tells;

/// Stands in a delivery's path and headers where a secret stood that was not kept.
const TAKEN_OUT: &str = "…";
/// Known secrets shorter than this are not looked for: they would be found in ordinary words.
const SHORTEST: usize = 8;
/// Schemes of authorization; the word stays, what follows it is secret.
const SCHEMES: [&str; 4] = ["bearer", "basic", "digest", "token"];

/// What is hidden, and under which placeholder: the same for equal values as long as one mask is used.
#[derive(Debug)]
pub struct Mask {
    secrets: Secrets,
    known: Vec<Vec<u8>>,
    numbers: HashMap<Vec<u8>, usize>,
}

/// A delivery without what is hidden.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) delivery: Delivery,
    pub(super) hidden: Vec<String>,
    /// Headers whose secret was not kept.
    pub(super) not_kept: Vec<String>,
}

impl Mask {
    /// A mask that also hides these secrets wherever they stand: tokens of hook addresses and signing secrets.
    #[must_use]
    pub fn new(secrets: Secrets, known: impl IntoIterator<Item = String>) -> Self {
        let mut known: Vec<Vec<u8>> =
            known.into_iter().filter(|secret| secret.len() >= SHORTEST).map(String::into_bytes).collect();
        // A secret that is a part of another is looked for after it.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { secrets, known, numbers: HashMap::new() }
    }

    /// True when secrets are left out.
    #[must_use]
    pub fn hides(&self) -> bool {
        self.secrets == Secrets::Hidden
    }

    /// How many different secrets have been hidden so far.
    #[must_use]
    pub fn hidden(&self) -> usize {
        self.numbers.len()
    }

    pub(super) fn apply(&mut self, delivery: &Delivery) -> Shown {
        let not_kept = delivery
            .headers
            .iter()
            .filter(|header| header.value == TAKEN_OUT.as_bytes())
            .map(|header| header.name.clone())
            .collect();
        let mut shown = Shown { delivery: delivery.clone(), hidden: Vec::new(), not_kept };
        if self.secrets == Secrets::Shown {
            return shown;
        }
        for header in &mut shown.delivery.headers {
            let (name, value) = (self.known_in_text(&header.name), self.header(header));
            if value != header.value || name != header.name {
                shown.hidden.push(name.clone());
                (header.name, header.value) = (name, value);
            }
        }
        if let Some(query) = &mut shown.delivery.query {
            *query = self.query(query, &mut shown.hidden);
        }
        let body = self.body(delivery.header("content-type"), &delivery.body);
        if body != shown.delivery.body {
            shown.hidden.push("body".to_owned());
            shown.delivery.body = body;
        }
        shown
    }

    fn header(&mut self, header: &Header) -> Vec<u8> {
        let (name, value) = (&header.name, &header.value);
        if value == TAKEN_OUT.as_bytes() {
            return value.clone();
        }
        let lower = name.to_ascii_lowercase();
        if lower == "cookie" {
            return self.cookies(value);
        }
        if let Some((scheme, secret)) = scheme_of(value) {
            return [scheme, b" ", self.placeholder(secret).as_bytes()].concat();
        }
        if lower.ends_with("authorization") || lower == "x-auth" || tells(name) {
            return self.placeholder(value).into_bytes();
        }
        self.known_in(value)
    }

    /// Names of cookies stay, their values go.
    fn cookies(&mut self, value: &[u8]) -> Vec<u8> {
        let cookies =
            value.split(|b| *b == b';').map(|cookie| match cookie.iter().position(|b| *b == b'=') {
                Some(at) => [&cookie[..=at], self.placeholder(&cookie[at + 1..]).as_bytes()].concat(),
                None => self.placeholder(cookie.trim_ascii()).into_bytes(),
            });
        cookies.collect::<Vec<_>>().join(&b';')
    }

    fn query(&mut self, query: &str, hidden: &mut Vec<String>) -> String {
        let part = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let secret = tells(name)
                || ["key", "sig", "signature", "auth", "code"].contains(&&*name.to_ascii_lowercase());
            // The name of what is hidden is told, so it must not be a secret itself.
            let plain = self.known_in_text(name);
            let shown = if secret && !value.is_empty() {
                format!("{plain}={}", self.placeholder(value.as_bytes()))
            } else {
                self.known_in_text(part)
            };
            if shown != part {
                hidden.push(format!("?{plain}"));
            }
            shown
        };
        query.split('&').map(part).collect::<Vec<_>>().join("&")
    }

    /// A delivery's query with a placeholder for each secret in it.
    pub fn query_of(&mut self, delivery: &Delivery) -> Option<String> {
        delivery.query.as_deref().map(|query| self.query(query, &mut Vec::new()))
    }

    /// A body with a placeholder for each secret in it.
    pub fn body(&mut self, content_type: Option<&str>, body: &[u8]) -> Vec<u8> {
        let (mut shown, mut done) = (Vec::with_capacity(body.len()), 0);
        for Place { span, secret } in body::secrets(content_type, body) {
            shown.extend_from_slice(&body[done..span.start]);
            shown.extend_from_slice(self.placeholder(&secret).as_bytes());
            done = span.end;
        }
        shown.extend_from_slice(&body[done..]);
        self.known_in(&shown)
    }

    /// A body with a star for each byte of a secret in it, and how many secrets there are. Every other byte stays where it
    /// is, so places in the one are places in the other. `None` when it holds none.
    #[must_use]
    pub fn covered(&self, content_type: Option<&str>, body: &[u8]) -> Option<(Vec<u8>, usize)> {
        let spans = body::secrets(content_type, body).into_iter().map(|place| place.span);
        let known = self
            .known
            .iter()
            .flat_map(|secret| memmem::find_iter(body, secret).map(|at| at..at + secret.len()));
        let (mut shown, mut count) = (Cow::Borrowed(body), 0);
        for span in spans.chain(known) {
            if shown[span.clone()].iter().any(|byte| *byte != b'*') {
                shown.to_mut()[span].fill(b'*');
                count += 1;
            }
        }
        (count > 0).then(|| (shown.into_owned(), count))
    }

    /// These bytes with a placeholder for each known secret in them.
    fn known_in(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut shown = bytes.to_vec();
        let known = std::mem::take(&mut self.known);
        for secret in &known {
            let found: Vec<usize> = memmem::find_iter(&shown, secret).collect();
            if found.is_empty() {
                continue;
            }
            let (placeholder, rest, mut done) = (self.placeholder(secret), std::mem::take(&mut shown), 0);
            for at in found {
                shown.extend_from_slice(&rest[done..at]);
                shown.extend_from_slice(placeholder.as_bytes());
                done = at + secret.len();
            }
            shown.extend_from_slice(&rest[done..]);
        }
        self.known = known;
        shown
    }

    pub(super) fn known_in_text(&mut self, text: &str) -> String {
        String::from_utf8_lossy(&self.known_in(text.as_bytes())).into_owned()
    }

    pub(super) fn placeholder(&mut self, secret: &[u8]) -> String {
        let next = self.numbers.len() + 1;
        format!("HIDDEN-{}", self.numbers.entry(secret.to_owned()).or_insert(next))
    }
}

/// True when the value of this header is secret, by what it is called or how it begins.
#[must_use]
pub fn is_secret(header: &Header) -> bool {
    Mask::new(Secrets::Hidden, []).header(header) != header.value
}

/// A query with a placeholder for each secret in it; `None` when it holds none.
#[must_use]
pub fn concealed(query: &str) -> Option<String> {
    let shown = Mask::new(Secrets::Hidden, []).query(query, &mut Vec::new());
    (shown != query).then_some(shown)
}

/// An address with a placeholder for each secret in its query, to be shown where it only has to be recognised.
#[must_use]
pub fn recognisable(address: &str) -> String {
    let shown = address.split_once('?').and_then(|(before, query)| Some((before, concealed(query)?)));
    shown.map_or_else(|| address.to_owned(), |(before, query)| format!("{before}?{query}"))
}

fn scheme_of(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = value.iter().position(|b| *b == b' ')?;
    let known = SCHEMES.iter().any(|scheme| value[..space].eq_ignore_ascii_case(scheme.as_bytes()));
    known.then(|| (&value[..space], &value[space + 1..]))
}

#[cfg(test)]
mod tests {
    use afterchat_transcript::{Delivery, DeliveryKind, Header, Instant};

    use super::{Mask, Secrets, concealed, is_secret, recognisable};

    fn delivery(headers: &[(&str, &str)], query: Option<&str>, body: &str) -> Delivery {
        let header = |(name, value): &(&str, &str)| Header {
            name: (*name).to_owned(),
            value: value.as_bytes().to_owned(),
        };
        Delivery {
            kind: DeliveryKind::Hook,
            source: "shop".to_owned(),
            provider: None,
            method: "POST".to_owned(),
            path: "/h/shop/…".to_owned(),
            query: query.map(str::to_owned),
            headers: headers.iter().map(header).collect(),
            body: body.as_bytes().to_owned(),
            received_at: Instant::from_millis(1_800_000_000_000).unwrap(),
        }
    }

    fn check(name: &str, value: &str, expected: &str) {
        let mut mask = Mask::new(Secrets::Hidden, ["hooktoken2345".to_owned()]);
        let shown = mask.apply(&delivery(&[(name, value)], None, ""));
        assert_eq!(
            String::from_utf8(shown.delivery.headers[0].value.clone()).unwrap(),
            expected,
            "{name}: {value}"
        );
        assert_eq!(shown.hidden.is_empty(), value == expected, "what is hidden is told");
    }

    #[test]
    fn what_is_secret_is_hidden_and_the_rest_stays() {
        check("Authorization", "Bearer abc.def", "Bearer HIDDEN-1");
        check("Authorization", "bearer  abc", "bearer HIDDEN-1");
        check("authorization", "odd", "HIDDEN-1");
        check("Proxy-Authorization", "Basic dXNlcjpwYXNz", "Basic HIDDEN-1");
        check("X-Custom", "Bearer abc", "Bearer HIDDEN-1");
        check("Cookie", "a=1; b=2; a=1", "a=HIDDEN-1; b=HIDDEN-2; a=HIDDEN-1");
        check("cookie", "bare", "HIDDEN-1");
        check("X-Api-Key", "k", "HIDDEN-1");
        check("X-Gitlab-Token", "t", "HIDDEN-1");
        check("X_SECRET", "t", "HIDDEN-1");
        check("X-Original-URL", "/h/shop/hooktoken2345?a=b", "/h/shop/HIDDEN-1?a=b");
        check("X-Tawk-Signature", "0123abcd", "0123abcd");
        check("Content-Type", "application/json", "application/json");
        check("User-Agent", "Basically/1.0", "Basically/1.0");
        check("Author", "Ann", "Ann");
        check("X-Secret", "…", "…");
    }

    #[test]
    fn what_is_shown_is_concealed_by_the_same_rules() {
        let header =
            |name: &str, value: &str| Header { name: name.to_owned(), value: value.as_bytes().to_owned() };
        assert!(is_secret(&header("Cookie", "a=1")) && is_secret(&header("X-Custom", "Bearer abc")));
        assert!(!is_secret(&header("Host", "shop.example")) && !is_secret(&header("X-Secret", "…")));
        assert_eq!(concealed("a=1&access_token=two").as_deref(), Some("a=1&access_token=HIDDEN-1"));
        assert_eq!(concealed("a=1&b"), None);
        let shown = recognisable("https://shop.example/in?from=here&api_key=k");
        assert_eq!(shown, "https://shop.example/in?from=here&api_key=HIDDEN-1");
        assert_eq!(recognisable("https://shop.example/in?a=1"), "https://shop.example/in?a=1");
    }

    #[test]
    fn equal_secrets_have_equal_placeholders_over_a_whole_export() {
        let mut mask = Mask::new(Secrets::Hidden, ["signing-secret".to_owned()]);
        let first = mask.apply(&delivery(&[("X-Token", "one")], Some("a=1&access_token=two&key=&sig"), "{}"));
        assert_eq!(first.delivery.query.as_deref(), Some("a=1&access_token=HIDDEN-2&key=&sig"));
        assert_eq!(first.hidden, ["X-Token", "?access_token"]);
        let second = mask.apply(&delivery(
            &[("X-Token", "two"), ("X-Other-Token", "one")],
            None,
            "a signing-secret b signing-secret",
        ));
        let values: Vec<_> = second.delivery.headers.iter().map(|header| header.value.clone()).collect();
        assert_eq!(values, [b"HIDDEN-2", b"HIDDEN-1"]);
        assert_eq!(second.delivery.body, b"a HIDDEN-3 b HIDDEN-3");
        assert_eq!(second.hidden, ["X-Token", "X-Other-Token", "body"]);
    }

    fn check_body(body: &str, expected: &str) {
        let shown = Mask::new(Secrets::Hidden, []).apply(&delivery(&[], None, body));
        assert_eq!(String::from_utf8(shown.delivery.body).unwrap(), expected, "{body}");
        assert_eq!(shown.hidden.is_empty(), body == expected, "what is hidden is told");
    }

    #[test]
    fn a_body_keeps_its_form_without_what_its_names_call_secret() {
        check_body(r#"{"a": {"api_key":  "k\n\"1"}, "b": 2}"#, r#"{"a": {"api_key":  "HIDDEN-1"}, "b": 2}"#);
        check_body(
            r#"[{"accessToken": ["é", "é", "b"]}]"#,
            r#"[{"accessToken": ["HIDDEN-1", "HIDDEN-1", "HIDDEN-2"]}]"#,
        );
        check_body(
            r#"{"auth": {"Password": "p", "user": "u"}}"#,
            r#"{"auth": {"Password": "HIDDEN-1", "user": "u"}}"#,
        );
        check_body("a=1&client_secret=s%2Fs&b=2", "a=1&client_secret=HIDDEN-1&b=2");
        check_body(
            "data=%7B%22token%22%3A%22t%20t%22%2C%22b%22%3A1%7D",
            "data=%7B%22token%22%3A%22HIDDEN-1%22%2C%22b%22%3A1%7D",
        );
        for ordinary in [
            r#"{"sessionId": "a", "cookies": "b", "tokens": 12, "token": "", "secret": null, "text": "token"}"#,
            "token",
            "the token = none, and: secret",
            r#""say: token" : {"#,
            "",
        ] {
            check_body(ordinary, ordinary);
        }
        // What broke off or was spoiled has no values, but still names.
        check_body(r#"{"token": "half"#, r#"{"token": "HIDDEN-1"#);
        check_body(
            r#"{"a": 1,, "api_key" : "k\"k", "b": "c"}"#,
            r#"{"a": 1,, "api_key" : "HIDDEN-1", "b": "c"}"#,
        );
        check_body("see ?a=1&client_secret=s%2Fs&b=2", "see ?a=1&client_secret=HIDDEN-1&b=2");
        check_body("<a><token>t</token><b>c</b></a>", "<a><token>HIDDEN-1</token><b>c</b></a>");
    }

    #[test]
    fn bytes_that_are_no_text_move_no_secret() {
        let body = b"{\"a\xff\xfe\": \"\xf0\x9f\", \"token\": \"s\xff\xc3\xa9\", \"b\xff\": {\"secret\": \"z\"}}\xff";
        let hidden = b"{\"a\xff\xfe\": \"\xf0\x9f\", \"token\": \"HIDDEN-1\", \"b\xff\": {\"secret\": \"HIDDEN-2\"}}\xff";
        let shown = |body: &[u8]| Mask::new(Secrets::Hidden, []).body(None, body);
        assert_eq!(shown(body), hidden, "spoiled by its end");
        assert_eq!(shown(&body[..body.len() - 1]), hidden[..hidden.len() - 1], "a tree");
    }

    fn check_covered(content_type: Option<&str>, body: &str, expected: Option<(&str, usize)>) {
        let covered = Mask::new(Secrets::Hidden, ["hooktoken2345".to_owned()])
            .covered(content_type, body.as_bytes())
            .map(|(bytes, count)| (String::from_utf8(bytes).expect("text"), count));
        assert_eq!(covered, expected.map(|(bytes, count)| (bytes.to_owned(), count)), "{body}");
        assert!(covered.is_none_or(|(bytes, _)| bytes.len() == body.len()), "no byte moves");
    }

    #[test]
    fn what_is_covered_stays_where_it_is() {
        check_covered(None, r#"{"api_key": "é\n", "b": 2}"#, Some((r#"{"api_key": "****", "b": 2}"#, 1)));
        check_covered(None, "token=a%20b&b=hooktoken2345", Some(("token=*****&b=*************", 2)));
        check_covered(None, "<a><token>t t</token></a>", Some(("<a><token>***</token></a>", 1)));
        check_covered(None, r#"{"token": "hooktoken2345"}"#, Some((r#"{"token": "*************"}"#, 1)));
        check_covered(None, r#"{"token": "", "tokens": 12, "secret": "**"}"#, None);
        check_covered(None, "", None);
        let parts = |secret: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"api_token\"\r\n\r\n{secret}\r\n--b--\r\n")
        };
        let content_type = Some("multipart/form-data; boundary=b");
        check_covered(content_type, &parts("t t"), Some((&parts("***"), 1)));
    }

    #[test]
    fn a_body_in_parts_is_masked_part_by_part() {
        let part = |head: &str, body: &str| {
            format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
        };
        let parts = |token: &str, inner: &str| {
            part("name=\"api_token\"", token)
                + &part("name=\"chat\"", &format!(r#"{{"password": "{inner}", "tokens": 2}}"#))
                + &part("name=\"words\"", "token")
                + "--b--\r\n"
        };
        let content_type = ("content-type", "multipart/form-data; boundary=b");
        let shown =
            Mask::new(Secrets::Hidden, []).apply(&delivery(&[content_type], None, &parts("t t", "p")));
        assert_eq!(String::from_utf8(shown.delivery.body).unwrap(), parts("HIDDEN-1", "HIDDEN-2"));
        assert_eq!(shown.hidden, ["body"]);
    }

    #[test]
    fn what_tells_that_something_is_hidden_tells_no_secret() {
        let mut mask = Mask::new(Secrets::Hidden, ["hooktoken2345".to_owned()]);
        let told = delivery(&[("X-hooktoken2345", "a")], Some("hooktoken2345&a_hooktoken2345=b"), "");
        let shown = mask.apply(&told);
        assert_eq!(shown.delivery.headers[0].name, "X-HIDDEN-1");
        assert_eq!(shown.delivery.query.as_deref(), Some("HIDDEN-1&a_HIDDEN-1=HIDDEN-3"));
        assert_eq!(shown.hidden, ["X-HIDDEN-1", "?HIDDEN-1", "?a_HIDDEN-1"]);
    }

    #[test]
    fn who_asks_for_secrets_gets_every_byte() {
        let told = delivery(
            &[("Authorization", "Bearer abc"), ("X-Token", "…")],
            Some("token=abc"),
            "hooktoken2345",
        );
        let mut mask = Mask::new(Secrets::Shown, ["hooktoken2345".to_owned()]);
        let shown = mask.apply(&told);
        assert_eq!((shown.delivery, shown.hidden), (told, Vec::new()));
        assert_eq!(shown.not_kept, ["X-Token"], "what was not kept cannot be shown");
    }
}
