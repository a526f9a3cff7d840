//! The app from a folder of this machine, and its calls passed on to one server. The app's own policy
//! lets it speak with the address that it came from and no other, so a server needs no exception for
//! it: what a page on another address can't do, it still can't.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use baikoo_client_core::protocol::limits::BODY_BYTES_MAX;
use baikoo_client_core::sync;
use baikoo_client_core::transport::{Answer, Http, Piece, Transport};
use futures_util::stream;

/// Which server a call is meant for, as the app has it from the invitation.
const MEANT_FOR: &str = "x-baikoo-server";
/// What a call may carry besides its body.
const PASSED_ON: [&str; 2] = ["authorization", "x-baikoo-setup-code"];

struct Relay {
    server: String,
    http: Http,
}

/// The app's files, and under `/relay` the way to the server.
pub(crate) fn router(folder: PathBuf, server: String, http: Http) -> Router {
    let relay = Arc::new(Relay { server, http });
    Router::new()
        .route("/relay/server", get(name_server))
        .route("/relay/{*path}", get(pass_on).post(pass_on))
        // A call ends with the envelope that fills it.
        .layer(DefaultBodyLimit::max(2 * BODY_BYTES_MAX))
        .merge(baikoo_app_files::router(folder))
        .layer(middleware::from_fn(only_the_app))
        .with_state(relay)
}

/// The address up to its first path, if it is one of a server.
pub(crate) fn origin(address: &str) -> Option<String> {
    let address = address.trim().trim_end_matches('/');
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    (!host.is_empty() && host.bytes().all(is_plain)).then(|| address.to_owned())
}

/// A page of another address may not call, under whatever name it reaches this machine.
async fn only_the_app(request: Request, next: Next) -> Response {
    if is_the_app(request.headers(), request.uri().path()) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

fn is_the_app(headers: &HeaderMap, path: &str) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let host = text("host").unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_ours = matches!(text("sec-fetch-site"), None | Some("same-origin" | "none"));
    (host == "127.0.0.1" || host == "localhost") && (is_ours || !path.starts_with("/relay/"))
}

async fn name_server(State(relay): State<Arc<Relay>>) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], relay.server.clone()).into_response()
}

async fn pass_on(
    State(relay): State<Arc<Relay>>,
    Path(path): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // A workspace of another server: what is meant for that one goes to no other.
    if text(MEANT_FOR) != Some(&relay.server) || !path.starts_with("v1/") {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    let request = sync::Request {
        method: if method == Method::GET { sync::Method::Get } else { sync::Method::Post },
        url: format!("{}/{path}", relay.server),
        headers: PASSED_ON.iter().filter_map(|name| Some((*name, text(name)?.to_owned()))).collect(),
        body: body.into(),
    };
    let mut answer = relay.http.send(request).await;
    let status = match answer.next().await {
        Some(Piece::Status(status)) => StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY),
        _ => StatusCode::OK,
    };
    let pieces = stream::unfold(answer, |mut answer| async move {
        match answer.next().await {
            Some(Piece::Bytes(bytes)) => Some((Ok(Bytes::from(bytes)), answer)),
            Some(Piece::Status(_)) => Some((Ok(Bytes::new()), answer)),
            // The app is to see what happened here: a connection that broke, or none.
            Some(Piece::Failed) => Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), answer)),
            None => None,
        }
    });
    (status, [(header::CACHE_CONTROL, "no-store")], Body::from_stream(pieces)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_an_address_without_a_path() {
        for (given, found) in [
            ("https://example.org", Some("https://example.org")),
            (" https://example.org:8443/ ", Some("https://example.org:8443")),
            ("http://127.0.0.1:8780", Some("http://127.0.0.1:8780")),
            ("example.org", None),
            ("https://", None),
            ("https://example.org/a?b", None),
            ("https://who@example.org", None),
        ] {
            assert_eq!(origin(given).as_deref(), found, "{given}");
        }
    }

    #[test]
    fn no_page_of_another_address_may_call() {
        let asks = |host: &'static str, site: Option<&'static str>, path: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static(host));
            site.map(|site| headers.insert("sec-fetch-site", HeaderValue::from_static(site)));
            is_the_app(&headers, path)
        };
        assert!(asks("127.0.0.1:8790", Some("same-origin"), "/relay/v1/workspaces"));
        assert!(asks("127.0.0.1:8790", Some("cross-site"), "/"), "a link may lead here");
        assert!(!asks("127.0.0.1:8790", Some("cross-site"), "/relay/v1/workspaces"));
        assert!(!asks("127.0.0.1:8790", Some("same-site"), "/relay/server"));
        assert!(!asks("evil.example:8790", Some("same-origin"), "/relay/server"), "a name that points here");
    }
}
