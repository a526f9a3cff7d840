//! Bytes from strangers: every decoder is total, answers in bounded time and memory, and has one
//! encoding for one value. What mutated changes do to documents is tested beside the documents, and
//! what malformed calls do to the server beside the server.

#![allow(clippy::unwrap_used, reason = "tests")]

use baikoo_client_core::client::Client;
use baikoo_client_core::crypto::{passphrase, recovery};
use baikoo_client_core::form::Form;
use baikoo_client_core::member::Invitation;
use baikoo_client_core::protocol::envelope::{Adopt, Checkpoint, Envelope, Grant, WireEnvelope};
use baikoo_client_core::protocol::frame::{Frame, FrameDecoder};
use baikoo_client_core::protocol::membership::{Body, Entry};
use baikoo_client_core::protocol::token::{Admission, Token};
use baikoo_client_core::sync::driver::Access;
use baikoo_client_core::sync::{Effect, Input};
use baikoo_tests::person::Person;
use baikoo_tests::world::World;
use proptest::prelude::*;

fn decode_everything(bytes: &[u8]) {
    if let Ok(envelope) = Envelope::from_bytes(bytes) {
        assert_eq!(envelope.to_bytes(), bytes);
    }
    let _ = WireEnvelope::from_bytes(bytes);
    if let Ok(grant) = Grant::from_bytes(bytes) {
        assert_eq!(grant.to_bytes(), bytes);
    }
    if let Ok(checkpoint) = Checkpoint::from_bytes(bytes) {
        assert_eq!(checkpoint.to_bytes(), bytes);
    }
    if let Ok(adopt) = Adopt::from_bytes(bytes) {
        assert_eq!(adopt.to_bytes(), bytes);
    }
    if let Ok(entry) = Entry::from_bytes(bytes) {
        assert_eq!(entry.to_bytes(), bytes);
    }
    if let Ok(body) = Body::from_bytes(bytes) {
        assert_eq!(body.to_bytes(), bytes);
    }
    let _ = Admission::from_bytes(bytes);
    let _ = Form::from_json(bytes);
    let text = String::from_utf8_lossy(bytes);
    let _ = Token::from_header(&text);
    let _ = Invitation::from_link(&text);
    let _ = Invitation::from_link(&format!("https://a.example/#join={text}"));
    let _ = recovery::join(&[&text, &text]);
}

/// All frames of some bytes that arrive in pieces.
fn frames(bytes: &[u8], piece: usize) -> (Vec<Frame>, bool) {
    let (mut decoder, mut frames) = (FrameDecoder::default(), Vec::new());
    for part in bytes.chunks(piece.max(1)) {
        decoder.push(part);
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(_) => return (frames, true),
            }
        }
    }
    (frames, false)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn noise_is_refused_by_every_decoder(bytes: Vec<u8>) {
        decode_everything(&bytes);
        // A wrapped key of the right length, with parameters that nobody may choose.
        let mut wrapped = b"baikoo-1".to_vec();
        wrapped.extend_from_slice(&[0xff; 12]);
        wrapped.extend_from_slice(&bytes);
        prop_assert!(passphrase::unwrap(&wrapped, "any").is_err());
    }

    #[test]
    fn frames_are_the_same_in_whatever_pieces_they_come(bytes: Vec<u8>, one in 1_usize..40, other in 1_usize..40) {
        prop_assert_eq!(frames(&bytes, one), frames(&bytes, other));
    }
}

/// A real answer of a real server, as a device would get it.
fn a_real_call(world: &World, person: &Person) -> (Vec<u8>, Vec<u8>) {
    let effects = person.with(|client, engine| engine.handle(client, Input::SyncNow)).unwrap().unwrap();
    let request = effects.into_iter().find_map(|effect| match effect {
        Effect::Send(request) => Some(request),
        _ => None,
    });
    let request = request.expect("a request");
    (world.answers(&request), request.body)
}

fn feed(person: &Person, bytes: &[u8]) {
    person.restarts();
    let step =
        |input| person.with(|client: &mut Client, engine| engine.handle(client, input)).expect("it is on");
    step(Input::SyncNow).expect("a request");
    let _ = step(Input::Status(200));
    let _ = step(Input::Bytes(bytes.to_vec()));
    let _ = step(Input::Finished);
}

#[test]
fn a_hostile_server_can_neither_break_nor_mislead_a_device() {
    let world = World::new(70);
    let (gulnara, aida) = world.coordinator_and_monitor("Gulnara", "Aida");
    let report = aida.sends("Бул сөз жоголбойт.");
    world.syncs(&aida);
    let (answer, call) = a_real_call(&world, &gulnara);
    decode_everything(&call);
    let mut state = 0x1234_5678_9abc_def1_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 1).expect("64 bits")
    };
    for _ in 0..150 {
        let mut bytes = answer.clone();
        for _ in 0..1 + next() % 4 {
            let place = next() % bytes.len();
            match next() % 4 {
                0 => bytes[place] ^= 1 << (next() % 8),
                1 => bytes.truncate(place.max(1)),
                2 => bytes[place] = 0xff,
                _ => {
                    let from = next() % bytes.len();
                    let piece = bytes[from..(from + 40).min(bytes.len())].to_vec();
                    bytes.splice(place..place, piece);
                }
            }
        }
        feed(&gulnara, &bytes);
        // Whatever came of it is Aida's own word, or nothing.
        if let Some(seen) = gulnara.lists(report) {
            assert_eq!(seen.excerpt, "Бул сөз жоголбойт.");
        }
        assert!(gulnara.list().len() <= 1);
    }
    gulnara.restarts();
    world.syncs(&gulnara);
    assert_eq!(gulnara.opens(report).narrative, "Бул сөз жоголбойт.");
}
