//! Every route, on one screen.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};

use crate::limits::ADMISSION_BYTES_MAX;
use crate::node::Node;
use crate::routes::{health, sync, workspaces};
use crate::store::Store;

/// The service. With a folder, it also hands out the web app.
pub fn router<S: Store>(node: Arc<Node<S>>, app_folder: Option<PathBuf>) -> Router {
    let api = Router::new()
        .route("/v1/workspaces", post(workspaces::create::<S>))
        .route("/v1/{workspace}/enrol", post(workspaces::enrol::<S>))
        .layer(DefaultBodyLimit::max(ADMISSION_BYTES_MAX))
        .route("/v1/{workspace}/sync", post(sync::call::<S>))
        .route("/v1/{workspace}/events", get(sync::events::<S>))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready::<S>))
        .layer(middleware::map_response(no_store));
    match app_folder {
        Some(folder) => api.merge(baikoo_app_files::router(folder)),
        None => api,
    }
    .layer(middleware::from_fn_with_state(Arc::clone(&node), count::<S>))
    .with_state(node)
}

/// What the API says is for one device, once.
async fn no_store(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn count<S: Store>(State(node): State<Arc<Node<S>>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    node.metrics.answered(response.status().is_server_error());
    response
}
