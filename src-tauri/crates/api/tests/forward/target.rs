//! A target that notes what reaches it, byte for byte, and answers as it is told. It stands in for the server a person
//! forwards to, over real sockets.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Longer than anything takes here; a test that waits so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What the target does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Sends these bytes and closes the connection.
    Send(Vec<u8>),
    /// Never answers, and keeps the connection.
    Hang,
}

impl Act {
    /// An answer with this status, header lines and body.
    pub(crate) fn answer(status: u16, lines: &str, body: &str) -> Self {
        let length = body.len();
        Self::Send(
            format!("HTTP/1.1 {status} Said\r\n{lines}Content-Length: {length}\r\n\r\n{body}").into_bytes(),
        )
    }

    /// An answer with this status alone.
    pub(crate) fn status(status: u16) -> Self {
        Self::answer(status, "", "")
    }
}

/// A server on a port of its own. It ends with the test.
pub(crate) struct Recorder {
    /// The address to forward to.
    pub(crate) url: String,
    requests: Receiver<Vec<u8>>,
}

impl Recorder {
    /// Does as `script` says for each request, counted from 0.
    pub(crate) fn start(script: impl Fn(usize) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/hook?from=afterchat", listener.local_addr().expect("an address"));
        let (sender, requests) = channel();
        let (script, count, hanging) = (Arc::new(script), Arc::new(Mutex::new(0)), Arc::default());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (sender, script, count) = (sender.clone(), Arc::clone(&script), Arc::clone(&count));
                let hanging: Arc<Mutex<Vec<TcpStream>>> = Arc::clone(&hanging);
                std::thread::spawn(move || {
                    let mut stream = stream;
                    let Some(request) = read(&mut stream) else { return };
                    let number = {
                        let mut count = count.lock().expect("no thread panicked");
                        *count += 1;
                        *count - 1
                    };
                    // The test may have ended.
                    let _ended = sender.send(request);
                    match script(number) {
                        Act::Send(bytes) => drop(stream.write_all(&bytes)),
                        Act::Hang => hanging.lock().expect("no thread panicked").push(stream),
                    }
                });
            }
        });
        Self { url, requests }
    }

    /// Always answers with this status.
    pub(crate) fn always(status: u16) -> Self {
        Self::start(move |_| Act::status(status))
    }

    /// The next request that reached it, byte for byte.
    pub(crate) fn next(&self) -> Vec<u8> {
        self.requests.recv_timeout(PATIENCE).expect("a request reaches the target in time")
    }

    /// The body of the next request, as text.
    pub(crate) fn next_body(&self) -> String {
        body(&self.next())
    }

    /// The body of the next request, if it is there already.
    pub(crate) fn body_by_now(&self) -> Option<String> {
        self.requests.try_recv().ok().map(|request| body(&request))
    }

    /// True when nothing further has reached it by now.
    pub(crate) fn nothing_more(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

fn body(request: &[u8]) -> String {
    let request = String::from_utf8_lossy(request);
    request.split_once("\r\n\r\n").expect("a head ends with an empty line").1.to_owned()
}

/// Reads one request with the length it tells; `None` when the connection ends before.
fn read(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        request.extend_from_slice(&piece[..count]);
        let Some(end) = request.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |text| text.trim().parse().expect("a number"));
        if request.len() >= end + 4 + length {
            return Some(request);
        }
    }
}
