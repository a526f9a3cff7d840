//! `baikoo sync --watch`: keeps a workspace in step with its server, and has it open only for the
//! length of a call, so that other commands get their turn.

use std::fs;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use baikoo_client_core::client::Event;
use baikoo_client_core::crypto::keys::DatabaseKey;
use baikoo_client_core::error::ClientError;
use baikoo_client_core::store::Location;
use baikoo_client_core::sync::driver::{keep_hearing, sync_from};
use baikoo_client_core::sync::{Input, Request, SyncEngine};
use baikoo_client_core::transport::Http;
use baikoo_client_core::view::SyncView;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::sleep;

use super::show;
use crate::context::Context;
use crate::failure::Failure;
use crate::wording;

/// How long to wait for another command to close the workspace, and how often to look whether one has
/// written something.
const LOOK: Duration = Duration::from_millis(500);
/// How long to wait for more of what comes: several reports often come together, and a server may say
/// at any time that there is something new.
const GATHER: Duration = Duration::from_millis(800);

/// A watch.
pub(crate) struct Watch {
    http: Http,
    every_s: u64,
    news: Rc<Notify>,
    listening: Option<Listening>,
}

/// Hears the server for as long as this value lives.
struct Listening(Request, AbortHandle);

impl Drop for Listening {
    fn drop(&mut self) {
        self.1.abort();
    }
}

impl Watch {
    /// A watch that calls at least every so many seconds.
    pub(crate) fn new(http: Http, every_s: u64) -> Self {
        Self { http, every_s, news: Rc::default(), listening: None }
    }

    /// Goes on until trying again would not help.
    pub(crate) async fn run(&mut self, cx: &mut Context<'_, '_>, key: &DatabaseKey) -> Result<(), Failure> {
        let (mut engine, mut input, mut said) = (SyncEngine::new(), Input::SyncNow, None);
        loop {
            let mut client = match cx.open_now(key) {
                Err(Failure::Client(ClientError::BusyElsewhere)) => {
                    sleep(LOOK).await;
                    continue;
                }
                opened => opened?,
            };
            let words = cx.words;
            let last_success_ms = client.sync_status(&engine)?.last_success_ms;
            let outcome = sync_from(input, &mut client, &mut engine, &self.http, |client, engine| {
                show(cx, words, client, engine);
            });
            let outcome = outcome.await;
            cx.progress("");
            let status = client.sync_status(&engine)?;
            if outcome.is_ok() && status.last_success_ms == last_success_ms {
                // The engine found it too early (a clock was set back): nothing was tried.
                drop(client);
                sleep(LOOK).await;
                input = Input::Wake;
                continue;
            }
            let changed = client.take_events().iter().filter(|event| is_news(event)).count();
            let now_said = (status.waiting_reports, outcome.as_ref().err().map(ClientError::code));
            if said != Some(now_said) || changed > 0 {
                tell(cx, &status, changed, outcome.as_ref().err())?;
                said = Some(now_said);
            }
            self.listen(cx, client.events_request());
            drop(client);
            // Who writes in just this instant waits for the next look.
            let left = last_written(cx);
            let pause_ms = match (&outcome, status.next_try_ms) {
                // It would not help to try again.
                (Err(_), None) => return Ok(outcome?),
                (Err(_), Some(at_ms)) => u64::try_from(at_ms - cx.now_ms()).unwrap_or(0).max(100),
                (Ok(()), _) => self.every_s * 1_000,
            };
            input = tokio::select! {
                // After a failure the engine says when to try again, and is not hurried.
                () = sleep(Duration::from_millis(pause_ms)) => {
                    if outcome.is_err() { Input::Wake } else { Input::SyncNow }
                }
                () = written_since(cx, left), if outcome.is_ok() => Input::SyncNow,
                // Whom the server speaks to, it will answer.
                () = self.news.notified() => {
                    sleep(GATHER).await;
                    Input::SyncNow
                }
            };
        }
    }

    // Who is a coordinator, and by which token, may change with any call.
    fn listen(&mut self, cx: &Context<'_, '_>, request: Option<Request>) {
        if self.listening.as_ref().map(|listening| &listening.0) == request.as_ref() {
            return;
        }
        let (http, env) = (self.http.clone(), (cx.world.env)());
        self.listening = request.map(|request| {
            let (wanted, news) = (request.clone(), Rc::clone(&self.news));
            let pause = |ms| sleep(Duration::from_millis(u64::try_from(ms).unwrap_or(0)));
            let hearing = async move { keep_hearing(wanted, &http, || news.notify_one(), env, pause).await };
            Listening(request, spawn_local(hearing).abort_handle())
        });
    }
}

/// When a command last wrote into the database. The journal is folded in when it is closed.
fn last_written(cx: &Context<'_, '_>) -> Option<(SystemTime, u64)> {
    let Location::File(path) = cx.home.location() else { return None };
    let file = fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}

async fn written_since(cx: &Context<'_, '_>, left: Option<(SystemTime, u64)>) {
    while last_written(cx) == left {
        sleep(LOOK).await;
    }
}

fn tell(
    cx: &mut Context<'_, '_>,
    status: &SyncView,
    changed: usize,
    error: Option<&ClientError>,
) -> Result<(), Failure> {
    if cx.json {
        let code = error.map(ClientError::code);
        return cx.data(&serde_json::json!({ "sync": status, "changed": changed, "error": code }));
    }
    let words = cx.words;
    let what = match error {
        Some(error) => words.get(&format!("error.{}", error.code())).to_owned(),
        None if status.waiting_reports > 0 => {
            let gaps = [
                ("count", &*status.waiting_reports.to_string()),
                ("bytes", &*wording::bytes(status.waiting_bytes)),
            ];
            words.say("status.waiting", &gaps)
        }
        None => words.get("status.all_stored").to_owned(),
    };
    let now = wording::time(cx.now_ms());
    let news =
        if changed > 0 { format!(" • {}: {changed}", words.get("status.unread")) } else { String::new() };
    cx.line(&format!("{now}  {what}{news}"))
}

/// A change of a named report; the nameless one only says that states may have moved.
fn is_news(event: &Event) -> bool {
    matches!(event, Event::ReportChanged(report) if report.0 != [0; 16])
}
