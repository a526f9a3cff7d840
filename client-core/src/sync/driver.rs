//! The loop that does what the engine asks for, over a transport: the only place in this folder
//! that waits. Between two steps it lets go of the client, so that a screen can use it meanwhile.

use std::cell::RefCell;

use crate::client::Client;
use crate::env::Env;
use crate::error::ClientError;
use crate::transport::{Answer as _, Piece, Transport};

use super::backoff;
use super::engine::{Effect, Input, Request, SyncEngine};

/// Lends the client and its engine for one step.
pub trait Access {
    /// Lends them; `None` if the workspace has been locked meanwhile.
    fn with<R>(&self, step: impl FnOnce(&mut Client, &mut SyncEngine) -> R) -> Option<R>;
}

/// Gives the engine an input and carries on until it wants nothing sent any more. `progress` is
/// called whenever the status may have changed. Answers when the engine wants to be woken.
///
/// # Errors
/// Of this device's own database, and what went wrong on the line or at the server. Everything
/// that had come through is kept.
pub async fn exchange(
    access: &impl Access,
    transport: &impl Transport,
    input: Input,
    progress: impl Fn(),
) -> Result<Option<i64>, ClientError> {
    let step = |input| access.with(|client, engine| engine.handle(client, input));
    let Some(effects) = step(input) else { return Ok(None) };
    let (mut request, mut wake_ms) = sort(effects?);
    // Only who sends hangs up: an input that found the engine busy leaves the call alone.
    let _line = request.is_some().then(|| Line(access));
    while let Some(next) = request.take() {
        progress();
        let mut answer = transport.send(next).await;
        loop {
            let input = match answer.next().await {
                Some(Piece::Status(status)) => Input::Status(status),
                Some(Piece::Bytes(bytes)) => Input::Bytes(bytes),
                Some(Piece::Failed) => Input::Failed,
                None => Input::Finished,
            };
            let last = matches!(input, Input::Failed | Input::Finished);
            let Some(effects) = step(input) else { return Ok(None) };
            let (sent, wake) = sort(effects?);
            wake_ms = wake.or(wake_ms);
            request = sent;
            progress();
            let busy = access.with(|_, engine| engine.is_busy()).unwrap_or(false);
            if last || request.is_some() || !busy {
                break;
            }
        }
    }
    match access.with(|_, engine| engine.take_trouble()).flatten() {
        Some(trouble) => Err(trouble),
        None => Ok(wake_ms),
    }
}

/// Listens to the server, and calls `news` when it is there and whenever it says that there is more:
/// [`Input::News`] is what to make of that. Then it takes no notice for a while, however often the
/// server says so: `pause` waits for so many milliseconds. Ends when the line does or the workspace is
/// locked, and answers whether the server was heard at all. A device that is no coordinator's has
/// nothing to listen to.
pub async fn listen<P: Future<Output = ()>>(
    access: &impl Access,
    transport: &impl Transport,
    news: impl Fn(),
    pause: impl Fn(i64) -> P,
) -> bool {
    let request = access.with(|client, _| client.events_request()).flatten();
    let Some(request) = request else { return false };
    hear(request, transport, news, pause, || access.with(|_, _| ()).is_some()).await
}

async fn hear<P: Future<Output = ()>>(
    request: Request,
    transport: &impl Transport,
    news: impl Fn(),
    pause: impl Fn(i64) -> P,
    goes_on: impl Fn() -> bool,
) -> bool {
    let mut answer = transport.send(request).await;
    let (mut taken, mut heard, mut line) = (false, false, Vec::new());
    while let Some(piece) = answer.next().await {
        let (mut here, mut more) = (false, false);
        match piece {
            Piece::Status(200) => taken = true,
            Piece::Bytes(bytes) if taken => (here, more) = read(&bytes, &mut line),
            _ => break,
        }
        if !goes_on() {
            break;
        }
        // At first, for what came while nobody listened.
        if more || here && !heard {
            heard = true;
            news();
            pause(NEWS_PAUSE_MS).await;
        }
    }
    heard
}

/// Whether one of these bytes ends a line that says no more than that the server is there, or one that
/// is an event and begins with `data`: what else that says does not matter. A page that somebody on the
/// way has put in the server's place has neither.
fn read(bytes: &[u8], line: &mut Vec<u8>) -> (bool, bool) {
    let (mut here, mut more) = (false, false);
    for byte in bytes {
        match byte {
            b'\n' => {
                here |= line.starts_with(b": here");
                more |= line.starts_with(b"data");
                line.clear();
            }
            _ if line.len() < LINE_BYTES_MAX => line.push(*byte),
            _ => {}
        }
    }
    (here, more)
}

/// Listens again and again, until the workspace is locked. `pause` waits for so many milliseconds.
pub async fn keep_listening<P: Future<Output = ()>>(
    access: &impl Access,
    transport: &impl Transport,
    news: impl Fn(),
    pause: impl Fn(i64) -> P,
) {
    let mut failures = 0;
    loop {
        let heard = listen(access, transport, &news, &pause).await;
        let Some(dice) = access.with(|client, _| client.env.random()) else { return };
        pause(patience_ms(&mut failures, heard, dice)).await;
    }
}

/// The same for a front end that does not keep the workspace open: `request` is from
/// [`Client::events_request`]. It never ends by itself.
pub async fn keep_hearing<P: Future<Output = ()>>(
    request: Request,
    transport: &impl Transport,
    news: impl Fn(),
    mut env: Box<dyn Env>,
    pause: impl Fn(i64) -> P,
) {
    let mut failures = 0;
    loop {
        let heard = hear(request.clone(), transport, &news, &pause, || true).await;
        pause(patience_ms(&mut failures, heard, env.random())).await;
    }
}

fn patience_ms(failures: &mut u32, heard: bool, dice: [u8; 4]) -> i64 {
    *failures = if heard { 0 } else { (*failures + 1).min(FAILURES_COUNTED) };
    backoff::wait_ms(*failures, u32::from_le_bytes(dice))
}

/// For how long nothing more is taken from a server that has said that there is something new.
const NEWS_PAUSE_MS: i64 = 800;
/// Of an event's line, what is looked at.
const LINE_BYTES_MAX: usize = 16;
/// After so many failures the pauses grow no longer: half a minute, since a device may become a
/// coordinator's meanwhile.
const FAILURES_COUNTED: u32 = 5;

/// A call that is dropped before its answer is complete is given up, and the engine hears of it.
struct Line<'a, A: Access>(&'a A);

impl<A: Access> Drop for Line<'_, A> {
    fn drop(&mut self) {
        self.0.with(|_, engine| engine.hang_up());
    }
}

/// Keeps a workspace in step with its server: makes a call with what `next` brings, until `next`
/// has nothing more to bring. `next` is told when the engine wants to be woken, in milliseconds
/// since 1970, and answers [`Input::Wake`] then or before. What goes wrong in a `call`, which is an
/// [`exchange`], stands in the status, and is tried again when the engine says so.
pub async fn keep_in_step<N, C>(
    access: &impl Access,
    mut next: impl FnMut(Option<i64>) -> N,
    mut call: impl FnMut(Input) -> C,
) where
    N: Future<Output = Option<Input>>,
    C: Future<Output = Result<Option<i64>, ClientError>>,
{
    let mut wake_ms = None;
    while let Some(input) = next(wake_ms).await {
        // What was waited for has come; of another input the engine may find that it changes nothing.
        let still_ms = if matches!(input, Input::Wake) { None } else { wake_ms };
        wake_ms = match call(input).await {
            Ok(wake_at) => wake_at.or(still_ms),
            Err(_) => access.with(|client, engine| client.sync_status(engine).ok()?.next_try_ms).flatten(),
        };
    }
}

/// What the platform says of network and power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surroundings {
    /// What network there is.
    pub network: Network,
    /// Nobody looks at the screen.
    pub background: bool,
}

/// A network, as the platform sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// There is none.
    None,
    /// Its bytes cost money.
    Metered,
    /// Its bytes cost nothing.
    Free,
}

impl Surroundings {
    /// What the engine is told.
    pub fn inputs(self) -> [Input; 2] {
        let sparing = self.background || self.network == Network::Metered;
        [Input::Sparing(sparing), Input::Network(self.network != Network::None)]
    }
}

fn sort(effects: Vec<Effect>) -> (Option<Request>, Option<i64>) {
    let (mut request, mut wake_ms) = (None, None);
    for effect in effects {
        match effect {
            Effect::Send(next) => request = Some(next),
            Effect::WakeAt(at) => wake_ms = Some(at),
            Effect::Tell => {}
        }
    }
    (request, wake_ms)
}

/// Syncs once, for a front end that has nothing else to do meanwhile.
///
/// # Errors
/// As [`exchange`].
pub async fn sync_once(
    client: &mut Client,
    engine: &mut SyncEngine,
    transport: &impl Transport,
    progress: impl FnMut(&Client, &SyncEngine),
) -> Result<(), ClientError> {
    sync_from(Input::SyncNow, client, engine, transport, progress).await
}

/// As [`sync_once`], begun by another input: [`Input::Wake`] keeps the engine's patience with a
/// server that does not answer, where [`Input::SyncNow`] would forget it.
///
/// # Errors
/// As [`exchange`].
pub async fn sync_from(
    input: Input,
    client: &mut Client,
    engine: &mut SyncEngine,
    transport: &impl Transport,
    progress: impl FnMut(&Client, &SyncEngine),
) -> Result<(), ClientError> {
    let lent = Lent(RefCell::new((client, engine)));
    let progress = RefCell::new(progress);
    let tell = || {
        let both = lent.0.borrow();
        (*progress.borrow_mut())(both.0, both.1);
    };
    exchange(&lent, transport, input, tell).await.map(|_| ())
}

struct Lent<'a>(RefCell<(&'a mut Client, &'a mut SyncEngine)>);

impl Access for Lent<'_> {
    fn with<R>(&self, step: impl FnOnce(&mut Client, &mut SyncEngine) -> R) -> Option<R> {
        let mut both = self.0.borrow_mut();
        let (client, engine) = &mut *both;
        Some(step(client, engine))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::ready;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::super::engine::Method;
    use super::*;

    /// Answers with what it holds.
    struct Says(Vec<Piece>);

    impl Transport for Says {
        type Answer = std::vec::IntoIter<Piece>;

        async fn send(&self, _: Request) -> Self::Answer {
            let pieces = self.0.iter().map(|piece| match piece {
                Piece::Status(status) => Piece::Status(*status),
                Piece::Bytes(bytes) => Piece::Bytes(bytes.clone()),
                Piece::Failed => Piece::Failed,
            });
            pieces.collect::<Vec<_>>().into_iter()
        }
    }

    impl crate::transport::Answer for std::vec::IntoIter<Piece> {
        async fn next(&mut self) -> Option<Piece> {
            Iterator::next(self)
        }
    }

    fn news_and_pauses(pieces: Vec<Piece>) -> (u32, u32) {
        let (news, pauses) = (Cell::new(0), Cell::new(0));
        let request =
            Request { method: Method::Get, url: String::new(), headers: Vec::new(), body: Vec::new() };
        let pause = |_| {
            pauses.set(pauses.get() + 1);
            ready(())
        };
        let server = Says(pieces);
        let listening = pin!(hear(request, &server, || news.set(news.get() + 1), pause, || true));
        assert!(listening.poll(&mut Context::from_waker(Waker::noop())).is_ready(), "nothing waits");
        (news.get(), pauses.get())
    }

    #[test]
    fn a_server_that_says_more_without_end_is_heard_now_and_then() {
        let bytes = |text: &str| Piece::Bytes(text.as_bytes().to_vec());
        let flood = bytes(&"data: more\n\n".repeat(10_000));
        let here = || bytes(": here\n\n");
        assert_eq!(news_and_pauses(vec![Piece::Status(200), here(), here(), flood, here()]), (2, 2));
        assert_eq!(news_and_pauses(vec![Piece::Status(200), bytes("da"), bytes("ta: more\n")]), (1, 1));
        assert_eq!(news_and_pauses(vec![Piece::Status(403), bytes("data: more\n")]), (0, 0));
        let portal = bytes("<html>\n<p>Buy a voucher\n");
        assert_eq!(news_and_pauses(vec![Piece::Status(200), portal]), (0, 0));
    }
}
