//! The page: tables of what was measured, and what was wanted.

use std::fmt::Write;
use std::time::Duration;

use serde_json::Value;

use crate::case::{CUT_BYTES, Local, Measure};
use crate::machine::{load, machine, today};
use crate::proxy::{EDGE, GPRS, LAN};
use crate::throughput::Throughput;

/// Everything that was measured.
pub struct Results {
    load: String,
    pub measures: Vec<Measure>,
    pub local: Vec<Local>,
    pub words: Vec<(&'static str, Measure)>,
    pub throughput: Vec<Throughput>,
}

const CASES: [&str; 6] = [
    "first upload",
    "nothing changed",
    "one edit",
    "concurrent edit",
    "bootstrap",
    "upload, cut every 20 kB",
];

impl Results {
    pub fn begin() -> Self {
        Self {
            load: load(),
            measures: Vec::new(),
            local: Vec::new(),
            words: Vec::new(),
            throughput: Vec::new(),
        }
    }

    pub fn find(&self, system: &str, case: &str, reports: usize) -> Option<&Measure> {
        self.measures.iter().find(|one| {
            one.system == system && one.case == case && one.reports == reports && one.profile == LAN
        })
    }

    pub fn counts(&self, system: &str) -> Vec<usize> {
        let mut counts: Vec<usize> =
            self.measures.iter().filter(|one| one.system == system).map(|one| one.reports).collect();
        counts.sort_unstable();
        counts.dedup();
        counts
    }

    /// The page, as Markdown.
    pub fn page(&self, args: &str) -> String {
        let mut out = String::from("# Benchmarks\n\n");
        let command = format!("cargo xtask bench {args}");
        let _ = writeln!(
            out,
            "Printed by `{}` on {}: everything below was measured in that one run, but for columns that say \
             that they were computed.\n\n- Machine: {}\n- Load before and after (1, 5, 15 minutes): {} and {}\n",
            command.trim(),
            today(),
            machine(),
            self.load,
            load()
        );
        self.goals(&mut out);
        self.exchange(&mut out);
        self.mobile(&mut out);
        self.compared(&mut out);
        self.at_home(&mut out);
        self.served(&mut out);
        self.grown(&mut out);
        out.push_str(HOW);
        let not_run = self.not_run();
        if !not_run.is_empty() {
            let _ = writeln!(out, "\nNot run this time: {}.", not_run.join("; "));
        }
        out
    }

    fn not_run(&self) -> Vec<String> {
        let mut not = Vec::new();
        for system in ["ours", "samod"] {
            for count in [1, 100, 1_000, 10_000] {
                if self.find(system, "first upload", count).is_none() {
                    not.push(format!("{system} with {count} reports"));
                }
            }
        }
        if self.words.is_empty() {
            not.push("new reports by language".to_owned());
        }
        if self.throughput.is_empty() {
            not.push("the server's throughput".to_owned());
        }
        not
    }

    fn exchange(&self, out: &mut String) {
        out.push_str("## Exchange over a LAN\n\n");
        for system in ["ours", "samod"] {
            if self.counts(system).is_empty() {
                continue;
            }
            let _ = writeln!(
                out,
                "{}\n",
                if system == "ours" { "Baikoo:" } else { "samod 0.16 with automerge:" }
            );
            out.push_str(
                "| case | reports | B up | B down | turns | connections | wall | client CPU | server CPU | client peak | server peak |\n\
                 |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
            );
            for case in CASES {
                for count in self.counts(system) {
                    let Some(one) = self.find(system, case, count) else { continue };
                    let _ = writeln!(
                        out,
                        "| {case} | {count} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                        one.traffic.up,
                        one.traffic.down,
                        one.traffic.turns,
                        one.traffic.connections,
                        time(one.wall.as_secs_f64() * 1e3),
                        time(one.client_cpu_ms),
                        time(one.server_cpu_ms),
                        memory(one.client_peak_kb),
                        memory(one.server_peak_kb)
                    );
                }
            }
            out.push('\n');
        }
        let cuts: Vec<_> = self.measures.iter().filter(|one| one.case == CASES[5]).collect();
        if !cuts.is_empty() {
            let _ = writeln!(
                out,
                "The line cut after every {CUT_BYTES} bytes: wasted is what passed beyond the same upload without cuts.\n\n\
                 | reports | cuts | B in all | without cuts | wasted B | wasted per cut |\n|--:|--:|--:|--:|--:|--:|"
            );
            for one in cuts {
                let Some(whole) = self.find("ours", "first upload", one.reports) else { continue };
                let (all, least) = (one.traffic.up + one.traffic.down, whole.traffic.up + whole.traffic.down);
                let wasted = all.saturating_sub(least);
                let _ = writeln!(
                    out,
                    "| {} | {} | {all} | {least} | {wasted} | {:.0} |",
                    one.reports,
                    one.traffic.cuts,
                    wasted as f64 / f64::from(one.traffic.cuts.max(1))
                );
            }
            out.push('\n');
        }
        if !self.words.is_empty() {
            out.push_str(
                "One new report, sent in a call of its own; its narrative has 120 words.\n\n\
                 | language | B up | B down | turns |\n|---|--:|--:|--:|\n",
            );
            for (language, one) in &self.words {
                let _ = writeln!(
                    out,
                    "| {language} | {} | {} | {} |",
                    one.traffic.up, one.traffic.down, one.traffic.turns
                );
            }
            out.push('\n');
        }
    }

    fn mobile(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "## Exchange over a mobile network\n\nGPRS is 12 kbit/s up, 30 down, 900 ms; EDGE is 50, 110, 450 ms. \
             One report was measured. The rest is **computed** from the bytes, turns and connections in the tables above: \
             what a network takes, without computing time.\n\n\
             | system | case | reports | EDGE | GPRS | how |\n|---|---|--:|--:|--:|---|"
        );
        for system in ["ours", "samod"] {
            for case in CASES {
                let walls: Vec<Option<Duration>> = [EDGE, GPRS]
                    .into_iter()
                    .map(|profile| {
                        let found = self
                            .measures
                            .iter()
                            .find(|one| one.system == system && one.case == case && one.profile == profile);
                        found.map(|one| one.wall)
                    })
                    .collect();
                if let [Some(edge), Some(gprs)] = walls[..] {
                    let _ = writeln!(
                        out,
                        "| {system} | {case} | 1 | {:.1} s | {:.1} s | measured |",
                        edge.as_secs_f64(),
                        gprs.as_secs_f64()
                    );
                }
                for count in self.counts(system).into_iter().filter(|count| *count > 1) {
                    let Some(one) = self.find(system, case, count) else { continue };
                    let _ = writeln!(
                        out,
                        "| {system} | {case} | {count} | {} | {} | computed |",
                        long(EDGE.computes(&one.traffic)),
                        long(GPRS.computes(&one.traffic))
                    );
                }
            }
        }
        out.push('\n');
    }

    fn compared(&self, out: &mut String) {
        if self.counts("samod").is_empty() || self.counts("ours").is_empty() {
            return;
        }
        out.push_str(
            "## Beside samod\n\nsamod's number divided by ours: above 1, ours needs less. samod encrypts nothing end to end, \
             signs nothing, and knows no members; its numbers are what is left out.\n\n\
             | case | reports | B up | B down | turns | wall, LAN | CPU, both sides | EDGE (computed) |\n|---|--:|--:|--:|--:|--:|--:|--:|\n",
        );
        for case in CASES {
            for count in self.counts("samod") {
                let (Some(ours), Some(theirs)) =
                    (self.find("ours", case, count), self.find("samod", case, count))
                else {
                    continue;
                };
                let cpu = |one: &Measure| one.client_cpu_ms + one.server_cpu_ms;
                let _ = writeln!(
                    out,
                    "| {case} | {count} | {} | {} | {} | {} | {} | {} |",
                    ratio(theirs.traffic.up as f64, ours.traffic.up as f64),
                    ratio(theirs.traffic.down as f64, ours.traffic.down as f64),
                    ratio(f64::from(theirs.traffic.turns), f64::from(ours.traffic.turns)),
                    ratio(theirs.wall.as_secs_f64(), ours.wall.as_secs_f64()),
                    ratio(cpu(theirs), cpu(ours)),
                    ratio(
                        EDGE.computes(&theirs.traffic).as_secs_f64(),
                        EDGE.computes(&ours.traffic).as_secs_f64()
                    )
                );
            }
        }
        out.push('\n');
    }

    fn at_home(&self, out: &mut String) {
        if self.local.is_empty() {
            return;
        }
        out.push_str(
            "## On the device\n\nMedians. The list from the unwrapped key on: the database is opened, then one page of 50, or all. \
             Search is over whole words and beginnings, the slowest of five words.\n\n\
             | reports | open | open and 50 | open and all | search, slowest word | save, median | save, p95 |\n|--:|--:|--:|--:|--:|--:|--:|\n",
        );
        for one in &self.local {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} |",
                one.reports,
                time(one.median("open")),
                time(one.median("page")),
                time(one.median("all")),
                time(one.search()),
                time(one.save(0.5)),
                time(one.save(0.95))
            );
        }
        out.push('\n');
    }

    fn served(&self, out: &mut String) {
        if self.throughput.is_empty() {
            return;
        }
        out.push_str(
            "## The server\n\nEnvelopes of 600 bytes of ciphertext from 50 devices over loopback, with their clients on the same cores; \
             each is checked, and on disk before it is acknowledged. Beside it `verify_strict` alone on all cores, before and after.\n\n\
             | envelopes a call | calls a device | envelopes/s | verify_strict/s | share |\n|--:|--:|--:|--:|--:|\n",
        );
        for one in &self.throughput {
            let _ = writeln!(
                out,
                "| {} | {} | {:.0} | {:.0} | {:.0} % |",
                one.per_call,
                one.calls,
                one.envelopes_per_second,
                one.verifies_per_second,
                one.share()
            );
        }
        out.push('\n');
    }

    /// By what factor each time grows from 1,000 to 10,000 reports.
    pub fn growth(&self) -> Vec<(String, f64)> {
        let mut all = Vec::new();
        for case in CASES {
            if let (Some(small), Some(large)) =
                (self.find("ours", case, 1_000), self.find("ours", case, 10_000))
            {
                all.push((format!("{case}, wall"), large.wall.as_secs_f64() / small.wall.as_secs_f64()));
                all.push((format!("{case}, client CPU"), large.client_cpu_ms / small.client_cpu_ms));
                all.push((format!("{case}, server CPU"), large.server_cpu_ms / small.server_cpu_ms));
            }
        }
        let local = |count| self.local.iter().find(|one| one.reports == count);
        if let (Some(small), Some(large)) = (local(1_000), local(10_000)) {
            for (name, of) in [("open and 50", "page"), ("open and all", "all")] {
                all.push((name.to_owned(), large.median(of) / small.median(of)));
            }
            all.push(("search".to_owned(), large.search() / small.search()));
            all.push(("save, median".to_owned(), large.save(0.5) / small.save(0.5)));
        }
        all
    }

    fn grown(&self, out: &mut String) {
        let growth = self.growth();
        if growth.is_empty() {
            return;
        }
        out.push_str("## Growth from 1,000 to 10,000 reports\n\n| what | factor |\n|---|--:|\n");
        for (what, factor) in growth {
            let _ = writeln!(out, "| {what} | {factor:.1} |");
        }
        out.push('\n');
    }
}

impl Throughput {
    pub fn share(&self) -> f64 {
        self.envelopes_per_second / self.verifies_per_second * 100.0
    }
}

impl Local {
    pub fn median(&self, name: &str) -> f64 {
        let runs = self.opens.as_array().into_iter().flatten();
        quantile(runs.filter_map(|run| run[name].as_f64()).collect(), 0.5)
    }

    pub fn search(&self) -> f64 {
        let words = self.search.as_object().into_iter().flatten();
        words.map(|(_, word)| quantile(numbers(&word["took"]), 0.5)).fold(0.0, f64::max)
    }

    pub fn save(&self, part: f64) -> f64 {
        quantile(numbers(&self.save), part)
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len().saturating_sub(1)) as f64 * part;
    values.get(place.round() as usize).copied().unwrap_or(f64::NAN)
}

fn ratio(theirs: f64, ours: f64) -> String {
    let ratio = theirs / ours;
    if ratio >= 10.0 { format!("{ratio:.0}") } else { format!("{ratio:.2}") }
}

fn time(ms: f64) -> String {
    if ms >= 10_000.0 {
        format!("{:.1} s", ms / 1e3)
    } else if ms >= 100.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{ms:.1} ms")
    }
}

fn long(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds >= 120.0 { format!("{:.1} min", seconds / 60.0) } else { format!("{seconds:.1} s") }
}

fn memory(kb: u64) -> String {
    format!("{:.0} MB", kb as f64 / 1024.0)
}

const HOW: &str = "## How it is measured

Bytes are payload of TCP in each direction, HTTP heads included, without the heads of TCP and IP and without TLS
(a full TLS 1.3 handshake adds one round trip and 2 to 4 kB, a resumed one about 0.3 kB). Every exchange is over a
connection of its own. A turn is that the client speaks first or after the server: for us, a round trip; where both
speak at once, as samod does, only about that. Reports are the sample accounts, varied, as a person writes them: page
by page, each save a change. samod's documents hold the same answers in no more changes. Each side is a process of its own;
peaks are of its resident memory during the case, with what was there before. Our client keeps everything in
SQLCipher with full durability; samod keeps files that it does not sync to disk. samod's client stays running between
cases and keeps all documents in memory, ours is opened anew before \"nothing changed\". A concurrent edit is three
exchanges: the first device, the second, the first again. After a cut the client calls again after a quarter of a
second, and first asks where the server stands.
";
