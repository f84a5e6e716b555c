//! A server that must stay silent: whatever a vector calls out to is an address of its own.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The running server. It ends with the test's runtime.
pub(crate) struct Canary {
    /// Its host and port.
    pub(crate) host: String,
    heard: Arc<Mutex<BTreeSet<String>>>,
}

impl Canary {
    /// Serves this page at `/control`, and hears everything else.
    pub(crate) async fn start(control: impl FnOnce(&str) -> String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let control = Arc::new(control(&host));
        let heard = Arc::new(Mutex::new(BTreeSet::new()));
        let noted = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(answer(socket, Arc::clone(&control), Arc::clone(&noted)));
            }
        });
        Self { host, heard }
    }

    /// The names that were called.
    pub(crate) fn heard(&self) -> BTreeSet<String> {
        self.heard.lock().unwrap().clone()
    }
}

async fn answer(mut socket: TcpStream, control: Arc<String>, heard: Arc<Mutex<BTreeSet<String>>>) {
    let mut head = [0; 4096];
    let count = socket.read(&mut head).await.unwrap_or_default();
    let line = String::from_utf8_lossy(&head[..count]).into_owned();
    let Some(path) = line.split(' ').nth(1) else { return };
    let (status, body) = match path {
        "/control" => ("200 OK", control.as_str()),
        "/favicon.ico" => ("204 No Content", ""),
        path => {
            heard.lock().unwrap().insert(path.trim_start_matches('/').to_owned());
            ("204 No Content", "")
        }
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    // A page that went away hears no answer.
    let _gone = socket.write_all(answer.as_bytes()).await;
}
