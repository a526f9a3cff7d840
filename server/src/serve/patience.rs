//! Time-outs that hyper does not have: for a body that stalls, an answer that nobody takes, and a
//! request as a whole.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::StreamExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use hyper::{Response, header};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use super::Ongoing;

/// When a request must be over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Instant);

impl Deadline {
    pub(super) fn after(time: Duration) -> Self {
        Self(now() + time)
    }

    pub(super) fn left(self) -> Duration {
        self.0.saturating_duration_since(now())
    }
}

// Tokio's clock, not the world's: it times out, it dates nothing.
fn now() -> Instant {
    Instant::now()
}

/// A request's body whose next piece must come in time.
pub(super) struct PatientBody<B> {
    body: B,
    idle: Duration,
    deadline: Deadline,
    /// Runs while a piece is waited for: how long this server takes over one is not the client's fault.
    timer: Option<Pin<Box<Sleep>>>,
}

impl<B> PatientBody<B> {
    pub(super) fn new(body: B, idle: Duration, deadline: Deadline) -> Self {
        Self { body, idle, deadline, timer: None }
    }
}

impl<B> HttpBody for PatientBody<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(piece) = Pin::new(&mut self.body).poll_frame(context) {
            self.timer = None;
            return Poll::Ready(piece.map(|piece| piece.map_err(axum::Error::new)));
        }
        let end = self.deadline.0.min(now() + self.idle);
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Some(Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Gives an answer its time. One that goes on by itself ends when the server stops.
pub(super) fn bound(
    response: Response<Body>,
    deadline: Deadline,
    mut stopped: watch::Receiver<bool>,
) -> Response<Body> {
    let is_ongoing = response.extensions().get::<Ongoing>().is_some();
    // A body of known length is in memory, and so done as soon as the client takes it.
    if response.headers().contains_key(header::CONTENT_LENGTH)
        || response.body().size_hint().exact().is_some()
    {
        return response;
    }
    response.map(|body| {
        let pieces = body.into_data_stream();
        if is_ongoing {
            let end = async move { stopped.wait_for(|stopped| *stopped).await.is_ok() };
            return Body::from_stream(pieces.take_until(end));
        }
        Body::from_stream(futures_util::stream::unfold(Some(pieces), move |pieces| async move {
            let mut pieces = pieces?;
            match timeout_at(deadline.0, pieces.next()).await {
                Ok(piece) => piece.map(|piece| (piece, Some(pieces))),
                Err(_) => Some((Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut))), None)),
            }
        }))
    })
}

/// A connection whose other end must take what is written to it.
pub(super) struct PatientStream<T> {
    inner: T,
    idle: Duration,
    /// Runs while a write waits.
    timer: Option<Pin<Box<Sleep>>>,
}

impl<T> PatientStream<T> {
    pub(super) fn new(inner: T, idle: Duration) -> Self {
        Self { inner, idle, timer: None }
    }

    fn wait<R>(&mut self, written: Poll<io::Result<R>>, context: &mut Context<'_>) -> Poll<io::Result<R>> {
        if written.is_ready() {
            self.timer = None;
            return written;
        }
        let end = now() + self.idle;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for PatientStream<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for PatientStream<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.wait(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(context, bytes);
        self.wait(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use http_body_util::BodyExt;

    use super::*;

    /// Each second time it is asked it has a piece; in between somebody has to fetch it.
    struct Halting(bool);

    impl HttpBody for Halting {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0 = !self.0;
            if self.0 {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"a piece")))))
        }
    }

    // The clock stands, and jumps to whatever is waited for.
    #[tokio::test(start_paused = true)]
    async fn what_this_server_takes_over_a_piece_is_not_the_clients_time() {
        let idle = Duration::from_millis(300);
        let mut body = PatientBody::new(Halting(false), idle, Deadline::after(Duration::from_secs(3_600)));
        for _ in 0..2 {
            assert!(body.frame().await.expect("it has no end").is_ok());
            tokio::time::sleep(idle + idle / 2).await;
        }
    }
}
