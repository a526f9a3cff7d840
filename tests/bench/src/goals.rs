//! What was wanted, and whether it was reached.

use std::fmt::Write;

use crate::tables::Results;

impl Results {
    pub fn goals(&self, out: &mut String) {
        let mut goals = Vec::new();
        for count in self.counts("ours") {
            if let Some(one) = self.find("ours", "nothing changed", count) {
                let (up, down, turns) = (one.traffic.up, one.traffic.down, one.traffic.turns);
                goals.push((
                    format!("nothing changed, {count} reports: 1 round trip, ≤ 300 B each way"),
                    format!("{turns} round trip, {up} B up, {down} B down"),
                    turns == 1 && up <= 300 && down <= 300,
                ));
            }
        }
        for count in self.counts("ours") {
            if let Some(one) = self.find("ours", "one edit", count) {
                goals.push((
                    format!("one edit, {count} reports: ≤ 0.5 kB up"),
                    format!("{} B up", one.traffic.up),
                    one.traffic.up <= 500,
                ));
            }
        }
        for (language, one) in &self.words {
            goals.push((
                format!("new report with 120 words ({language}): ≤ 1.1 kB up"),
                format!("{} B up", one.traffic.up),
                one.traffic.up <= 1_100,
            ));
        }
        if let Some(one) = self.find("ours", "bootstrap", 10_000) {
            let bytes = one.traffic.up + one.traffic.down;
            goals.push((
                "bootstrap of 10,000: ≤ 8 MB".to_owned(),
                format!("{:.1} MB", bytes as f64 / 1e6),
                bytes <= 8_000_000,
            ));
        }
        for count in self.counts("samod").into_iter().filter(|count| *count >= 1_000) {
            if let (Some(ours), Some(theirs)) =
                (self.find("ours", "bootstrap", count), self.find("samod", "bootstrap", count))
            {
                let factor = theirs.wall.as_secs_f64() / ours.wall.as_secs_f64();
                goals.push((
                    format!("bootstrap of {count} ≥ 10 times samod's speed (LAN)"),
                    format!("{factor:.1} times"),
                    factor >= 10.0,
                ));
            }
        }
        if let Some(one) = self.local.last() {
            goals.push((
                "a save durable in ≤ 5 ms, median".to_owned(),
                format!("{:.1} ms ({} reports)", one.save(0.5), one.reports),
                one.save(0.5) <= 5.0,
            ));
        }
        if let Some(one) = self.local.iter().find(|one| one.reports == 10_000) {
            for (what, name) in [("first 50 shown", "page"), ("all in one list", "all")] {
                goals.push((
                    format!("list of 10,000 ≤ 200 ms after unlock: {what}"),
                    format!("{:.0} ms", one.median(name)),
                    one.median(name) <= 200.0,
                ));
            }
            goals.push((
                "search of 10,000 ≤ 20 ms".to_owned(),
                format!("{:.1} ms, slowest word", one.search()),
                one.search() <= 20.0,
            ));
        }
        for one in &self.throughput {
            goals.push((
                format!("server ≥ 5,000 envelopes/s from 50 devices, {} a call", one.per_call),
                format!("{:.0}/s", one.envelopes_per_second),
                one.envelopes_per_second >= 5_000.0,
            ));
            goals.push((
                format!("and ≥ 60 % of Ed25519 alone, {} a call", one.per_call),
                format!("{:.0} %", one.share()),
                one.share() >= 60.0,
            ));
        }
        if let Some((what, factor)) = self.growth().into_iter().max_by(|a, b| a.1.total_cmp(&b.1)) {
            goals.push((
                "every time grows at most 11-fold from 1,000 to 10,000".to_owned(),
                format!("at most {factor:.1}-fold ({what})"),
                factor <= 11.0,
            ));
        }
        if goals.is_empty() {
            return;
        }
        out.push_str("## Goals\n\n| goal | measured | |\n|---|---|---|\n");
        for (goal, measured, met) in goals {
            let _ = writeln!(out, "| {goal} | {measured} | {} |", if met { "met" } else { "**not met**" });
        }
        out.push('\n');
    }
}
