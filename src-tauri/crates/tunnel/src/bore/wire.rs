//! What travels between a bore client and its server: JSON, each message ended by a zero byte and at most 256 bytes long.
//! The protocol is that of <https://github.com/ekzhang/bore>, version 0.6.

use std::io;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// The longest message.
const LONGEST: u64 = 256;

/// A UUID as the server wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Id(String);

/// A message to the server.
#[derive(Debug, Serialize)]
pub(super) enum ToServer {
    /// The answer to a challenge.
    Authenticate(String),
    /// Asks for a public port; 0 is any.
    Hello(u16),
    /// This connection carries that request from here on.
    Accept(Id),
}

/// A message from the server.
#[derive(Debug, Deserialize)]
pub(super) enum FromServer {
    /// To be answered with the secret.
    Challenge(Id),
    /// The public port.
    Hello(u16),
    /// It is there.
    Heartbeat,
    /// Somebody connected.
    Connection(Id),
    /// It ends here.
    Error(String),
}

/// A connection to the server.
#[derive(Debug)]
pub(super) struct Wire(BufReader<TcpStream>);

impl Wire {
    pub(super) fn new(socket: TcpStream) -> Self {
        let _undelayed = socket.set_nodelay(true);
        Self(BufReader::new(socket))
    }

    /// The next message. May be dropped only together with the connection: what it has read is lost.
    pub(super) async fn receive(&mut self) -> io::Result<FromServer> {
        let mut message = Vec::new();
        (&mut self.0).take(LONGEST + 1).read_until(0, &mut message).await?;
        match message.pop() {
            Some(0) => serde_json::from_slice(&message)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error)),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
            Some(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "a message without end")),
        }
    }

    pub(super) async fn send(&mut self, message: &ToServer) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(message)?;
        bytes.push(0);
        self.0.write_all(&bytes).await?;
        self.0.flush().await
    }

    /// The connection with what was read ahead of it.
    pub(super) fn into_stream(self) -> BufReader<TcpStream> {
        self.0
    }
}

/// The answer to a challenge: an HMAC of the UUID's bytes under the secret's hash.
pub(super) fn answer(secret: &str, challenge: &Id) -> String {
    let digits: String = challenge.0.chars().filter(char::is_ascii_hexdigit).collect();
    let bytes = HEXLOWER.decode(digits.to_ascii_lowercase().as_bytes()).unwrap_or_default();
    let key = Sha256::digest(secret.as_bytes());
    let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap_or_else(|_| unreachable!("HMAC takes any key"));
    HEXLOWER.encode(&mac.chain_update(bytes).finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::{FromServer, Id, ToServer, Wire, answer};
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::{TcpListener, TcpStream};

    #[test]
    fn a_challenge_is_answered_as_the_public_server_expects() {
        // Made with bore-cli's own Authenticator in the loopback tests; here from `openssl dgst`.
        let id = Id("00112233-4455-6677-8899-aabbccddeeff".to_owned());
        assert_eq!(answer("hush", &id), ANSWER);
        let other = Id("00112233445566778899AABBCCDDEEFF".to_owned());
        assert_eq!(answer("hush", &other), ANSWER, "the bytes count, not their spelling");
    }

    const ANSWER: &str = "f7afd100109f395462672828949eb9996ad56efecdcd1c3da2f1ebff3ba92cbc";

    #[test]
    fn messages_are_written_as_the_public_server_reads_them() {
        let id = Id("00112233-4455-6677-8899-aabbccddeeff".to_owned());
        let table = [
            (ToServer::Hello(7), r#"{"Hello":7}"#),
            (ToServer::Authenticate("ab".to_owned()), r#"{"Authenticate":"ab"}"#),
            (ToServer::Accept(id), r#"{"Accept":"00112233-4455-6677-8899-aabbccddeeff"}"#),
        ];
        for (message, expected) in table {
            assert_eq!(serde_json::to_string(&message).expect("JSON"), expected);
        }
    }

    async fn received(sent: &[u8]) -> Result<Vec<FromServer>, std::io::Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut server = TcpStream::connect(listener.local_addr()?).await?;
        server.write_all(sent).await?;
        server.shutdown().await?;
        let mut wire = Wire::new(listener.accept().await?.0);
        let mut found = Vec::new();
        loop {
            match wire.receive().await {
                Ok(message) => found.push(message),
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(found),
                Err(error) => return Err(error),
            }
        }
    }

    #[tokio::test]
    async fn a_server_that_speaks_nonsense_is_not_listened_to() {
        let good = received(b"\"Heartbeat\"\0{\"Connection\":\"x\"}\0{\"Error\":\"no\"}\0")
            .await
            .expect("three messages");
        assert!(
            matches!(&good[..], [FromServer::Heartbeat, FromServer::Connection(_), FromServer::Error(_)]),
            "{good:?}"
        );
        for bad in [
            &b"\0"[..],
            b"{\"Hello\":99999}\0",
            b"GET / HTTP/1.1\r\n\r\n",
            &[b'a'; 10_000],
            b"{\"Wipe\":1}\0",
        ] {
            assert!(received(bad).await.is_err(), "{:?}", &bad[..bad.len().min(30)]);
        }
    }
}
