//! The web app, from a folder: static files, with headers that let nothing else in. The server hands
//! them out, and so does `baikoo app` for those who trust no server's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// No script, style, frame or connection but the app's own; nothing inline.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; worker-src 'self'; \
    manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; \
    require-trusted-types-for 'script'; trusted-types svelte-trusted-html baikoo";

const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("permissions-policy", "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()"),
];

/// Files in here have a hash in their names, so they never change.
const HASHED_FOLDER: &str = "assets";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const INDEX: &str = "index.html";

/// Answers every path that is not a call.
pub fn router<S: Clone + Send + Sync + 'static>(folder: PathBuf) -> Router<S> {
    Router::new().fallback_service(axum::routing::any(file).with_state(Arc::from(folder)))
}

async fn file(State(folder): State<Arc<Path>>, request: Request) -> Response {
    let mut response = match *request.method() {
        Method::GET | Method::HEAD => find(&folder, request.uri().path(), request.headers()).await,
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

async fn find(folder: &Path, path: &str, headers: &HeaderMap) -> Response {
    if path == "/v1" || path.starts_with("/v1/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    if let Some(name) = name_of(path)
        && let Some(response) = read(folder, &name, headers).await
    {
        return response;
    }
    // A missing asset is an error: the page would be no script. Anything else is a place in the app.
    if path.trim_start_matches('/').starts_with(HASHED_FOLDER) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let index = read(folder, INDEX, headers).await;
    index.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// The file's name under the folder. Only plain names pass: nothing hidden, nothing escaped, no
/// way up.
fn name_of(path: &str) -> Option<String> {
    let name = path.strip_prefix('/')?;
    let is_plain = |segment: &str| {
        !segment.is_empty()
            && !segment.starts_with('.')
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    name.split('/').all(is_plain).then(|| name.to_owned())
}

async fn read(folder: &Path, name: &str, headers: &HeaderMap) -> Option<Response> {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let accepts = |coding: &str| {
        accepted.split(',').any(|offer| {
            let (name, quality) = offer.split_once(';').unwrap_or((offer, ""));
            name.trim() == coding && quality.trim() != "q=0"
        })
    };
    for (coding, suffix) in [("br", ".br"), ("gzip", ".gz")] {
        if accepts(coding)
            && let Some(bytes) = load(folder, &format!("{name}{suffix}")).await
        {
            let mut response = respond(name, bytes, headers);
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            return Some(response);
        }
    }
    let bytes = load(folder, name).await?;
    Some(respond(name, bytes, headers))
}

async fn load(folder: &Path, name: &str) -> Option<Vec<u8>> {
    // A link may point out of the folder; what it points at is not the app's.
    let path = tokio::fs::canonicalize(folder.join(name)).await.ok()?;
    let root = tokio::fs::canonicalize(folder).await.ok()?;
    if !path.starts_with(root) || !tokio::fs::metadata(&path).await.ok()?.is_file() {
        return None;
    }
    tokio::fs::read(path).await.ok()
}

fn respond(name: &str, bytes: Vec<u8>, headers: &HeaderMap) -> Response {
    let is_hashed = name.split('/').next() == Some(HASHED_FOLDER);
    let caching = if is_hashed { FOR_EVER } else { "no-cache" };
    let tag = format!("\"{}\"", &blake3::hash(&bytes).to_hex()[..32]);
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let head = [
        (header::CONTENT_TYPE, media_type(name).to_owned()),
        (header::CACHE_CONTROL, caching.to_owned()),
        (header::VARY, "accept-encoding".to_owned()),
        (header::ETAG, tag),
    ];
    if is_known {
        (StatusCode::NOT_MODIFIED, head).into_response()
    } else {
        (head, Body::from(bytes)).into_response()
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The hash over all files of the build in a folder: the one that the app shows in its settings.
/// `None` if no built app is there.
pub fn build_hash(folder: &Path) -> Option<String> {
    let worker = std::fs::read_to_string(folder.join("sw.js")).ok()?;
    let is_hash =
        |word: &&str| word.len() == 64 && word.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
    worker.split(|char: char| !char.is_ascii_alphanumeric()).find(is_hash).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_pass() {
        for name in ["/index.html", "/assets/app-3f2a.js", "/locales/ky/form.json"] {
            assert_eq!(name_of(name).as_deref(), name.strip_prefix('/'));
        }
        for name in
            ["", "/", "//etc/passwd", "/../x", "/a/../../x", "/.git/config", "/a%2e%2e/x", "/a\\..\\x", "/a/"]
        {
            assert_eq!(name_of(name), None, "{name}");
        }
    }
}
