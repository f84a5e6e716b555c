//! One GET to a program on this machine, for what cloudflared tells there about itself.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest answer that is read.
const ANSWER: usize = 64 * 1024;
/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Status and body of what is answered there, or nothing.
pub(crate) async fn fetch(address: SocketAddr, path: &str) -> Option<(StatusCode, Bytes)> {
    let asked = async {
        let socket = TcpStream::connect(address).await.ok()?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await.ok()?;
        let request =
            Request::get(path).header("host", address.to_string()).body(Empty::<Bytes>::new()).ok()?;
        // It ends once the answer is read and the sender dropped.
        tokio::spawn(connection);
        let response = sender.send_request(request).await.ok()?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER).collect().await.ok()?;
        Some((status, body.to_bytes()))
    };
    timeout(PATIENCE, asked).await.ok().flatten()
}
