//! What must hold, after each step and when all is quiet.

use super::*;

impl Simulation {
    /// What must hold on a device at any time.
    pub(super) fn looks_right(&self, who: usize) {
        let device = &self.devices[who];
        let status = device.status();
        assert!(status.alarms.is_empty(), "{}: false alarm {:?}", device.name, status.alarms);
        let set_apart = device.does(|client| client.quarantined());
        assert!(set_apart.is_empty(), "{}: {set_apart:?} is set apart, and nobody is hostile", device.name);
        let listed = device.lists();
        let mut foreign = false;
        for known in &self.reports {
            let may = device.role == Role::Coordinator || known.may_read.contains(&who);
            let row = listed.iter().find(|row| row.id == known.report);
            assert!(may || row.is_none(), "{} lists a report that is none of hers", device.name);
            assert!(may || !device.has(known.report), "{} holds a report that is none of hers", device.name);
            foreign |= may && known.author != who;
            let own = known.saved.iter().chain(&known.reviewed).filter(|(by, _)| *by == who);
            for (_, change) in own.clone() {
                let held = device.does(|client| client.holds_change(known.report, *change));
                assert!(held, "{} has lost a change that it had saved", device.name);
            }
            if let Some(row) = row {
                self.told_the_truth(who, known, row);
            }
        }
        // Of others, a monitor holds coordinators' words in her own reports and nothing else.
        let owns = self.reports.iter().any(|known| known.author == who && known.may_be_sent);
        if device.role == Role::Monitor && !foreign && !owns {
            let count = device.does(|client| client.foreign_envelope_count());
            assert_eq!(count, 0, "{} holds envelopes that are none of hers", device.name);
        }
    }

    /// A device's word on how far its part of a report has come.
    fn told_the_truth(&self, who: usize, known: &Known, row: &ReportSummary) {
        let device = &self.devices[who];
        if row.delivery < Delivery::Stored {
            return;
        }
        let envelopes = device.does(|client| client.own_envelopes(known.report));
        let mine: Vec<ChangeHash> =
            known.saved.iter().filter(|(by, _)| *by == who).map(|(_, change)| *change).collect();
        for (dseq, hash) in &envelopes {
            let stored = self.network.stores(self.workspace, device.id, *dseq, *hash);
            assert!(stored, "{} says {:?}, and the server does not have it", device.name, row.delivery);
        }
        assert!(
            mine.is_empty() || !envelopes.is_empty(),
            "{} says {:?} of what it never sent",
            device.name,
            row.delivery
        );
        if row.delivery == Delivery::Received && !mine.is_empty() {
            let opened = self.devices.iter().filter(|other| other.role == Role::Coordinator).any(|other| {
                mine.iter().all(|change| {
                    other.tries(|client| client.holds_change(known.report, *change)).unwrap_or(false)
                })
            });
            assert!(opened, "{} says received, and no coordinator has opened it", device.name);
        }
    }

    /// What must hold in the end.
    pub(super) fn holds(&mut self) {
        let findings = self.network.checks();
        assert!(findings.problems.is_empty(), "the server's check: {:?}", findings.problems);
        let head = self.network.position(self.workspace, self.devices[0].id).head;
        assert_eq!(findings.envelopes, head, "the server's log has gaps");
        for known in &self.reports {
            let drafted = !known.sent;
            let mut seen: BTreeMap<String, String> = BTreeMap::new();
            for (who, device) in self.devices.iter().enumerate() {
                let must = known.sent && (device.role == Role::Coordinator || known.readers.contains(&who));
                if !must && (drafted || !device.has(known.report)) {
                    continue;
                }
                self.is_complete(device, known, must);
                if device.has(known.report) {
                    seen.insert(self.content(device, known.report), device.name.clone());
                }
            }
            assert!(seen.len() <= 1, "devices read one report differently: {seen:#?}");
            let reviews: BTreeSet<String> = self
                .devices
                .iter()
                .filter(|device| device.role == Role::Coordinator && known.sent)
                .map(|device| {
                    let heads = device.does(|client| client.review_heads(known.report));
                    format!("{:?}", heads.unwrap_or_default().iter().collect::<BTreeSet<_>>())
                })
                .collect();
            assert!(reviews.len() <= 1, "coordinators hold one review differently");
        }
        for device in &self.devices {
            let before = device.lists();
            device.does(|client| client.rebuild_projection());
            let unread = |row: ReportSummary| ReportSummary { unread: false, arrived_ms: 0, ..row };
            let (before, after): (Vec<_>, Vec<_>) =
                (before.into_iter().map(unread).collect(), device.lists().into_iter().map(unread).collect());
            assert_eq!(before, after, "{}'s list is not what its documents say", device.name);
            let status = device.status();
            assert_eq!(status.to_fetch, 0, "{}", device.name);
            assert!(status.waiting_reports == 0, "{} still waits: {status:?}", device.name);
        }
    }

    fn is_complete(&self, device: &Device, known: &Known, must: bool) {
        let name = &device.name;
        if !device.has(known.report) {
            let author = &self.devices[known.author].name;
            assert!(!must, "{name} may read {author}'s report {} and does not have it", known.report);
            return;
        }
        for (by, change) in &known.saved {
            let held = device.does(|client| client.holds_change(known.report, *change));
            assert!(held, "{name} lacks a change that {} had saved", self.devices[*by].name);
        }
        if device.role == Role::Coordinator {
            for (by, change) in &known.reviewed {
                let held = device.does(|client| client.holds_change(known.report, *change));
                assert!(held, "{name} lacks a review that {} had saved", self.devices[*by].name);
            }
        }
        let view = device.opens(known.report).expect("a report that opens");
        for word in &known.words {
            assert!(
                view.narrative.contains(word),
                "{name} misses {word}, which was saved: {}",
                view.narrative
            );
        }
        assert!(
            device.lists().iter().any(|row| row.id == known.report),
            "{name} has it and does not list it"
        );
        if known.sent && device.id == self.devices[known.author].id {
            assert!(
                view.summary.delivery >= Delivery::Stored,
                "{name}: {:?} in the end",
                view.summary.delivery
            );
        }
    }

    fn content(&self, device: &Device, report: StreamId) -> String {
        let heads = device.does(|client| client.report_heads(report));
        let view = device.opens(report).expect("a report that opens");
        let fields = view.sections.iter().flat_map(|section| {
            let entries = section.entries.iter().flat_map(|entry| &entry.fields);
            section.fields.iter().chain(entries).map(|field| {
                let versions = field.versions.iter().map(|version| version.text.clone());
                (field.path.clone(), field.text.clone(), versions.collect::<Vec<_>>())
            })
        });
        let fields: Vec<_> = fields.collect();
        let entries: Vec<_> = view
            .sections
            .iter()
            .flat_map(|section| &section.entries)
            .map(|entry| (&entry.id, &entry.removed, entry.edited_after_removal))
            .collect();
        let talk: Vec<_> = view.talk.iter().map(|said| (&said.id, &said.text, said.answered)).collect();
        let heads: BTreeSet<_> = heads.into_iter().collect();
        format!("{heads:?} {} {fields:?} {entries:?} {talk:?} {}", view.narrative, view.summary.stage)
    }
}
