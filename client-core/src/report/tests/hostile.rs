//! What Mallory, who holds a member's phone and its keys, can't do.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{
    ActorId as TheirActor, Automerge, Change, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, TextEncoding,
};

use super::*;
use crate::form::answer::{Answer, Scalar};

/// Mallory writes with Automerge itself, without our editor.
fn mallory(
    standing_on: &Document,
    write: impl FnOnce(&mut automerge::transaction::Transaction<'_>),
) -> Vec<u8> {
    let mut automerge = Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint);
    let changes = [GENESIS.to_vec()].into_iter().chain(standing_on.raw_changes());
    automerge.apply_changes(changes.map(|raw| Change::from_bytes(raw).unwrap()).collect::<Vec<_>>()).unwrap();
    automerge.set_actor(TheirActor::from(actor(66, 0).0));
    let mut transaction = automerge.transaction();
    write(&mut transaction);
    let (hash, _) = transaction.commit_with(CommitOptions::default().with_time(0));
    automerge.get_change_by_hash(&hash.unwrap()).unwrap().raw_bytes().to_vec()
}

fn container(name: &str) -> ObjId {
    let number = ["answers", "entries", "texts", "narrative", "impact", "remarks", "talk", "state"]
        .iter()
        .position(|other| *other == name)
        .unwrap();
    ObjId::Id(number as u64 + 1, TheirActor::from([0; 16]), 0)
}

/// The refusal, after a look that nothing changed.
fn refusal(document: &mut Document, raw: Vec<u8>, signer: ActorId) -> ChangeRefusal {
    let before = document.save();
    let refusal = document.receive(&[raw], signer).unwrap_err();
    assert_eq!(document.save(), before);
    refusal
}

pub(super) fn a_report() -> Person {
    let mut aida = aida();
    aida.edits(|edit| {
        edit.set(&Path::question("inc_type"), Some(&Answer::Choice("shooting".into())));
        edit.set_text(TextName::Narrative, "The shop burned at night.");
        edit.add_entry("persons", EntryId([1; 8]), 1);
        edit.set(&Path::entry("persons", EntryId([1; 8]), "p_age"), Some(&Answer::Integer(40)));
    });
    aida.edits(|edit| edit.set_text(TextName::Narrative, "The shop and the house burned."));
    aida
}

#[test]
fn nobody_writes_in_anothers_name() {
    let (mut aida, mut bermet) = (aida(), bermet());
    let changes = aida.edits(|edit| edit.set_text(TextName::Narrative, "mine"));
    assert_eq!(refusal(&mut bermet.document, changes[0].clone(), actor(66, 0)), ChangeRefusal::WrongActor);
    let genesis = GENESIS.to_vec();
    assert_eq!(refusal(&mut bermet.document, genesis, ActorId::GENESIS), ChangeRefusal::WrongActor);
    assert!(bermet.document.edit(ActorId::GENESIS, 0, |_| {}).is_err());
}

#[test]
fn a_restored_phone_that_goes_on_as_before_is_refused_and_a_new_incarnation_is_not() {
    let (mut aida, mut bermet) = (aida(), bermet());
    aida.edits(|edit| edit.set_text(TextName::Narrative, "before the backup"));
    let mut restored = aida.clone();
    aida.edits(|edit| edit.set_text(TextName::Narrative, "lost with the phone"));
    bermet.hears(&aida);

    let reused = restored.edits(|edit| edit.set_text(TextName::Impact, "written on the new phone"));
    assert_eq!(refusal(&mut bermet.document, reused[0].clone(), aida.actor), ChangeRefusal::ActorReused);
    let mut batch = aida.document.raw_changes();
    batch.extend(reused);
    assert_eq!(Document::create().receive(&batch, aida.actor), Err(ChangeRefusal::ActorReused));

    let base = aida.document.changes_since(&[]);
    let mut again = Person { actor: actor(1, 1), ..aida.clone() };
    again.document = Document::load(&[], &base[..1]).unwrap();
    let changes = again.edits(|edit| edit.set_text(TextName::Impact, "written on the new phone"));
    assert_eq!(bermet.document.receive(&changes, again.actor).unwrap().applied.len(), 1);
    assert_eq!(bermet.document.text(TextName::Impact), "written on the new phone");
    assert_eq!(bermet.document.text(TextName::Narrative), "lost with the phone");
}

#[test]
fn what_stands_on_unknown_changes_waits_and_what_is_known_is_passed_over() {
    let (mut aida, mut bermet) = (aida(), bermet());
    let first = aida.edits(|edit| edit.set_text(TextName::Narrative, "one"));
    let second = aida.edits(|edit| edit.set_text(TextName::Narrative, "one two"));
    let received = bermet.document.receive(&second, aida.actor).unwrap();
    assert_eq!(received, Received { applied: vec![], missing: vec![inspect(&first[0]).unwrap().hash] });
    assert_eq!(bermet.document.text(TextName::Narrative), "");

    let both = [second[0].clone(), first[0].clone(), first[0].clone()];
    assert_eq!(bermet.document.receive(&both, aida.actor).unwrap().applied.len(), 2);
    assert_eq!(bermet.document.receive(&both, aida.actor).unwrap(), Received::default());
    assert_eq!(bermet.document.text(TextName::Narrative), "one two");
}

#[test]
fn only_raw_changes_are_looked_at() {
    let aida = a_report();
    let raw = aida.document.raw_changes().remove(0);
    for kind in [0, 2, 3, 4, 255] {
        let mut other = raw.clone();
        other[8] = kind;
        assert_eq!(inspect(&other), Err(ChangeRefusal::NotARawChange), "chunk type {kind}");
    }
    let long = Person::new(3).edits(|edit| edit.set_text(TextName::Narrative, &"many words ".repeat(50)));
    let mut compressed = Change::from_bytes(long[0].clone()).unwrap();
    assert_eq!(compressed.bytes()[8], 2, "Automerge compresses what is long");
    assert_eq!(inspect(&compressed.bytes()), Err(ChangeRefusal::NotARawChange));
    assert_eq!(inspect(&aida.document.save()), Err(ChangeRefusal::NotARawChange));

    let mut wrong_sum = raw.clone();
    wrong_sum[4] ^= 1;
    assert_eq!(inspect(&wrong_sum), Err(ChangeRefusal::Malformed));
    let longer = [&raw[..], &[0]].concat();
    assert_eq!(inspect(&longer), Err(ChangeRefusal::Malformed));
    assert_eq!(inspect(&[raw.clone(), raw.clone()].concat()), Err(ChangeRefusal::Malformed));
    assert_eq!(inspect(&raw[..raw.len() - 1]), Err(ChangeRefusal::Malformed));
    assert_eq!(inspect(b""), Err(ChangeRefusal::Malformed));
    assert_eq!(inspect(&vec![0; 70_000]), Err(ChangeRefusal::TooLarge));
    assert!(inspect(&raw).is_ok());
}

#[test]
fn a_change_does_only_what_our_editor_does() {
    type Write = fn(&mut automerge::transaction::Transaction<'_>);
    let mut aida = a_report();
    let attempts: [(&str, Write); 14] = [
        ("another container", |tx| drop(tx.put_object(ROOT, "answers", ObjType::Map).unwrap())),
        ("a scalar beside the containers", |tx| tx.put(ROOT, "note", "x").unwrap()),
        ("delete an answer", |tx| tx.delete(container("answers"), "inc_type").unwrap()),
        ("delete an entry", |tx| tx.delete(container("entries"), "persons/0101010101010101").unwrap()),
        ("replace an entry", |tx| {
            tx.put_object(container("entries"), "persons/0101010101010101", ObjType::Map).unwrap();
        }),
        ("an entry of no name", |tx| drop(tx.put_object(container("entries"), "x", ObjType::Map).unwrap())),
        ("a list", |tx| drop(tx.put_object(container("answers"), "list", ObjType::List).unwrap())),
        ("a counter", |tx| tx.put(container("answers"), "n", ScalarValue::counter(1)).unwrap()),
        ("no number", |tx| tx.put(container("answers"), "n", f64::NAN).unwrap()),
        ("bytes", |tx| tx.put(container("answers"), "n", ScalarValue::Bytes(vec![1])).unwrap()),
        ("another text", |tx| drop(tx.put_object(container("texts"), "more", ObjType::Text).unwrap())),
        ("a paragraph mark", |tx| drop(tx.split_block(container("narrative"), 0).unwrap())),
        ("a map in an entry", |tx| {
            let entry = tx.get(container("entries"), "persons/0101010101010101").unwrap().unwrap().1;
            tx.put_object(entry, "deeper", ObjType::Map).unwrap();
        }),
        ("a long key", |tx| tx.put(container("answers"), "k".repeat(500), 1).unwrap()),
    ];
    for (what, write) in attempts {
        let raw = mallory(&aida.document, write);
        assert_eq!(refusal(&mut aida.document, raw, actor(66, 0)), ChangeRefusal::Foreign, "{what}");
    }
    let honest = mallory(&aida.document, |tx| tx.put(container("answers"), "injured", 3).unwrap());
    aida.document.receive(&[honest], actor(66, 0)).unwrap();
    assert_eq!(aida.document.scalar(&Path::question("injured")), Some(Scalar::Integer(3)));
}

#[test]
fn a_thousand_maps_in_each_other_are_harmless() {
    let mut aida = a_report();
    let raw = mallory(&aida.document, |tx| {
        let mut inner = container("answers");
        for _ in 0..1_000 {
            inner = tx.put_object(&inner, "a", ObjType::Map).unwrap();
        }
    });
    assert!(raw.len() < 64 * 1024);
    assert_eq!(refusal(&mut aida.document, raw, actor(66, 0)), ChangeRefusal::Foreign);
}

#[test]
fn whether_a_change_is_let_in_does_not_depend_on_what_else_is_there() {
    let mut bermet = bermet();
    bermet.edits(|edit| edit.add_entry("persons", EntryId([1; 8]), 1));
    let raw = mallory(&bermet.document, |tx| {
        let entry = tx.get(container("entries"), "persons/0101010101010101").unwrap().unwrap().1;
        tx.put(entry, "p_age", 5).unwrap();
    });
    // It writes into Bermet's entry, and now claims not to have seen Bermet's change.
    let mut lie = Change::from_bytes(raw.clone()).unwrap().decode();
    lie.deps = vec![Change::from_bytes(GENESIS.to_vec()).unwrap().hash()];
    lie.start_op = 9.try_into().unwrap();
    let lie = Change::from(lie).raw_bytes().to_vec();
    let mut empty = Document::create();
    assert_eq!(refusal(&mut bermet.document, lie.clone(), actor(66, 0)), ChangeRefusal::Foreign);
    assert_eq!(refusal(&mut empty, lie, actor(66, 0)), ChangeRefusal::Foreign);
    assert_eq!(bermet.document.receive(&[raw], actor(66, 0)).unwrap().applied.len(), 1);
}

#[test]
fn nobody_changes_what_another_said() {
    let mut aida = aida();
    let item = TalkItem {
        kind: TalkKind::Comment,
        text: "I was there.".into(),
        to: None,
        about: None,
        reply_to: None,
    };
    aida.edits(|edit| edit.say(TalkId([1; 8]), item.clone()));
    let raw = mallory(&aida.document, |tx| {
        let said = tx.get(container("talk"), "0101010101010101").unwrap().unwrap().1;
        tx.put(said, "text", "I was not there.").unwrap();
    });
    aida.document.receive(&[raw], actor(66, 0)).unwrap();
    assert_eq!(aida.document.talk()[0].item, item);
    let history = aida.document.history_of(&Path::Talk(TalkId([1; 8])));
    assert_eq!(history.last().unwrap().actor, actor(66, 0), "but that somebody tried is not hidden");
}

/// Puts a checksum that fits on a chunk that was tampered with.
pub(super) fn seal(raw: &mut [u8]) {
    // The decoder computes the hash from the bytes; what it computed is what should stand there.
    if let Ok(change) = Change::from_bytes(raw.to_vec()) {
        raw[4..8].copy_from_slice(&change.hash().0[..4]);
    }
}

/// A change of the given columns, on the genesis change.
fn forge(columns: &[(u8, Vec<u8>)], start_op: &[u8]) -> Vec<u8> {
    let mut raw = forge_unsealed(columns, start_op);
    seal(&mut raw);
    raw
}

/// Without the checksum: to compute it, Automerge would count the ops.
fn forge_unsealed(columns: &[(u8, Vec<u8>)], start_op: &[u8]) -> Vec<u8> {
    let genesis = Change::from_bytes(GENESIS.to_vec()).unwrap().hash();
    let mut body = vec![1];
    body.extend(genesis.0);
    body.push(16);
    body.extend(actor(66, 0).0);
    body.push(1);
    body.extend(start_op);
    body.extend([0, 0]);
    body.extend([1, 16]);
    body.extend([0; 16]);
    body.push(u8::try_from(columns.len()).unwrap());
    for (specification, data) in columns {
        body.push(*specification);
        body.push(u8::try_from(data.len()).unwrap());
    }
    body.extend(columns.iter().flat_map(|(_, data)| data));
    chunk_of(&body)
}

/// A raw change with this body.
pub(super) fn chunk_of(body: &[u8]) -> Vec<u8> {
    let mut raw = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1];
    let length = body.len();
    if length < 0x80 {
        raw.push(u8::try_from(length).unwrap());
    } else {
        raw.extend([u8::try_from(length & 0x7f | 0x80).unwrap(), u8::try_from(length >> 7).unwrap()]);
    }
    raw.extend(body);
    raw
}

#[test]
#[allow(clippy::disallowed_methods, reason = "how long a refusal takes is the point")]
fn a_few_bytes_that_mean_millions_of_ops_are_refused_at_once() {
    let million = vec![0xc0, 0x84, 0x3d];
    let endless = vec![0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f];
    for count in [million, endless] {
        let run = |value: u8| [count.clone(), vec![value]].concat();
        let forged = forge_unsealed(
            &[
                (0x01, run(1)),
                (0x02, run(4)),
                (0x13, run(1)),
                (0x34, [vec![0], count.clone()].concat()),
                (0x42, run(1)),
                (0x56, run(0)),
                (0x70, run(0)),
            ],
            &[9],
        );
        let begun = std::time::Instant::now();
        assert_eq!(inspect(&forged), Err(ChangeRefusal::TooManyOps));
        assert!(begun.elapsed().as_millis() < 50);
    }
    // One op that claims to replace as many others.
    let forged = forge_unsealed(
        &[
            (0x01, vec![0x7f, 1]),
            (0x02, vec![0x7f, 1]),
            (0x15, vec![0x7f, 1, b'a']),
            (0x34, vec![1]),
            (0x42, vec![0x7f, 1]),
            (0x56, vec![0x7f, 0]),
            (0x70, vec![0x7f, 0xc0, 0x84, 0x3d]),
            (0x71, vec![0xc0, 0x84, 0x3d, 0]),
            (0x73, vec![0xc0, 0x84, 0x3d, 1]),
        ],
        &[9],
    );
    assert_eq!(inspect(&forged), Err(ChangeRefusal::TooManyOps));
}

#[test]
fn a_number_that_nobody_could_count_on_from_is_refused() {
    let honest = [
        (0x01, vec![0x7f, 1]),
        (0x02, vec![0x7f, 1]),
        (0x15, vec![0x7f, 1, b'a']),
        (0x34, vec![1]),
        (0x42, vec![0x7f, 1]),
        (0x56, vec![0x7f, 0]),
        (0x70, vec![0x7f, 0]),
    ];
    let first = forge(&honest, &[9]);
    assert_eq!(Document::create().receive(&[first], actor(66, 0)).unwrap().applied.len(), 1);
    for start in [&[8][..], &[10], &[0xff, 0xff, 0xff, 0xff, 0x0f]] {
        let forged = forge(&honest, start);
        let mut document = Document::create();
        assert_eq!(refusal(&mut document, forged, actor(66, 0)), ChangeRefusal::OutOfSequence, "{start:?}");
    }
}

#[test]
fn a_document_takes_only_so_many_ops() {
    let mut bermet = bermet();
    let mut refused = None;
    for number in 70..80 {
        let mut writer = Person::new(number);
        let changes = writer.edits(|edit| edit.set_text(TextName::Narrative, &"слово ".repeat(5_000)));
        refused = bermet.document.receive(&changes, writer.actor).err();
        if refused.is_some() {
            break;
        }
    }
    assert_eq!(refused, Some(ChangeRefusal::DocumentFull));
    assert!(bermet.document.ops() <= limits::DOCUMENT_OPS_MAX);
}
