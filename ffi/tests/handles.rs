//! What a handle promises: after it was locked, from many threads, from within a callback, with
//! callbacks that throw, with work that nobody waits for any more.
#![cfg(not(target_family = "wasm"))]

use std::future::poll_fn;
use std::net::TcpListener;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::time::Duration;

use baikoo_client_core::export::Format;
use baikoo_client_core::form::labels::Language;
use baikoo_client_core::report::TextName;
use baikoo_client_core::sync::driver::{Network, Surroundings};
use baikoo_client_core::view::Filter;
use baikoo_ffi::native::device::{Device, Options};
use baikoo_ffi::native::error::PlatformError;
use baikoo_ffi::native::events::Event;
use baikoo_ffi::native::platform::{
    Clock, ClockReading, EventListener, KeyStore, LogLevel, LogSink, ProgressListener,
};
use baikoo_ffi::native::workspace::Workspace;
use tempfile::TempDir;

mod server;

const PASSPHRASE: &str = "кызыл тоолор агын суу";
const NOWHERE: &str = "http://127.0.0.1:9";
const PATIENCE: Duration = Duration::from_secs(120);

fn options() -> Options {
    Options { key_store: None, clock: None, log: None, root_certificate: None }
}

fn device(folder: &TempDir, options: Options) -> Arc<Device> {
    Device::new(folder.path().join("home").display().to_string(), Some(options))
}

async fn made(device: &Arc<Device>, server: &str) -> Arc<Workspace> {
    let made =
        Arc::clone(device).create_workspace(server.to_owned(), "Gulnara".into(), PASSPHRASE.into(), None);
    made.await.expect("a workspace").workspace
}

fn block_on<R>(work: impl Future<Output = R>) -> R {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(work)
}

#[test]
fn a_locked_handle_says_so_and_locking_twice_does_no_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = device(&folder, options());
    block_on(async {
        let workspace = made(&device, NOWHERE).await;
        let report = workspace.create_report(Some("ky".into())).await.expect("a report");
        let busy = Arc::clone(&device).unlock(PASSPHRASE.into()).await.map(drop);
        assert_eq!(busy.expect_err("open already").code(), "busy_elsewhere");
        workspace.lock().await.expect("locked");
        workspace.lock().await.expect("locked still");
        workspace.start_sync();
        workspace.stop_sync();
        assert_eq!(workspace.me().await.expect_err("locked").code(), "locked");
        assert_eq!(workspace.sync_status().await.expect_err("locked").code(), "locked");
        assert_eq!(workspace.events().next().await, None);
        let again = Arc::clone(&device).unlock(PASSPHRASE.into()).await.expect("opens again");
        assert_eq!(workspace.me().await.expect_err("an old handle stays locked").code(), "locked");
        again.heads(report).await.expect("the report is there");
    });
}

#[test]
fn to_let_go_of_the_last_handle_locks_and_a_wipe_locks_what_is_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = device(&folder, options());
    block_on(async {
        let workspace = made(&device, NOWHERE).await;
        let events = workspace.events();
        drop(workspace);
        assert_eq!(events.next().await, Some(Event::Locked));
        let workspace = Arc::clone(&device).unlock(PASSPHRASE.into()).await.expect("closed before");
        Arc::clone(&device).wipe().await.expect("wiped");
        assert_eq!(workspace.me().await.expect_err("wiped").code(), "locked");
        assert!(!device.is_set_up());
        assert_eq!(files(&folder.path().join("home")), 0);
    });
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn many_threads_take_turns() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = device(&folder, options());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let workspace = runtime.block_on(made(&device, NOWHERE));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let report = runtime.block_on(workspace.create_report(None)).expect("a report");
                let text = workspace.set_text(report, TextName::Narrative, "Жол жабык.".into());
                runtime.block_on(text).expect("saved");
            });
        }
    });
    let list = runtime.block_on(workspace.list(Filter::default(), Language::Ky)).expect("a list");
    assert_eq!(list.total, 16);
    assert!(list.reports.iter().all(|report| report.excerpt == "Жол жабык."));
}

/// Hands on what it hears, and throws.
struct Throwing(Mutex<mpsc::Sender<Event>>);

impl EventListener for Throwing {
    fn on_event(&self, event: Event) -> Result<(), PlatformError> {
        let _ = self.0.lock().expect("one thread").send(event);
        Err(PlatformError::Failed)
    }
}

#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl LogSink for Lines {
    fn log(&self, _: LogLevel, line: String) -> Result<(), PlatformError> {
        self.0.lock().expect("one thread").push(line);
        Err(PlatformError::Failed)
    }
}

#[test]
fn a_listener_that_throws_hears_the_next_event_and_none_after_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = Arc::new(Lines::default());
    let device = device(&folder, Options { log: Some(lines.clone()), ..options() });
    let (told, heard) = mpsc::channel();
    block_on(async {
        let workspace = made(&device, NOWHERE).await;
        let subscription = workspace.subscribe(Arc::new(Throwing(Mutex::new(told))));
        let first = workspace.create_report(None).await.expect("a report");
        let second = workspace.create_report(None).await.expect("a report");
        for report in [first, second] {
            let event = heard.recv_timeout(PATIENCE).expect("an event");
            assert_eq!(event, Event::ReportChanged { report });
        }
        subscription.end();
        subscription.end();
        workspace.create_report(None).await.expect("a report");
        workspace.lock().await.expect("locked");
    });
    // The listener is let go of with its subscription.
    assert_eq!(heard.recv_timeout(PATIENCE), Err(mpsc::RecvTimeoutError::Disconnected));
    assert!(lines.0.lock().expect("one thread").iter().any(|line| line.contains("listener threw")));
}

/// Locks the workspace from within its callback.
struct Locking(Mutex<Option<Arc<Workspace>>>, Mutex<mpsc::Sender<bool>>);

impl EventListener for Locking {
    fn on_event(&self, _: Event) -> Result<(), PlatformError> {
        if let Some(workspace) = self.0.lock().expect("one thread").take() {
            let locked = block_on(workspace.lock()).is_ok();
            let _ = self.1.lock().expect("one thread").send(locked);
        }
        Ok(())
    }
}

#[test]
fn a_callback_may_call_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = device(&folder, options());
    let (told, heard) = mpsc::channel();
    block_on(async {
        let workspace = made(&device, NOWHERE).await;
        let listener = Locking(Mutex::new(Some(Arc::clone(&workspace))), Mutex::new(told));
        let _subscription = workspace.subscribe(Arc::new(listener));
        workspace.create_report(None).await.expect("a report");
        assert_eq!(heard.recv_timeout(PATIENCE), Ok(true));
        assert_eq!(workspace.me().await.expect_err("locked").code(), "locked");
    });
}

#[test]
fn a_slow_listener_is_told_that_it_missed_something() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = device(&folder, options());
    block_on(async {
        let workspace = made(&device, NOWHERE).await;
        let events = workspace.events();
        let report = workspace.create_report(None).await.expect("a report");
        for number in 0..300 {
            let text = workspace.set_text(report, TextName::Narrative, format!("{number}"));
            text.await.expect("saved");
        }
        assert_eq!(events.next().await, Some(Event::Missed));
        assert_eq!(events.next().await, Some(Event::ReportChanged { report }));
        events.end().await;
        assert_eq!(events.next().await, None);
    });
}

/// Stands still, or throws.
struct Still(Option<i64>);

impl Clock for Still {
    fn now(&self) -> Result<ClockReading, PlatformError> {
        let wall_ms = self.0.ok_or(PlatformError::Failed)?;
        Ok(ClockReading { wall_ms, offset_min: 360, monotonic_ms: 5, boot_id: 7 })
    }
}

#[test]
fn the_platforms_clock_is_believed_until_it_throws() {
    block_on(async {
        for (reading, year_2021) in [(Some(1_619_653_500_000), true), (None, false)] {
            let folder = tempfile::tempdir().expect("a folder");
            let device = device(&folder, Options { clock: Some(Arc::new(Still(reading))), ..options() });
            let workspace = made(&device, NOWHERE).await;
            let report = workspace.create_report(None).await.expect("a report");
            let summary = workspace.summary(report, Language::En).await.expect("listed");
            assert_eq!(summary.changed_ms == 1_619_653_500_000, year_2021);
        }
    });
}

struct Refusing;

impl KeyStore for Refusing {
    fn wrap(&self, secret: Vec<u8>) -> Result<Vec<u8>, PlatformError> {
        Ok(secret)
    }

    fn unwrap(&self, _: Vec<u8>) -> Result<Vec<u8>, PlatformError> {
        Err(PlatformError::Failed)
    }

    fn forget(&self) -> Result<(), PlatformError> {
        Err(PlatformError::Failed)
    }
}

#[test]
fn a_key_store_that_refuses_is_the_answer_and_does_not_stop_a_wipe() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = device(&folder, Options { key_store: Some(Arc::new(Refusing)), ..options() });
    block_on(async {
        made(&device, NOWHERE).await.lock().await.expect("locked");
        let refused = Arc::clone(&device).unlock(PASSPHRASE.into()).await.map(drop);
        assert_eq!(refused.expect_err("refused").code(), "key_store_refused");
        Arc::clone(&device).wipe().await.expect("wiped");
        assert!(!device.is_set_up());
    });
}

/// Tells that it is asked to close something, and does so once it is let, or nobody is there to let it.
struct Slow(Mutex<mpsc::Sender<()>>, Mutex<mpsc::Receiver<()>>);

impl KeyStore for Slow {
    fn wrap(&self, secret: Vec<u8>) -> Result<Vec<u8>, PlatformError> {
        let _ = self.0.lock().expect("one thread").send(());
        let _ = self.1.lock().expect("one thread").recv();
        Ok(secret)
    }

    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, PlatformError> {
        Ok(wrapped)
    }

    fn forget(&self) -> Result<(), PlatformError> {
        Ok(())
    }
}

async fn until(what: &str, look: impl Fn() -> bool) {
    let looking = async {
        while !look() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.expect(what);
}

/// Looks once.
async fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
    poll_fn(|context| Poll::Ready(Pin::new(&mut *future).poll(context).is_pending())).await
}

#[test]
fn a_set_up_that_nobody_waits_for_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let (told, asked) = mpsc::channel();
    let (let_it, may) = mpsc::channel::<()>();
    let slow = Slow(Mutex::new(told), Mutex::new(may));
    let device = device(&folder, Options { key_store: Some(Arc::new(slow)), ..options() });
    let make = || {
        let device = Arc::clone(&device);
        Box::pin(device.create_workspace(NOWHERE.into(), "Gulnara".into(), PASSPHRASE.into(), None))
    };
    block_on(async {
        let mut making = make();
        assert!(is_pending(&mut making).await);
        asked.recv_timeout(PATIENCE).expect("it has begun");
        assert_eq!(make().await.map(drop).expect_err("one at a time").code(), "busy_elsewhere");
        drop(making);
        drop(let_it);
        until("it is gone", || files(&folder.path().join("home")) == 0).await;
        // The same device is set up as soon as what was cancelled has given back its claim.
        while let Err(error) = make().await {
            assert_eq!(error.code(), "busy_elsewhere");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}

#[test]
fn a_set_up_that_is_done_before_it_is_cancelled_leaves_nothing_either() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = device(&folder, options());
    block_on(async {
        let device = Arc::clone(&device);
        let mut making = Box::pin(Arc::clone(&device).create_workspace(
            NOWHERE.into(),
            "Gulnara".into(),
            PASSPHRASE.into(),
            None,
        ));
        assert!(is_pending(&mut making).await);
        until("it is done", || device.is_set_up()).await;
        drop(making);
        until("it is gone", || files(&folder.path().join("home")) == 0).await;
    });
}

#[test]
fn a_sync_that_nobody_waits_for_hangs_up() {
    // Takes calls, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", silent.local_addr().expect("an address"));
    let folder = tempfile::tempdir().expect("a folder");
    let device = device(&folder, options());
    block_on(async {
        let workspace = made(&device, &address).await;
        let events = workspace.events();
        {
            let syncing = workspace.sync_now();
            tokio::pin!(syncing);
            loop {
                tokio::select! {
                    _ = &mut syncing => panic!("nobody answers"),
                    event = events.next() => match event {
                        Some(Event::SyncChanged { status }) if status.phase == "running" => break,
                        Some(_) => {}
                        None => panic!("it is open"),
                    },
                }
            }
        }
        let idle = async {
            loop {
                match events.next().await {
                    Some(Event::SyncChanged { status }) if status.phase != "running" => break,
                    Some(_) => {}
                    None => panic!("it is open"),
                }
            }
        };
        tokio::time::timeout(PATIENCE, idle).await.expect("hung up, and said so");
    });
}

/// Counts, tells that it is called, and waits as long as somebody may let it go on.
struct Counting(AtomicUsize, Mutex<mpsc::Sender<(u64, u64)>>, Mutex<mpsc::Receiver<()>>);

impl ProgressListener for Counting {
    fn on_progress(&self, done: u64, of: u64) -> Result<(), PlatformError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let _ = self.1.lock().expect("one thread").send((done, of));
        let _ = self.2.lock().expect("one thread").recv();
        Err(PlatformError::Failed)
    }
}

#[test]
fn an_export_tells_how_far_it_is_and_stops_when_nobody_waits() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = device(&folder, options());
    block_on(async {
        let workspace = made(&device, NOWHERE).await;
        for _ in 0..40 {
            workspace.create_report(None).await.expect("a report");
        }
        let export = |listener| workspace.export(Format::Json, Filter::default(), Language::En, listener);
        let (told, heard) = mpsc::channel();
        let (go_on, may) = mpsc::channel();
        let counting = Arc::new(Counting(AtomicUsize::new(0), Mutex::new(told), Mutex::new(may)));
        let mut exporting = Box::pin(export(Some(counting.clone())));
        assert!(is_pending(&mut exporting).await);
        assert_eq!(heard.recv_timeout(PATIENCE), Ok((1, 40)));
        drop(exporting);
        drop(go_on);
        until("the work lets go of it", || Arc::strong_count(&counting) == 1).await;
        assert_eq!(counting.0.load(Ordering::SeqCst), 1);
        let bytes = export(None).await.expect("a file");
        serde_json::from_slice::<serde_json::Value>(&bytes).expect("a whole file");
    });
}

#[test]
fn syncing_goes_on_by_itself_until_it_is_stopped() {
    let server = server::Server::start();
    let folder = tempfile::tempdir().expect("a folder");
    let device = device(&folder, options());
    server.runtime.block_on(async {
        let workspace = made(&device, &server.address).await;
        let events = workspace.events();
        let until = async |wanted: &dyn Fn(&baikoo_client_core::view::SyncView) -> bool| {
            let look = async {
                loop {
                    match events.next().await {
                        Some(Event::SyncChanged { status }) if wanted(&status) => return,
                        Some(_) => {}
                        None => panic!("it is open"),
                    }
                }
            };
            tokio::time::timeout(PATIENCE, look).await.expect("it comes to that");
        };
        workspace.start_sync();
        workspace.start_sync();
        until(&|status| status.enrolled && status.last_success_ms.is_some()).await;
        let report = workspace.create_report(None).await.expect("a report");
        workspace.send(report).await.expect("sent");
        until(&|status| status.waiting_reports > 0).await;
        until(&|status| status.waiting_reports == 0).await;
        let away = Surroundings { network: Network::None, background: true };
        workspace.surroundings(away).await.expect("told");
        until(&|status| status.phase == "offline").await;
        workspace.stop_sync();
        workspace.stop_sync();
        let back = Surroundings { network: Network::Free, background: false };
        workspace.surroundings(back).await.expect("told");
        let status = workspace.sync_now().await.expect("synced by hand");
        assert_eq!((status.waiting_reports, status.trouble), (0, None));
    });
}
