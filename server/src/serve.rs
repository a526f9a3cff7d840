//! The way in: an accept loop with bounds on everything that a client could draw out.
//!
//! A connection that says nothing, half a head, a body that stalls, an answer that nobody takes:
//! each has its time, and is then closed. Addresses are counted in memory and written nowhere.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::limits::{HEAD_BYTES_MAX, Limits};
use crate::metrics::Metrics;
use crate::node::Node;
use crate::router::router;
use crate::store::Store;

mod admit;
mod patience;

use admit::Gate;
use patience::{Deadline, PatientBody, PatientStream};

/// Marks an answer that goes on for as long as the client listens, within its own lifetime.
#[derive(Debug, Clone, Copy)]
pub struct Ongoing;

/// Where and how to listen.
#[derive(Default)]
pub struct Listen {
    /// The address; port 0 takes any that is free.
    pub address: Option<SocketAddr>,
    /// With TLS, or without, behind a proxy.
    pub tls: Option<TlsAcceptor>,
    /// The web app's folder.
    pub app_folder: Option<PathBuf>,
    /// Where to hand out metrics. Nobody else should reach it.
    pub metrics_address: Option<SocketAddr>,
}

/// A server that runs until it is told to stop.
pub struct RunningServer {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it hands out metrics.
    pub metrics_address: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl RunningServer {
    /// Takes no more connections, lets requests in flight end, and returns when all is closed.
    pub async fn shutdown(self) {
        // Tasks that have ended already need not hear it.
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

/// Starts to listen, and returns once connections are taken.
///
/// # Errors
/// When an address can't be bound.
pub async fn start<S: Store>(node: Arc<Node<S>>, listen: Listen) -> io::Result<RunningServer> {
    let (stop, stopped) = watch::channel(false);
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = TcpListener::bind(listen.address.unwrap_or(loopback)).await?;
    let address = listener.local_addr()?;
    let (limits, metrics) = (node.limits.clone(), Arc::clone(&node.metrics));
    let door = Door {
        routes: router(node, listen.app_folder),
        tls: listen.tls,
        gate: Gate::new(limits.connections, limits.connections_per_network),
        limits: limits.clone(),
        metrics: Arc::clone(&metrics),
        stopped: stopped.clone(),
    };
    let mut tasks = vec![tokio::spawn(accept(Arc::new(door), listener))];
    let mut metrics_address = None;
    if let Some(wanted) = listen.metrics_address {
        let listener = TcpListener::bind(wanted).await?;
        metrics_address = Some(listener.local_addr()?);
        let routes = Router::new().route(
            "/metrics",
            axum::routing::get({
                let metrics = Arc::clone(&metrics);
                async move || metrics.to_text()
            }),
        );
        let gate = Gate::new(limits.connections, limits.connections_per_network);
        let door = Door { routes, tls: None, gate, limits, metrics: Arc::default(), stopped };
        tasks.push(tokio::spawn(accept(Arc::new(door), listener)));
    }
    Ok(RunningServer { address, metrics_address, stop, tasks })
}

/// What every connection needs.
struct Door {
    routes: Router,
    tls: Option<TlsAcceptor>,
    gate: Gate,
    limits: Limits,
    metrics: Arc<Metrics>,
    stopped: watch::Receiver<bool>,
}

/// How long to wait when the machine has no more file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

async fn accept(door: Arc<Door>, listener: TcpListener) {
    let mut connections = JoinSet::new();
    let mut stopped = door.stopped.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.wait_for(|stopped| *stopped) => break,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, peer)) => match door.gate.admit(peer.ip()) {
                Some(ticket) => {
                    let door = Arc::clone(&door);
                    connections.spawn(async move {
                        door.metrics.connected();
                        door.greet(stream).await;
                        door.metrics.disconnected();
                        drop(ticket);
                    });
                }
                None => door.metrics.connection_refused(),
            },
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
    drop(listener);
    let all_closed = async { while connections.join_next().await.is_some() {} };
    let _ = timeout(door.limits.shutdown_grace, all_closed).await;
    connections.shutdown().await;
}

impl Door {
    async fn greet(&self, stream: TcpStream) {
        // Frames are written whole, so waiting for more would only cost a round trip.
        let _ = stream.set_nodelay(true);
        let stream = PatientStream::new(stream, self.limits.write_idle_timeout);
        match &self.tls {
            None => self.talk(stream).await,
            Some(tls) => {
                if let Ok(Ok(stream)) = timeout(self.limits.head_timeout, tls.accept(stream)).await {
                    self.talk(stream).await;
                }
            }
        }
    }

    async fn talk(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let service = service_fn(|request| self.answer(request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head_timeout)
            .max_buf_size(HEAD_BYTES_MAX.max(8192))
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        let mut stopped = self.stopped.clone();
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = stopped.wait_for(|stopped| *stopped) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }

    fn answer(
        &self,
        request: hyper::Request<Incoming>,
    ) -> impl Future<Output = Result<hyper::Response<Body>, std::convert::Infallible>> + Send + use<> {
        let routes = self.routes.clone();
        let deadline = Deadline::after(self.limits.request_timeout);
        let idle = self.limits.body_idle_timeout;
        let stopped = self.stopped.clone();
        async move {
            let request = request.map(|body| Body::new(PatientBody::new(body, idle, deadline)));
            let Ok(response) = timeout(deadline.left(), routes.oneshot(request)).await else {
                return Ok(hyper::Response::builder()
                    .status(hyper::StatusCode::REQUEST_TIMEOUT)
                    .header(hyper::header::CONNECTION, "close")
                    .body(Body::empty())
                    .unwrap_or_default());
            };
            let response = response.unwrap_or_else(|never| match never {});
            Ok(patience::bound(response, deadline, stopped))
        }
    }
}
