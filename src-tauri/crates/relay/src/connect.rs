//! A connection to a target: the first of its checked addresses that answers, and TLS over it where the URL asks for it.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_rustls::TlsConnector;
use url::Host;

use crate::target::{Names, Target};

/// How long one address is given before the next one is tried beside it (RFC 8305).
const HEAD_START: Duration = Duration::from_millis(250);

/// What a request needs of the world: how names become addresses, and whose certificates are believed.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// How names become addresses.
    pub names: Names,
    /// Whose certificates are believed.
    pub trust: Trust,
}

/// Whose certificates are believed.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// Those that this machine believes.
    #[default]
    System,
    /// Those that lead to one of these, and no others.
    Only(Arc<RootCertStore>),
}

/// Bytes in both directions.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// Connects to the first of these addresses that takes the connection.
pub(crate) async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut tries = JoinSet::new();
    for (place, address) in (0..).zip(addresses.iter().copied()) {
        tries.spawn(async move {
            if place > 0 {
                sleep(HEAD_START * place).await;
            }
            TcpStream::connect(address).await
        });
    }
    let mut failed = io::Error::other("there is no address");
    while let Some(tried) = tries.join_next().await {
        match tried {
            Ok(Ok(stream)) => {
                // A head and a short body leave in one packet either way; the last packet must not wait for the answer.
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Ok(Err(error)) => failed = error,
            Err(error) => failed = io::Error::other(error),
        }
    }
    Err(failed)
}

/// Makes a connection secret, after the server has shown a certificate for this very host.
pub(crate) async fn secure(stream: TcpStream, target: &Target, trust: &Trust) -> io::Result<Box<dyn Wire>> {
    let name = match &target.host {
        Host::Domain(name) => {
            ServerName::try_from(name.trim_end_matches('.').to_owned()).map_err(io::Error::other)?
        }
        Host::Ipv4(ip) => ServerName::IpAddress((*ip).into()),
        Host::Ipv6(ip) => ServerName::IpAddress((*ip).into()),
    };
    let connector = TlsConnector::from(config(trust).map_err(io::Error::other)?);
    Ok(Box::new(connector.connect(name, stream).await?))
}

fn config(trust: &Trust) -> Result<Arc<ClientConfig>, rustls::Error> {
    // The certificates of the system are read once; hundreds of them are parsed.
    static SYSTEM: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    match trust {
        Trust::Only(roots) => {
            let config = versions(ring)?.with_root_certificates(Arc::clone(roots)).with_no_client_auth();
            Ok(Arc::new(config))
        }
        Trust::System => {
            if let Some(known) = SYSTEM.get() {
                return Ok(Arc::clone(known));
            }
            let config = Arc::new(versions(ring)?.with_platform_verifier()?.with_no_client_auth());
            Ok(Arc::clone(SYSTEM.get_or_init(|| config)))
        }
    }
}

fn versions(
    provider: Arc<CryptoProvider>,
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, rustls::Error> {
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
}
