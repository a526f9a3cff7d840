//! One world of N reports, ours or the peer's, through all its cases.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::Helper;
use crate::proxy::{Profile, Proxy, Traffic};

/// How long nothing may pass before a case counts as over; not part of its time.
const QUIET: Duration = Duration::from_millis(120);
/// Where the line is cut, each time.
pub const CUT_BYTES: u64 = 20_000;

/// What one case cost.
#[derive(Debug, Clone)]
pub struct Measure {
    pub system: &'static str,
    pub case: &'static str,
    pub reports: usize,
    pub profile: Profile,
    pub traffic: Traffic,
    pub wall: Duration,
    pub client_cpu_ms: f64,
    pub server_cpu_ms: f64,
    pub client_peak_kb: u64,
    pub server_peak_kb: u64,
}

/// A server, a line to it, and devices.
struct World {
    system: &'static str,
    reports: usize,
    profile: Profile,
    proxy: Proxy,
    server: Helper,
    folder: TempDir,
    devices: usize,
    measures: Vec<Measure>,
}

impl World {
    async fn new(system: &'static str, reports: usize, profile: Profile) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut server = Helper::start(&format!("{system}-server"), &sub(&folder, "server"));
        let address: SocketAddr =
            server.does("address")["is"].as_str().and_then(|text| text.parse().ok()).expect("an address");
        let proxy = Proxy::to(address).await;
        Self { system, reports, profile, proxy, server, folder, devices: 0, measures: Vec::new() }
    }

    fn device(&mut self) -> Helper {
        self.devices += 1;
        Helper::start(
            &format!("{}-client", self.system),
            &sub(&self.folder, &format!("device-{}", self.devices)),
        )
    }

    fn sync(&self) -> Value {
        json!({ "do": "sync", "server": self.proxy.address.to_string() })
    }

    /// The first, the second, and the first again.
    async fn measures_concurrent(&mut self, devices: &mut [&mut Helper]) {
        self.measure("concurrent edit", devices, &[0, 1, 0], None).await;
    }

    async fn measures(&mut self, case: &'static str, device: &mut Helper, cut: Option<u64>) {
        self.measure(case, &mut [device], &[0], cut).await;
    }

    /// Syncs these devices one after the other, and writes down what it cost in all.
    async fn measure(
        &mut self,
        case: &'static str,
        devices: &mut [&mut Helper],
        turns: &[usize],
        cut: Option<u64>,
    ) {
        let before = self.server.does("stat")["cpu_total_ms"].as_f64().unwrap_or(0.0);
        let (mut client_cpu_ms, mut client_peak_kb) = (0.0_f64, 0);
        let order = self.sync();
        let mut wall = Duration::ZERO;
        self.proxy.begin(self.profile, cut);
        for turn in turns {
            let device = &mut devices[*turn];
            let began = Instant::now();
            let answer = device.asks(&order);
            assert_ne!(answer["is"]["done"], json!(false), "{case} did not end");
            let last = loop {
                let (_, last) = self.proxy.traffic();
                if last.elapsed() > QUIET + self.profile.round_trip {
                    break last;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            };
            wall += last.saturating_duration_since(began);
            client_cpu_ms += answer["cpu_ms"].as_f64().unwrap_or(0.0);
            client_peak_kb = client_peak_kb.max(answer["peak_kb"].as_u64().unwrap_or(0));
        }
        let (traffic, _) = self.proxy.traffic();
        self.proxy.begin(crate::proxy::LAN, None);
        let stat = self.server.does("stat");
        let measure = Measure {
            system: self.system,
            case,
            reports: self.reports,
            profile: self.profile,
            traffic,
            wall,
            client_cpu_ms,
            server_cpu_ms: stat["cpu_total_ms"].as_f64().unwrap_or(0.0) - before,
            client_peak_kb,
            server_peak_kb: stat["peak_kb"].as_u64().unwrap_or(0),
        };
        eprintln!(
            "  {} {} {} {}: {} B up, {} B down, {} turns, {:.0?}",
            self.system, case, self.reports, self.profile.name, traffic.up, traffic.down, traffic.turns, wall
        );
        self.measures.push(measure);
    }
}

fn sub(folder: &TempDir, name: &str) -> std::path::PathBuf {
    let path = folder.path().join(name);
    std::fs::create_dir_all(&path).expect("a folder");
    path
}

/// What a device says about itself, when asked in between.
#[derive(Debug, Clone, Default)]
pub struct Local {
    pub reports: usize,
    pub opens: Value,
    pub search: Value,
    pub save: Value,
}

/// Ours. Gives what the coordinator's device, which has everything, measures by itself as well.
pub async fn ours(reports: usize, profile: Profile, with_cuts: bool) -> (Vec<Measure>, Local) {
    let mut world = World::new("ours", reports, profile).await;
    let server = format!("http://{}", world.proxy.address);
    let mut coordinator = world.device();
    let mut monitor = world.device();
    let sync = world.sync();
    coordinator.asks(&json!({ "do": "create", "server": server }));
    let link = coordinator.does("invite")["is"].clone();
    coordinator.asks(&sync);
    enrols(&mut monitor, &mut coordinator, &link, &sync);

    monitor.asks(&json!({ "do": "write", "count": reports, "seed": 1 }));
    world.measures("first upload", &mut monitor, None).await;
    monitor.does("reopen");
    world.measures("nothing changed", &mut monitor, None).await;
    monitor.asks(&json!({ "do": "edit", "number": 21 }));
    world.measures("one edit", &mut monitor, None).await;
    world.measures("bootstrap", &mut coordinator, None).await;
    let count = coordinator.does("count")["is"].clone();
    assert_eq!(count, json!(reports), "the coordinator has everything");
    monitor.asks(&sync);

    let which = monitor.does("which")["is"].clone();
    coordinator.asks(&json!({ "do": "take", "report": which }));
    monitor.asks(&json!({ "do": "edit", "number": 34 }));
    coordinator.asks(&json!({ "do": "edit", "number": 35 }));
    let devices: &mut [&mut Helper] = &mut [&mut monitor, &mut coordinator];
    world.measures_concurrent(devices).await;
    assert_eq!(monitor.does("heads")["is"], coordinator.does("heads")["is"], "both have the same");
    let mut local = Local { reports, ..Local::default() };
    local.opens = coordinator.does("open")["is"].clone();
    local.search = coordinator.does("search")["is"].clone();
    local.save = monitor.asks(&json!({ "do": "save", "times": 200 }))["is"].clone();
    drop((monitor, coordinator));

    if with_cuts {
        // Another workspace on the same server, the same reports.
        let mut coordinator = world.device();
        let mut monitor = world.device();
        coordinator.asks(&json!({ "do": "create", "server": server }));
        let link = coordinator.does("invite")["is"].clone();
        coordinator.asks(&sync);
        enrols(&mut monitor, &mut coordinator, &link, &sync);
        monitor.asks(&json!({ "do": "write", "count": reports, "seed": 1 }));
        world.measures("upload, cut every 20 kB", &mut monitor, Some(CUT_BYTES)).await;
        coordinator.asks(&sync);
        assert_eq!(coordinator.does("count")["is"], json!(reports), "nothing was lost");
    }
    (world.measures, local)
}

fn enrols(monitor: &mut Helper, coordinator: &mut Helper, link: &Value, sync: &Value) {
    monitor.asks(&json!({ "do": "join", "link": link }));
    monitor.asks(sync);
    coordinator.asks(sync);
    let device = monitor.does("me")["is"].clone();
    coordinator.asks(&json!({ "do": "approve", "device": device }));
    coordinator.asks(sync);
    monitor.asks(sync);
}

/// The peer.
pub async fn peer(reports: usize, profile: Profile) -> Vec<Measure> {
    let mut world = World::new("samod", reports, profile).await;
    let mut writer = world.device();
    let documents = writer.asks(&json!({ "do": "write", "count": reports, "seed": 1 }))["is"].clone();
    world.measures("first upload", &mut writer, None).await;
    world.measures("nothing changed", &mut writer, None).await;
    writer.asks(&json!({ "do": "edit", "number": 21 }));
    world.measures("one edit", &mut writer, None).await;
    let mut reader = world.device();
    reader.asks(&json!({ "do": "want", "documents": documents }));
    world.measures("bootstrap", &mut reader, None).await;
    writer.asks(&json!({ "do": "edit", "number": 34 }));
    reader.asks(&json!({ "do": "edit", "number": 35 }));
    world.measures_concurrent(&mut [&mut writer, &mut reader]).await;
    assert_eq!(writer.does("heads")["is"], reader.does("heads")["is"], "both have the same");
    world.measures
}

/// What a new report costs on its way up, by the words of its narrative and its language.
pub async fn new_reports(words: usize) -> Vec<(&'static str, Measure)> {
    let mut world = World::new("ours", 1, crate::proxy::LAN).await;
    let server = format!("http://{}", world.proxy.address);
    let mut coordinator = world.device();
    let mut monitor = world.device();
    let sync = world.sync();
    coordinator.asks(&json!({ "do": "create", "server": server }));
    let link = coordinator.does("invite")["is"].clone();
    coordinator.asks(&sync);
    enrols(&mut monitor, &mut coordinator, &link, &sync);
    let mut measures = Vec::new();
    for language in ["en", "ru", "ky"] {
        monitor.asks(&json!({ "do": "write_words", "words": words, "language": language }));
        world.measures("new report", &mut monitor, None).await;
        measures.push((language, world.measures.remove(0)));
    }
    measures
}
