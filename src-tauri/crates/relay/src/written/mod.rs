//! A delivery as a text that says it again elsewhere: a `curl` or HTTPie command, a raw HTTP request, an entry of a HAR
//! file, or a test fixture; and a conversation without what is secret in it. Pure: nothing is sent here and no file is
//! written.
//!
//! Such texts are handed on, so secrets are left out unless they are asked for ([`Secrets`]). What a stranger put into a
//! delivery stays data: no byte of it is read by a shell or a program as anything else.

mod body;
mod conversation;
mod curl;
mod fixture;
pub mod har;
mod head;
mod httpie;
mod mask;
mod names;
mod raw;
mod shell;

use afterchat_transcript::{Delivery, DeliveryKind};
use url::Url;

pub use conversation::secrets as secrets_of;
pub use fixture::{Fixture, fixture, sources_page};
pub use mask::{Mask, concealed, is_secret, recognisable};

/// The variable that stands for the address a command sends to.
pub const VARIABLE: &str = "HOOK_URL";

/// Where a command sends to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// What the shell variable `HOOK_URL` holds, so that the text tells no address.
    Variable,
    /// This address. The delivery's own query string is added to it.
    Url(Url),
}

/// Whether secrets stand in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// A placeholder stands where one was: `HIDDEN-1`, the same for equal values.
    Hidden,
    /// They stand there as they came.
    Shown,
}

/// Where a command takes the body from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFrom<'a> {
    /// The command itself, whatever its size.
    Command,
    /// A file of this name beside it.
    File(&'a str),
}

/// What the text does not say as the delivery did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// The secret in this header was not kept when it arrived, so nothing can be shown.
    NotKept(String),
    /// The program cannot send this header, so it is left out.
    HeaderLeftOut(String),
    /// The body is bytes that are no text; they are left out.
    BodyLeftOut,
    /// The body must be saved under this name first.
    BodyInFile(String),
}

/// A delivery as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The text, made of printable characters and line breaks as far as it is a command.
    pub text: String,
    /// Where something is hidden: names of headers, `?name` for a part of the query, `body`.
    pub hidden: Vec<String>,
    /// What the text does not say as the delivery did.
    pub remarks: Vec<Remark>,
}

/// Why a delivery cannot be written in a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// HTTPie takes only methods made of letters.
    #[error("HTTPie sends only methods that are made of letters, and this one is “{0}”. Copy it as curl.")]
    Method(String),
}

/// The delivery as a `curl` command for a POSIX shell. It sends the same method, query, headers in their order and body
/// bytes; curl itself sets what belongs to the connection.
#[must_use]
pub fn curl(delivery: &Delivery, address: &Address, body: BodyFrom<'_>, mask: &mut Mask) -> Written {
    curl::write(&mask.apply(delivery), address, body)
}

/// The delivery as an HTTPie command for a POSIX shell. HTTPie orders headers its own way.
///
/// # Errors
/// When HTTPie cannot send a request of this method.
pub fn httpie(
    delivery: &Delivery,
    address: &Address,
    body: BodyFrom<'_>,
    mask: &mut Mask,
) -> Result<Written, Unwritable> {
    httpie::write(&mask.apply(delivery), address, body)
}

/// The exact bytes of an HTTP/1.1 request that says the delivery again.
#[must_use]
pub fn raw_bytes(delivery: &Delivery, address: &Address, mask: &mut Mask) -> Vec<u8> {
    raw::bytes(&mask.apply(delivery), address)
}

/// The same for reading and copying. A body that is no text is left out.
#[must_use]
pub fn raw_text(delivery: &Delivery, address: &Address, mask: &mut Mask) -> Written {
    raw::write(&mask.apply(delivery), address)
}

/// An address with the delivery's own query string added to its own.
#[must_use]
pub fn with_query(delivery: &Delivery, mut address: Url) -> Url {
    let query = delivery.query.as_deref().filter(|_| delivery.kind == DeliveryKind::Hook);
    if let Some(query) = query {
        let before = address.query().map(|own| format!("{own}&")).unwrap_or_default();
        address.set_query(Some(&format!("{before}{query}")));
    }
    address
}

/// How file names of a body end: by what it is, not by what its content type claims.
#[must_use]
pub fn extension(body: &[u8]) -> &'static str {
    use afterchat_transcript::payload::{Format, Payload};
    match Payload::decode(body).format {
        Format::Json => "json",
        Format::Form => "form",
        Format::Xml => "xml",
        Format::Text | Format::Empty => "txt",
        Format::Binary => "bin",
    }
}
