//! Honest changes with a few bytes changed: most damage that a peer can do begins like that.

use super::hostile::{a_report, chunk_of, seal};
use super::*;

/// A small generator of our own, so that a seed replays everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

/// One to three bytes of the body changed, inserted or taken out.
fn mutate(raw: &[u8], dice: &mut Dice) -> Vec<u8> {
    let header = 9 + if raw[9] & 0x80 == 0 { 1 } else { 2 };
    let mut body = raw[header..].to_vec();
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(body.len());
        let byte = [0, 1, 2, 0x7e, 0x7f, 0x80, 0xff, body[at] ^ 1 << dice.roll(8)][dice.roll(8)];
        match dice.roll(6) {
            0 => body.insert(at, byte),
            1 => drop(body.remove(at)),
            2 => body[at] = body[at].wrapping_add(1),
            3 => body[at] = body[at].wrapping_sub(1),
            _ => body[at] = byte,
        }
    }
    let mut mutated = chunk_of(&body);
    if chunk::outline(&mutated).is_ok() {
        seal(&mut mutated);
    }
    mutated
}

#[test]
fn twenty_thousand_tampered_changes_do_no_harm() {
    let aida = a_report();
    let changes = aida.document.raw_changes();
    let mut standing = Document::create();
    standing.receive(&changes[..1], aida.actor).unwrap();
    let mut bermet = Person { document: standing, ..bermet() };
    bermet.edits(|edit| edit.set_text(TextName::Narrative, "The shop burned at night, they say."));
    let mut document = bermet.document;
    let before = document.save();
    let mut counts = std::collections::BTreeMap::<String, u32>::new();

    let outcome = isolation::run(|| {
        let mut dice = Dice(0x5eed_5eed_5eed_5eed);
        for round in 0..20_000 {
            let target = if round % 2 == 0 { &Document::create() } else { &document };
            let mutated = mutate(&changes[round % 2], &mut dice);
            let mut copy = target.clone();
            let result = copy.receive(&[mutated], aida.actor);
            *counts.entry(format!("{:?}", result.as_ref().map(|_| "let in"))).or_default() += 1;
            if result.is_err() {
                assert_eq!(copy.heads(), target.heads(), "round {round}");
            } else {
                let loaded = Document::load(&copy.save(), &[]).unwrap();
                assert_eq!(loaded.heads(), copy.heads(), "round {round}");
                assert_eq!(loaded.raw_changes(), copy.raw_changes(), "round {round}");
                assert_eq!(loaded.history(), copy.history(), "round {round}");
            }
        }
    });
    assert_eq!(outcome, Ok(()), "{counts:?}");
    assert_eq!(document.save(), before);
    let after = document.receive(&changes, aida.actor).unwrap();
    assert_eq!(after.applied.len(), 1, "honest changes are still let in");
    assert!(counts.keys().any(|outcome| outcome.contains("Foreign")), "{counts:?}");
}
