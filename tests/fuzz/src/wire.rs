//! Requests as they stand in the bytes of a connection, and the answers in the bytes that come back: read without hyper
//! and without the door, so that both can be held against it.

/// A request as it was sent.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    /// `None` when it does not end within the bytes, or not as HTTP has it.
    pub(crate) body: Option<Vec<u8>>,
}

/// The most header lines in a head.
const LINES: usize = 100;

/// The requests of a connection, as far as they can be told apart.
pub(crate) fn sent(mut bytes: &[u8]) -> Vec<Sent> {
    let mut found = Vec::new();
    while let Some((request, rest)) = next(bytes) {
        let whole = request.body.is_some();
        found.push(request);
        match rest {
            Some(rest) if whole => bytes = rest,
            _ => break,
        }
    }
    found
}

/// The next request, and what follows it; nothing follows chunks, because the door ends the connection there.
fn next(bytes: &[u8]) -> Option<(Sent, Option<&[u8]>)> {
    let mut lines = [httparse::EMPTY_HEADER; LINES];
    let mut request = httparse::Request::new(&mut lines);
    let Ok(httparse::Status::Complete(head)) = request.parse(bytes) else { return None };
    let rest = &bytes[head..];
    let headers: Vec<(String, Vec<u8>)> =
        request.headers.iter().map(|line| (line.name.to_owned(), line.value.to_owned())).collect();
    let named = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let (body, rest) = if named("transfer-encoding") {
        (chunks(rest), None)
    } else {
        let length = length(&headers)?;
        (rest.get(..length).map(<[u8]>::to_owned), rest.get(length..))
    };
    let (method, target) = (request.method?.to_owned(), request.path?.to_owned());
    Some((Sent { method, target, headers, body }, rest))
}

fn length(headers: &[(String, Vec<u8>)]) -> Option<usize> {
    let mut lengths = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let first = match lengths.next() {
        Some((_, value)) => std::str::from_utf8(value).ok()?.parse().ok()?,
        None => 0,
    };
    Some(first)
}

/// What chunks hold; `None` when they do not end.
fn chunks(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let line = bytes[..end].split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let size = usize::from_str_radix(std::str::from_utf8(line).ok()?, 16).ok()?;
        bytes = &bytes[end + 1..];
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(bytes.get(..size)?);
        bytes = bytes.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

/// The status codes that came back, in order, with the bodies. `methods` are those of the requests.
pub(crate) fn answers(mut bytes: &[u8], requests: &[Sent]) -> Vec<(u16, Vec<u8>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let mut lines = [httparse::EMPTY_HEADER; LINES];
        let mut response = httparse::Response::new(&mut lines);
        let Ok(httparse::Status::Complete(head)) = response.parse(bytes) else {
            panic!("what came back is no answer: {:?}", String::from_utf8_lossy(bytes));
        };
        let code = response.code.unwrap();
        bytes = &bytes[head..];
        if code == 100 {
            continue;
        }
        let length = response.headers.iter().find(|line| line.name.eq_ignore_ascii_case("content-length"));
        let length: usize =
            length.map_or(0, |line| std::str::from_utf8(line.value).unwrap().parse().unwrap());
        let bare = requests.get(found.len()).is_some_and(|request| request.method == "HEAD");
        let body = if bare { &[] } else { bytes.get(..length).expect("an answer is whole") };
        bytes = &bytes[body.len()..];
        found.push((code, body.to_owned()));
    }
    found
}
