//! HTTP/1.1 by reqwest with rustls, for everything that is not a browser. No cookies, no redirects,
//! no user agent: nothing that tells one installation from another.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, Response};

use super::{Answer, Piece, Transport};
use crate::error::ClientError;
use crate::sync::{Method, Request};

/// How long to wait for a connection, and for the next bytes.
const CONNECT: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_secs(60);

/// The transport.
#[derive(Debug, Clone)]
pub struct Http(Client);

impl Http {
    /// A transport that trusts the platform's usual roots (on Android Mozilla's), and `extra_root`
    /// (PEM) if given.
    ///
    /// # Errors
    /// [`ClientError::BadInput`] for a certificate that can't be read.
    pub fn new(extra_root: Option<&[u8]>) -> Result<Self, ClientError> {
        // Twice is harmless: the first provider stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder()
            .redirect(Policy::none())
            .http1_only()
            .no_proxy()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE);
        let extra_root = extra_root.map(Certificate::from_pem).transpose();
        let extra_root = extra_root.map_err(|_| ClientError::BadInput("certificate".to_owned()))?;
        trust(builder, extra_root).build().map(Self).map_err(|_| ClientError::Internal(None))
    }
}

/// The platform's roots, and one more.
#[cfg(not(target_os = "android"))]
fn trust(builder: ClientBuilder, extra_root: Option<Certificate>) -> ClientBuilder {
    match extra_root {
        Some(root) => builder.add_root_certificate(root),
        None => builder,
    }
}

/// Mozilla's roots, and one more. Android gives its own only to Java, and a library that waits for an
/// app to hand them over panics in the app that forgot it. Authorities that somebody added to the
/// phone are not believed, which is as well.
#[cfg(target_os = "android")]
fn trust(builder: ClientBuilder, extra_root: Option<Certificate>) -> ClientBuilder {
    let mozilla = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let mozilla = mozilla.filter_map(|root| Certificate::from_der(root).ok());
    builder.tls_certs_only(mozilla.chain(extra_root))
}

impl Transport for Http {
    type Answer = HttpAnswer;

    async fn send(&self, request: Request) -> HttpAnswer {
        let mut builder = match request.method {
            Method::Get => self.0.get(&request.url),
            Method::Post => self.0.post(&request.url).body(request.body),
        };
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        HttpAnswer { response: builder.send().await.ok(), begun: false }
    }
}

/// An answer over HTTP.
#[derive(Debug)]
pub struct HttpAnswer {
    response: Option<Response>,
    begun: bool,
}

impl Answer for HttpAnswer {
    async fn next(&mut self) -> Option<Piece> {
        let Some(response) = &mut self.response else { return Some(Piece::Failed) };
        if !self.begun {
            self.begun = true;
            return Some(Piece::Status(response.status().as_u16()));
        }
        match response.chunk().await {
            Ok(Some(bytes)) => Some(Piece::Bytes(bytes.to_vec())),
            Ok(None) => None,
            Err(_) => Some(Piece::Failed),
        }
    }
}
