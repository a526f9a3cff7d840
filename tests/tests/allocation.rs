//! What a stranger's bytes can make a decoder allocate: never more than a small multiple of what
//! came, whatever lengths and counts the bytes claim.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(unsafe_code, reason = "an allocator that counts can't be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use baikoo_client_core::crypto::{passphrase, recovery};
use baikoo_client_core::form::Form;
use baikoo_client_core::member::Invitation;
use baikoo_client_core::protocol::codec::Write;
use baikoo_client_core::protocol::envelope::{Adopt, Checkpoint, Envelope, Grant, WireEnvelope};
use baikoo_client_core::protocol::frame::FrameDecoder;
use baikoo_client_core::protocol::id::{DeviceId, StreamId};
use baikoo_client_core::protocol::membership::{Body, Entry};
use baikoo_client_core::protocol::token::{Admission, Token};
use baikoo_client_core::report::inspect;
use baikoo_client_core::sync::hazmat;
use baikoo_tests::dice::Dice;

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::SeqCst) + layout.size();
        PEAK.fetch_max(now, Ordering::SeqCst);
        // SAFETY: the caller's promise is the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::SeqCst);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most that was allocated at once while `what` ran, beyond what was there before.
fn peak_of(what: impl FnOnce()) -> usize {
    let before = NOW.load(Ordering::SeqCst);
    PEAK.store(before, Ordering::SeqCst);
    what();
    PEAK.load(Ordering::SeqCst) - before
}

fn decode_everything(bytes: &[u8]) {
    let mut frames = FrameDecoder::default();
    frames.push(bytes);
    while let Ok(Some(_)) = frames.next_frame() {}
    let _ = Envelope::from_bytes(bytes);
    let _ = WireEnvelope::from_bytes(bytes);
    let _ = Grant::from_bytes(bytes);
    let _ = Checkpoint::from_bytes(bytes);
    let _ = Adopt::from_bytes(bytes);
    let _ = Entry::from_bytes(bytes);
    let _ = Body::from_bytes(bytes);
    let _ = Admission::from_bytes(bytes);
    let _ = hazmat::changes(bytes, (DeviceId([7; 16]), StreamId([8; 16])));
    let _ = inspect(bytes);
    let text = String::from_utf8_lossy(bytes);
    let _ = Token::from_header(&text);
    let _ = Invitation::from_link(&format!("https://a.example/#join={text}"));
    let _ = recovery::join(&[&text, &text]);
    let _ = Form::from_json(bytes);
}

/// How much a decoder may hold for bytes of this length: some copies, and what the standard
/// collections allocate at first.
fn fair(length: usize) -> usize {
    64 * 1024 + 40 * length
}

// One test, so that nothing else allocates meanwhile.
#[test]
fn no_claim_of_a_length_makes_a_decoder_allocate() {
    decode_everything(b"warms up what is loaded once");
    let mut dice = Dice::new(1);
    let mut corpus: Vec<Vec<u8>> = Vec::new();
    for _ in 0..3_000 {
        let length = dice.place(300);
        corpus.push((0..length).map(|_| u8::try_from(dice.below(256)).unwrap()).collect());
    }
    // Right beginnings, with counts and lengths that promise the moon.
    for claim in [60, 255, 65_535, 1 << 20, u64::from(u32::MAX), u64::MAX >> 1] {
        for start in [
            &[1, 1, 1, 0][..],
            &[1, 2, 1, 3],
            &[0; 32],
            &[0; 40],
            &[0x84, 0, 0, 0x85, 0, 0, 0, 0, 0],
            b"\x85\x6f\x4a\x83\0\0\0\0\x01",
            b"\x85\x6f\x4a\x83\0\0\0\0\x02",
            &[],
        ] {
            for fill in [0, 0x01, 0x7f, 0xff] {
                let mut bytes = start.to_vec();
                bytes.put_varint(claim);
                bytes.extend(vec![fill; 200]);
                corpus.push(bytes);
                // CBOR's own way to claim: arrays, byte strings, texts, maps of 2^40.
                for major in [0x5b, 0x7b, 0x9b, 0xbb] {
                    let mut bytes = start.to_vec();
                    bytes.push(major);
                    bytes.extend_from_slice(&(1_u64 << 40).to_be_bytes());
                    bytes.extend(vec![fill; 60]);
                    corpus.push(bytes);
                }
            }
        }
        for tag in [1, 2, 3, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x1f] {
            let mut bytes = vec![tag];
            bytes.put_varint(claim);
            bytes.extend(vec![0xff; 100]);
            corpus.push(bytes);
        }
    }
    for bytes in corpus {
        let peak = peak_of(|| decode_everything(&bytes));
        assert!(peak <= fair(bytes.len()), "{peak} bytes for {}: {bytes:02x?}", bytes.len());
    }
    // A key file that asks for all the memory there is: refused before any is taken.
    let mut file = b"baikoo-1".to_vec();
    for number in [u32::MAX, 3, 1] {
        file.extend_from_slice(&number.to_be_bytes());
    }
    file.extend(vec![7; 100]);
    let peak = peak_of(|| assert!(passphrase::unwrap(&file, "кызыл тоолор").is_err()));
    assert!(peak < 64 * 1024, "{peak}");
}
