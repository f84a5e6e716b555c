//! A server that takes one request, byte for byte, and answers with the bytes it was given.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use afterchat_relay::{Names, Outside, Request};
use afterchat_transcript::Header;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How long a test waits for what must come.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// What a server does once it has a request.
#[derive(Debug, Clone)]
pub(crate) enum Does {
    /// Answers, and closes.
    Answers(Vec<u8>),
    /// Answers, and keeps the connection open without another word.
    Hangs(Vec<u8>),
    /// Answers with this over and over until nobody listens.
    Forever(Vec<u8>, Vec<u8>),
}

pub(crate) fn answers(bytes: &str) -> Does {
    Does::Answers(bytes.as_bytes().to_vec())
}

/// Takes one request that ends with `end`, and tells what it was.
pub(crate) async fn server(end: &'static str, does: Does) -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.expect("a connection");
        serve(socket, end, does).await
    });
    (address, serving)
}

/// The same over a connection that is there already.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut socket: S,
    end: &'static str,
    does: Does,
) -> Vec<u8> {
    let mut request = Vec::new();
    while !request.ends_with(end.as_bytes()) {
        assert_ne!(socket.read_buf(&mut request).await.expect("bytes"), 0, "the request is whole");
    }
    // A client that has read enough may hang up before the end of a long answer.
    match does {
        Does::Answers(bytes) => {
            let _ = socket.write_all(&bytes).await;
            let _ = socket.shutdown().await;
        }
        Does::Hangs(bytes) => {
            let _ = socket.write_all(&bytes).await;
            let _ = socket.read_to_end(&mut Vec::new()).await;
        }
        Does::Forever(first, again) => {
            let _ = socket.write_all(&first).await;
            while socket.write_all(&again).await.is_ok() {}
        }
    }
    request
}

pub(crate) fn header(name: &str, value: &[u8]) -> Header {
    Header { name: name.to_owned(), value: value.to_vec() }
}

pub(crate) fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
    Request {
        method: method.to_owned(),
        url: url.parse().expect("a URL"),
        headers: headers.iter().map(|(name, value)| header(name, value.as_bytes())).collect(),
        body: body.to_vec(),
    }
}

/// A request to this address with the body `{}`.
pub(crate) fn post(address: SocketAddr) -> Request {
    request("POST", &format!("http://{address}/"), &[], b"{}")
}

/// A world in which these are the only names.
pub(crate) fn names(listed: &[(&str, IpAddr)]) -> Outside {
    let listed = listed.iter().map(|(name, ip)| ((*name).to_owned(), *ip)).collect();
    Outside { names: Names::Listed(listed), ..Outside::default() }
}
