//! The same over TLS, with a certificate that the test makes and believes.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use afterchat_relay::{Outside, Trust, send};
use rcgen::{CertificateParams, CertifiedKey, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::standin::{Does, SOON, answers, names, request, serve};

fn certificate(name: &str, expired: bool) -> CertifiedKey<KeyPair> {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    if expired {
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        params.not_before = rcgen::date_time_ymd(2019, 1, 1);
    }
    let signing_key = KeyPair::generate().expect("a key");
    CertifiedKey { cert: params.self_signed(&signing_key).expect("a certificate"), signing_key }
}

fn believing(certificate: &CertificateDer<'static>) -> Trust {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).expect("a certificate");
    Trust::Only(Arc::new(roots))
}

/// Takes one request over TLS; `None` when the client did not want to go on.
async fn server(made: &CertifiedKey<KeyPair>, does: Does) -> (SocketAddr, JoinHandle<Option<Vec<u8>>>) {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a certificate and its key");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.expect("a connection");
        let secured = TlsAcceptor::from(Arc::new(config)).accept(socket).await.ok()?;
        Some(serve(secured, "{}", does).await)
    });
    (address, serving)
}

fn outside(trust: Trust) -> Outside {
    let listed = names(&[("app.localhost", IpAddr::V4(Ipv4Addr::LOCALHOST))]);
    Outside { trust, ..listed }
}

#[tokio::test]
async fn a_request_arrives_exactly_as_it_stands_over_tls() {
    for name in ["app.localhost", "127.0.0.1"] {
        let made = certificate(name, false);
        let (address, serving) = server(&made, answers("HTTP/1.1 200 OK\r\nX: y\r\n\r\nuntil the end")).await;
        let url = format!("https://{name}:{}/a", address.port());
        let sent = request("POST", &url, &[("x-B", "1")], b"{}");
        let answer = outside(believing(made.cert.der())).send(&sent, SOON).await.expect("an answer");
        assert_eq!((answer.status, &answer.body[..]), (200, &b"until the end"[..]));
        assert!(
            answer.took.secured.is_some_and(|secured| secured >= answer.took.connected),
            "{:?}",
            answer.took
        );
        let host = format!("{name}:{}", address.port());
        let expected = format!("POST /a HTTP/1.1\r\nHost: {host}\r\nx-B: 1\r\nContent-Length: 2\r\n\r\n{{}}");
        let arrived = serving.await.expect("the server ends").expect("a secret connection");
        assert_eq!(String::from_utf8_lossy(&arrived), expected);
    }
}

#[tokio::test]
async fn who_cannot_show_who_they_are_is_told_nothing() {
    let (right, other) = (certificate("app.localhost", false), certificate("other.localhost", false));
    let expired = certificate("app.localhost", true);
    for (made, trust, why) in [
        (&right, believing(other.cert.der()), "nobody vouches for it"),
        (&right, Trust::System, "this machine does not know it"),
        (&other, believing(other.cert.der()), "it is for another name"),
        (&expired, believing(expired.cert.der()), "its time is over"),
    ] {
        let (address, serving) = server(made, answers("HTTP/1.1 200 OK\r\n\r\n")).await;
        let sent = request("POST", &format!("https://app.localhost:{}/", address.port()), &[], b"{}");
        let error = outside(trust).send(&sent, SOON).await.expect_err(why);
        assert_eq!(error.code(), "target_not_trusted", "{why}: {error}");
        assert!(error.nothing_was_sent(), "{why}");
        assert_eq!(serving.await.expect("the server ends"), None, "{why}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_no_secure_one() {
    let (address, _) = crate::standin::server("", answers("HTTP/1.1 200 OK\r\n\r\n")).await;
    let sent = request("POST", &format!("https://127.0.0.1:{}/", address.port()), &[], b"{}");
    let error = send(&sent, SOON).await.expect_err("no TLS");
    assert_eq!(error.code(), "target_not_trusted", "{error}");
}
