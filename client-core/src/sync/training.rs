//! Makes `assets/dictionary-v2.bin`: what bodies have in common, so that deflate need not say it.
//!
//! `BAIKOO_DICTIONARY=/tmp/new.bin cargo test -p baikoo-client-core --release a_dictionary_is_trained`
//! writes it; without the variable a handful of reports shows that this still works.
//! Never once a version that reads it has been released: then write the next number.
//!
//! The bodies are made up from the forms, the labels and the gazetteer, in all languages, written
//! as people write: page by page, and later one answer at a time. The sample reports are not among
//! them, so what a benchmark says of these is no self-praise. Pieces are chosen as zstd's COVER
//! does (Liao, Petri, Moffat, Wirth 2016): a piece is worth the number of bodies that have each of
//! its six-byte strings; the best is taken, its strings count no more, and so on until the
//! dictionary is full. The best stand last, where deflate's distances are shortest.

use std::collections::{BTreeMap, BTreeSet};

use baikoo_protocol::hash::Hash;
use baikoo_protocol::id::{DeviceId, StreamId};

use super::body::{Body, Times};
use crate::env::Clocks;
use crate::form::answer::{Answer, DateAnswer, PlaceAnswer, Scalar, TimeAnswer};
use crate::form::labels::{Language, find};
use crate::form::{Form, Kind, Question, default_form, gazetteer, review_form};
use crate::report::schema::state;
use crate::report::{
    ActorId, Document, DocumentKind, Edit, EntryId, Path, Stage, TalkId, TalkItem, TalkKind, TextName,
};
use crate::store::UnsealedChange;

const DICTIONARY_BYTES: usize = 8 * 1024;
const STRING_BYTES: usize = 6;
const PIECE_BYTES: usize = 40;
const REPORTS: u64 = 1_200;

struct Dice(Hash);

impl Dice {
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        self.0 = Hash::of("baikoo dictionary training", &[&self.0.0]);
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.0.0[..N]);
        bytes
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::from(u16::from_le_bytes(self.bytes())) % bound.max(1)
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A report on its way: its document, its actor, and the changes that were not sent yet.
struct Writing {
    document: Document,
    device: DeviceId,
    stream: StreamId,
    actor: ActorId,
    incarnation: u32,
    now_ms: i64,
    unsent: Vec<Vec<u8>>,
}

impl Writing {
    fn new(dice: &mut Dice) -> Self {
        let incarnation = u32::from_le_bytes(dice.bytes());
        let (device, stream) = (DeviceId(dice.bytes()), StreamId(dice.bytes()));
        let actor = ActorId::derive(device, stream, incarnation);
        let now_ms = 1_795_000_000_000 + i64::from(u32::from_le_bytes(dice.bytes())) * 5;
        Self { document: Document::create(), device, stream, actor, incarnation, now_ms, unsent: Vec::new() }
    }

    fn edit(&mut self, dice: &mut Dice, gather: impl FnOnce(&mut Edit<'_>)) {
        self.now_ms += i64::from(u16::from_le_bytes(dice.bytes()));
        self.unsent.extend(self.document.edit(self.actor, self.now_ms, gather).unwrap());
    }

    fn sends(&mut self, dice: &mut Dice, kind: DocumentKind) -> Vec<u8> {
        let clocks = Clocks {
            wall_ms: self.now_ms,
            offset_min: *dice.one(&[300, 360]),
            monotonic_ms: u64::from(u32::from_le_bytes(dice.bytes())),
            boot_id: u64::from_le_bytes(dice.bytes()),
        };
        let times = Times::new(clocks, self.now_ms + i64::from(u16::from_le_bytes(dice.bytes())));
        let changes: Vec<UnsealedChange> = std::mem::take(&mut self.unsent)
            .into_iter()
            .map(|bytes| UnsealedChange { id: 0, incarnation: self.incarnation, bytes })
            .collect();
        Body::new(kind, times, &changes).to_bytes(self.device, self.stream)
    }
}

/// Words that people of the region use, as far as the labels have them.
fn words(dice: &mut Dice, language: Language, count: usize, keys: &[String]) -> String {
    let mut words: Vec<&str> = Vec::new();
    while words.len() < count {
        words.extend(find(language, dice.one::<String>(keys)).unwrap_or("…").split_whitespace());
    }
    words.truncate(count);
    words.join(" ")
}

fn answer(
    dice: &mut Dice,
    form: &Form,
    question: &Question,
    language: Language,
    keys: &[String],
) -> Option<Answer> {
    let choices = form.choices(question);
    Some(match question.kind {
        Kind::Text => {
            let count = 2 + dice.below(9);
            Answer::Text(words(dice, language, count, keys))
        }
        Kind::Integer => Answer::Integer(i64::try_from(dice.below(40)).unwrap()),
        Kind::Decimal => Answer::Decimal(f64::from(u8::from_le_bytes(dice.bytes())) / 4.0),
        Kind::SelectOne => Answer::Choice(dice.one(choices).code.clone()),
        Kind::SelectMultiple => {
            let count = 1 + dice.below(3);
            Answer::Choices((0..count).map(|_| dice.one(choices).code.clone()).collect())
        }
        Kind::Date => Answer::Date(DateAnswer(date(dice))),
        Kind::Time => Answer::Time(TimeAnswer {
            at: format!(
                "{}T{:02}:{:02}:00+0{}:00",
                date(dice),
                dice.below(24),
                dice.below(12) * 5,
                5 + dice.below(2)
            ),
            precision: (*dice.one(&["minute", "hour", "part_of_day"])).to_owned(),
            phone: None,
        }),
        Kind::Place => {
            let place = dice.one(gazetteer::places());
            let exact = dice.below(2) == 0;
            Answer::Place(PlaceAnswer {
                id: Some(place.id.clone()),
                name: Some(place.name(language).to_owned()),
                lat: exact.then_some(place.lat),
                lon: exact.then_some(place.lon),
                radius_m: exact.then(|| *dice.one(&[500, 1_000, 5_000])),
                ..PlaceAnswer::default()
            })
        }
        Kind::Narrative | Kind::Note => return None,
    })
}

fn date(dice: &mut Dice) -> String {
    format!("{}-{:02}-{:02}", 2021 + dice.below(6), 1 + dice.below(12), 1 + dice.below(28))
}

/// A report's first body, and those of edits to it.
fn report(dice: &mut Dice, keys: &[String]) -> Vec<Vec<u8>> {
    let form = default_form();
    let language = *dice.one(&Language::ALL);
    let mut writing = Writing::new(dice);
    writing.edit(dice, |edit| {
        edit.set_state(state::FORM, Scalar::Text(form.id.clone()));
        edit.set_state(state::FORM_VERSION, Scalar::Integer(i64::from(form.version)));
        edit.set_state("language", Scalar::Text(language.code().to_owned()));
        edit.set_stage(Stage::Draft, "");
    });
    // What is asked first is answered most.
    let some = |dice: &mut Dice, section: &crate::form::Section, most: usize| -> Vec<(String, Answer)> {
        let asked: Vec<&Question> =
            section.questions.iter().filter(|_| dice.below(3) < 1).take(most).collect();
        let answered = asked.into_iter().filter_map(|question| {
            Some((question.name.clone(), answer(dice, form, question, language, keys)?))
        });
        answered.collect()
    };
    for section in &form.sections {
        if section.repeat {
            for order in 0..dice.below(3) {
                let (id, answers) = (EntryId(dice.bytes()), some(dice, section, 8));
                let order = i64::try_from(order).unwrap();
                writing.edit(dice, |edit| edit.add_entry(&section.name, id, order));
                writing.edit(dice, |edit| {
                    for (question, answer) in &answers {
                        edit.set(&Path::entry(&section.name, id, question), Some(answer));
                    }
                });
            }
        } else {
            let answers = some(dice, section, 12);
            writing.edit(dice, |edit| {
                for (question, answer) in &answers {
                    edit.set(&Path::question(question), Some(answer));
                }
            });
        }
    }
    let count = 20 + dice.below(120);
    let narrative = words(dice, language, count, keys);
    writing.edit(dice, |edit| edit.set_text(TextName::Narrative, &narrative));
    let sent_at =
        format!("{}T{:02}:{:02}:{:02}+06:00", date(dice), dice.below(24), dice.below(60), dice.below(60));
    writing.edit(dice, |edit| {
        edit.set_stage(Stage::Sent, "");
        edit.set_state(state::SENT_AT, Scalar::Text(sent_at));
    });
    let mut bodies = vec![writing.sends(dice, DocumentKind::Report)];

    let plain: Vec<&Question> = form
        .sections
        .iter()
        .filter(|section| !section.repeat)
        .flat_map(|section| &section.questions)
        .collect();
    for _ in 0..3 {
        let question = *dice.one(&plain);
        if let Some(answer) = answer(dice, form, question, language, keys) {
            writing.edit(dice, |edit| edit.set(&Path::question(&question.name), Some(&answer)));
            bodies.push(writing.sends(dice, DocumentKind::Report));
        }
    }
    let text = words(dice, language, 12, keys);
    let kind = *dice.one(&[TalkKind::Question, TalkKind::Answer, TalkKind::Comment]);
    let id = TalkId(dice.bytes());
    writing.edit(dice, |edit| edit.say(id, TalkItem { kind, text, to: None, about: None, reply_to: None }));
    bodies.push(writing.sends(dice, DocumentKind::Report));

    let mut review = Writing::new(dice);
    let decision =
        review_form().questions().next().and_then(|one| answer(dice, review_form(), one, language, keys));
    let first = review_form().questions().next().map(|one| one.name.clone());
    let stream = StreamId(dice.bytes());
    review.edit(dice, |edit| {
        edit.set_state(state::REPORT, Scalar::Text(stream.to_string()));
        if let (Some(name), Some(decision)) = (&first, &decision) {
            edit.set(&Path::question(name), Some(decision));
        }
    });
    bodies.push(review.sends(dice, DocumentKind::Review));
    bodies
}

fn cover(bodies: &[Vec<u8>]) -> Vec<u8> {
    let mut worth: BTreeMap<&[u8], u32> = BTreeMap::new();
    for body in bodies {
        let strings: BTreeSet<&[u8]> = body.windows(STRING_BYTES).collect();
        strings.into_iter().for_each(|string| *worth.entry(string).or_default() += 1);
    }
    // What few bodies have is theirs.
    worth.retain(|_, count| *count >= 4);
    let value = |worth: &BTreeMap<&[u8], u32>, piece: &[u8]| -> u32 {
        let strings: BTreeSet<&[u8]> = piece.windows(STRING_BYTES).collect();
        strings.into_iter().filter_map(|string| worth.get(string)).sum()
    };
    let pieces: BTreeSet<&[u8]> = bodies.iter().flat_map(|body| body.windows(PIECE_BYTES)).collect();
    // A piece's worth only ever falls: the old one is an upper bound, and most need no second look.
    let mut heap: std::collections::BinaryHeap<(u32, &[u8])> = pieces
        .into_iter()
        .map(|piece| (value(&worth, piece), piece))
        .filter(|(value, _)| *value > 0)
        .collect();
    let (mut chosen, mut length) = (Vec::new(), 0);
    while let Some((old, piece)) = heap.pop() {
        let now = value(&worth, piece);
        if now == 0 {
            continue;
        }
        if now < old {
            heap.push((now, piece));
            continue;
        }
        // Its ends that nobody else has are left away.
        let known = |at: &usize| worth.contains_key(&piece[*at..*at + STRING_BYTES]);
        let places = 0..=PIECE_BYTES - STRING_BYTES;
        let (Some(start), Some(end)) = (places.clone().find(known), places.rev().find(known)) else {
            continue;
        };
        let piece = &piece[start..end + STRING_BYTES];
        if length + piece.len() > DICTIONARY_BYTES {
            break;
        }
        length += piece.len();
        chosen.push(piece);
        for string in piece.windows(STRING_BYTES) {
            worth.remove(string);
        }
    }
    chosen.into_iter().rev().flatten().copied().collect()
}

#[test]
fn a_dictionary_is_trained() {
    let to = std::env::var_os("BAIKOO_DICTIONARY");
    let count = if to.is_some() { REPORTS } else { 12 };
    let mut dice = Dice(Hash::ZERO);
    let mut keys = default_form().label_keys();
    keys.extend(review_form().label_keys());
    let bodies: Vec<Vec<u8>> = (0..count).flat_map(|_| report(&mut dice, &keys)).collect();
    let dictionary = cover(&bodies);
    assert!((1_000..=DICTIONARY_BYTES).contains(&dictionary.len()), "{} bytes", dictionary.len());
    if let Some(to) = to {
        std::fs::write(to, dictionary).unwrap();
    }
}
