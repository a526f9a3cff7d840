//! Incidents that public sources reported, as reports of the default form: for demonstrations and
//! tests. One incident may have several reports, because sources disagree; none of them is "the"
//! account.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::answer::{Answer, DateAnswer, PlaceAnswer, TimeAnswer};
use super::gazetteer;
use super::labels::Language;

/// One account of one incident, as answers to the default form.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleReport {
    /// The same for all accounts of one incident.
    pub incident: String,
    /// Who wrote it down: a letter, not a person.
    pub reporter: String,
    /// The language of the narrative.
    pub language: Language,
    /// Answers outside of repeats, by question.
    pub answers: Vec<(String, Answer)>,
    /// What happened, in our words.
    pub narrative: String,
    /// Entries of repeats: the section, and the answers of one entry.
    pub entries: Vec<(String, Vec<(String, Answer)>)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleFile {
    #[serde(rename = "about")]
    _about: String,
    incidents: Vec<Incident>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Incident {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    place: String,
    #[serde(rename = "district")]
    _district: String,
    lat: f64,
    lon: f64,
    /// The gazetteer's id of the first place named.
    place_id: String,
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
struct Account {
    lang: String,
    reporter: String,
    source: String,
    start: String,
    end: Option<String>,
    precision: String,
    narrative: String,
    cause: Option<String>,
    istanbul_protocol: Option<bool>,
    /// Numbers of people and things, by what they count.
    #[serde(flatten)]
    counts: BTreeMap<String, Option<i64>>,
}

/// All accounts, in the order of the incidents.
pub fn sample_reports() -> Vec<SampleReport> {
    static FILE: LazyLock<SampleFile> = LazyLock::new(|| {
        serde_json::from_slice(include_bytes!("../../assets/samples/incidents.json"))
            .expect("the shipped samples are loaded by a test")
    });
    let accounts = FILE
        .incidents
        .iter()
        .flat_map(|incident| incident.accounts.iter().map(move |account| (incident, account)));
    accounts.map(|(incident, account)| report(incident, account)).collect()
}

fn report(incident: &Incident, account: &Account) -> SampleReport {
    let mut answers = Answered::default();
    answers.choices("inc_type", incident_types(&incident.kind));
    answers.put("place", Answer::Place(place(incident)));
    when(&mut answers, account);
    if let Some(cause) = &account.cause {
        answers.put("summary", Answer::Text(cause.clone()));
    }
    hurt(&mut answers, account);
    details(&mut answers, &incident.kind, account);

    let mut entries = vec![("sources".to_owned(), source(account))];
    let houses = [("houses_destroyed", "destroyed"), ("houses_damaged", "damaged")];
    for (count, state) in houses {
        let Some(number) = account.count(count) else { continue };
        let mut entry = Answered::default();
        entry.choice("prop_what", "house");
        entry.put("prop_qty", Answer::Integer(number));
        entry.choice("prop_state", state);
        entries.push(("property".to_owned(), entry.0));
    }
    if let Some(number) = account.count("victims") {
        let mut entry = Answered::default();
        entry.choices("p_role", &["victim"]);
        entry.choice("p_unit", "group");
        entry.put("p_count", Answer::Integer(number));
        entries.push(("persons".to_owned(), entry.0));
    }
    SampleReport {
        incident: incident.id.clone(),
        reporter: account.reporter.clone(),
        language: account.lang.parse().unwrap_or(Language::En),
        answers: answers.0,
        narrative: account.narrative.clone(),
        entries,
    }
}

/// The form's types of incident for a type of the samples.
fn incident_types(kind: &str) -> &'static [&'static str] {
    match kind {
        "border_clash" => &["clash", "water"],
        "attack_on_person" => &["attack", "shelling"],
        "property_destruction" => &["property"],
        "torture_ill_treatment" => &["torture", "abduction"],
        "displacement" => &["displacement"],
        "attack_on_medical" => &["attack", "school_health"],
        "explosive_weapons" => &["shelling", "killing"],
        "attack_on_education" => &["school_health", "property", "killing"],
        "road_blocked" => &["movement", "shelling"],
        "water_dispute" => &["water", "clash"],
        "disaster" => &["disaster"],
        "access_to_water" => &["water"],
        "pressure_on_media" => &["pressure", "online"],
        _ => &["other"],
    }
}

fn place(incident: &Incident) -> PlaceAnswer {
    let mut place = PlaceAnswer { name: Some(incident.place.clone()), ..PlaceAnswer::default() };
    if gazetteer::place(&incident.place_id).is_some() {
        place.id = Some(incident.place_id.clone());
    }
    // These are of the nearest village, so they say where on the map, not where exactly.
    (place.lat, place.lon, place.radius_m) = (Some(incident.lat), Some(incident.lon), Some(5_000));
    place
}

/// A start such as `2021-04-29T05:45:00+06:00` is both a date and a time; `2018-05` is a date only.
fn when(answers: &mut Answered, account: &Account) {
    let (date, time) = match account.start.split_once('T') {
        Some((date, _)) => (date, Some(&account.start)),
        None => (account.start.as_str(), None),
    };
    answers.put("start_date", Answer::Date(DateAnswer(date.to_owned())));
    if let Some(at) = time {
        let time = TimeAnswer { at: at.clone(), precision: account.precision.clone(), phone: None };
        answers.put("start_time", Answer::Time(time));
        answers.choice("clock", if at.ends_with("+05:00") { "tj" } else { "kg" });
    }
    if let Some(end) = &account.end {
        answers.put("end_date", Answer::Date(DateAnswer(end.clone())));
    }
}

/// Zero was reported and is kept; nothing reported is not zero.
fn hurt(answers: &mut Answered, account: &Account) {
    let (killed, injured) = (account.count("killed"), account.count("injured"));
    if killed.is_some() || injured.is_some() {
        answers.put("hurt_count", Answer::Integer(killed.unwrap_or(0) + injured.unwrap_or(0)));
    }
    for (question, count) in [
        ("killed_total", killed),
        ("injured_total", injured),
        ("detained", account.count("victims")),
        ("displaced_people", account.count("displaced")),
        ("displaced_children", account.count("children")),
    ] {
        if let Some(count) = count {
            answers.put(question, Answer::Integer(count));
        }
    }
}

fn details(answers: &mut Answered, kind: &str, account: &Account) {
    answers.choice("record_mode", "media");
    if account.istanbul_protocol == Some(true) {
        answers.choice("ip_done", "yes");
    }
    match kind {
        "disaster" => answers.choice("haz_type", "mudflow"),
        "access_to_water" => {
            answers.choice("water_kind", "irrigation");
            answers.choices("water_cut_by", &["mudflow"]);
        }
        "pressure_on_media" => answers.choices("pressure", &["block"]),
        _ => {}
    }
}

fn source(account: &Account) -> Vec<(String, Answer)> {
    let mut entry = Answered::default();
    entry.put("src_ref", Answer::Text(account.source.clone()));
    entry.choice("src_conn", "third_party");
    entry.choice("src_kind", "press");
    entry.choice("src_consent", "public");
    entry.0
}

impl Account {
    fn count(&self, what: &str) -> Option<i64> {
        self.counts.get(what).copied().flatten()
    }
}

/// Answers as they are gathered.
#[derive(Default)]
struct Answered(Vec<(String, Answer)>);

impl Answered {
    fn put(&mut self, question: &str, answer: Answer) {
        self.0.push((question.to_owned(), answer));
    }

    fn choice(&mut self, question: &str, code: &str) {
        self.put(question, Answer::Choice(code.to_owned()));
    }

    fn choices(&mut self, question: &str, codes: &[&str]) {
        self.put(question, Answer::Choices(codes.iter().map(|code| (*code).to_owned()).collect()));
    }
}

#[cfg(test)]
#[path = "samples_tests.rs"]
mod tests;
