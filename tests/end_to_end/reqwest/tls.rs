//! TLS to the gateway, against a server on a loopback port: certificates on both sides, versions.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, serve::Listener};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{Certificate, Identity, tls::Version};
use sealwire::server::GATEWAY_PATH;
use sealwire_reqwest::{Client, ClientBuilder, Error};
use sealwire_tower::SealwireLayer;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig, SupportedProtocolVersion,
        crypto::ring,
        pki_types::PrivateKeyDer,
        server::WebPkiClientVerifier,
        version::{TLS12, TLS13},
    },
    server::TlsStream,
};
use tower_layer::Layer as _;

use crate::{recipient, server};

const HOST: &str = "gw.example";
const URL: &str = "https://api.example.com/";

type Root = CertifiedIssuer<'static, KeyPair>;

fn root() -> Root {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for that name, signed by the root, and its key.
fn issue(root: &Root, name: &str) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    (params.signed_by(&key, root).unwrap(), key)
}

/// What a server shows, whom it asks to show something, and which versions it speaks.
struct Tls<'a> {
    shows: &'a Root,
    asks: Option<&'a Root>,
    versions: &'a [&'static SupportedProtocolVersion],
}

fn server_config(tls: &Tls<'_>) -> ServerConfig {
    let (certificate, key) = issue(tls.shows, HOST);
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_protocol_versions(tls.versions).unwrap();
    let builder = match tls.asks {
        None => builder.with_no_client_auth(),
        Some(root) => {
            let mut roots = RootCertStore::empty();
            roots.add(root.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    builder.with_single_cert(vec![certificate.der().clone()], key).unwrap()
}

struct TlsListener(TcpListener, TlsAcceptor);

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            let (stream, address) = self.0.accept().await.unwrap();
            if let Ok(stream) = self.1.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A sealed server behind TLS, and how many requests came through that.
async fn serve(tls: Tls<'_>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let listener = TlsListener(listener, Arc::new(server_config(&tls)).into());
    let requests = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&requests);
    let count = move |request: axum::extract::Request| {
        counting.fetch_add(1, Ordering::SeqCst);
        async move { request }
    };
    let sealed = SealwireLayer::new(server().0);
    let sealed = sealed.layer(Router::new().fallback(|| async { "tea" }));
    let app = Router::new().fallback_service(sealed).layer(axum::middleware::map_request(count));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, requests)
}

/// A client that trusts that root and no other.
fn pinning(root: &Root) -> reqwest::ClientBuilder {
    let root = Certificate::from_der(root.der()).unwrap();
    reqwest::Client::builder().no_proxy().tls_certs_only([root])
}

fn builder(address: SocketAddr, http: reqwest::ClientBuilder) -> ClientBuilder {
    let gateway = format!("https://{HOST}:{}{GATEWAY_PATH}", address.port());
    Client::builder(recipient(&server().1))
        .gateway(gateway.parse().unwrap())
        .http(http.resolve(HOST, address))
}

async fn call(builder: ClientBuilder) -> Result<String, Error> {
    Ok(builder.build().unwrap().get(URL).send().await?.text().await.unwrap())
}

const BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];

#[tokio::test]
async fn a_pinned_root_is_trusted_and_no_other() {
    let (ours, other) = (root(), root());
    let (address, requests) = serve(Tls { shows: &ours, asks: None, versions: BOTH }).await;
    assert_eq!(call(builder(address, pinning(&ours))).await.unwrap(), "tea");
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    // Neither the other root nor those of the system vouch for it.
    for http in [pinning(&other), reqwest::Client::builder().no_proxy()] {
        let error = call(builder(address, http)).await.unwrap_err();
        assert!(error.is_connect() && error.is_not_sent(), "{error:?}");
    }
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_identity_of_a_client_is_shown() {
    let (ours, theirs) = (root(), root());
    let tls = Tls { shows: &ours, asks: Some(&theirs), versions: BOTH };
    let (address, requests) = serve(tls).await;
    let identity = |root: &Root| {
        let (certificate, key) = issue(root, "device.example");
        Identity::from_pem((certificate.pem() + &key.serialize_pem()).as_bytes()).unwrap()
    };
    let http = pinning(&ours).identity(identity(&theirs));
    assert_eq!(call(builder(address, http)).await.unwrap(), "tea");
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    // In TLS 1.3 a client can have sent its first bytes when it is refused: what matters is that
    // they came to nothing.
    for http in [pinning(&ours), pinning(&ours).identity(identity(&ours))] {
        assert!(call(builder(address, http)).await.is_err());
    }
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

/// What reqwest was given as a minimum is replaced.
#[tokio::test]
async fn tls_1_2_is_the_least_unless_1_3_is_asked_for() {
    let ours = root();
    for (versions, is_old) in [(&[&TLS12][..], true), (&[&TLS13], false), (BOTH, false)] {
        let (address, _) = serve(Tls { shows: &ours, asks: None, versions }).await;
        for minimum in [Version::TLS_1_0, Version::TLS_1_2] {
            let http = pinning(&ours).tls_version_min(minimum);
            assert_eq!(call(builder(address, http)).await.unwrap(), "tea");
            let http = pinning(&ours).tls_version_min(minimum);
            match call(builder(address, http).tls_1_3_only()).await {
                Ok(text) => assert!(!is_old && text == "tea"),
                Err(error) => assert!(is_old && error.is_connect() && error.is_not_sent()),
            }
        }
    }
    let http = pinning(&ours).tls_version_max(Version::TLS_1_2);
    let contradictory = builder(SocketAddr::from(([127, 0, 0, 1], 1)), http).tls_1_3_only();
    assert!(contradictory.build().is_err_and(|error| error.is_not_sent()));
}

/// A server that speaks nothing newer than TLS 1.1, as far as its first message.
#[tokio::test]
async fn tls_1_1_is_refused_before_anything_is_sent() {
    // Record: handshake, TLS 1.1. ServerHello: TLS 1.1, random, no session,
    // TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, no compression.
    let mut hello = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0xC0, 0x13, 0]);
    let ours = root();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let http = pinning(&ours).tls_version_min(Version::TLS_1_0);
    let called = tokio::spawn(call(builder(address, http)));
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut header = [0; 5];
    stream.read_exact(&mut header).await.unwrap();
    let mut client_hello = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    stream.read_exact(&mut client_hello).await.unwrap();
    stream.write_all(&hello).await.unwrap();
    let error = called.await.unwrap().unwrap_err();
    assert!(error.is_connect() && error.is_not_sent(), "{error:?}");
    // What came after the ClientHello is an alert, and no more.
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert_eq!((rest.len(), rest[0]), (7, 0x15));
}
