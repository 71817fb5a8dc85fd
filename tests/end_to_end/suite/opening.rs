//! Fault 28: why a message did not open, the answer does not tell.

use std::time::{Duration, Instant};

use bytes::Bytes;
use sealwire::{Aead, Kem, SystemRandom, envelope::Labels, keys::KeyPair};
use sealwire_tests::{chunks, rig};

use super::{
    Framework, Stage,
    client::{Form, Plain, request},
    handmade::{self, FORMS},
};

pub(super) const UNKNOWN_KEY: &str = "https://iana.org/assignments/http-problem-types#ohttp-key";
const NOT_OPENED: &str = "https://sealwire.dev/problems#not-opened";

const HEADER: usize = 7;
const ENC: usize = 32;

/// Messages that do not open, each for another cause.
async fn causes(stage: &Stage, form: Form) -> [(&'static str, Vec<u8>); 6] {
    let (_, wire, _) = stage.caller.sealed(form, request("POST", "/echo", "content")).await;
    let altered = |at: usize| {
        let mut wire = wire.to_vec();
        wire[at] ^= 1;
        wire
    };
    let low_order = [&wire[..HEADER], &[0; ENC], &wire[HEADER + ENC..]].concat();
    let stranger = KeyPair::derive(Kem::X25519HkdfSha256, &[8; 32]).unwrap();
    let stranger = rig::recipient(9, stranger.public_key().as_bytes(), Aead::ChaCha20Poly1305);
    let message = handmade::message("/echo", &[], "content");
    let labels = Labels { request: "message/other request", response: "message/other response" };
    let recipient = stage.caller.client.recipient();
    let (for_another, elsewhere) = match form {
        Form::OneShot => (
            rig::seal(&stranger, Labels::BHTTP, &message, &mut SystemRandom).unwrap().0,
            rig::seal(recipient, labels, &message, &mut SystemRandom).unwrap().0,
        ),
        _ => (
            chunks::seal(&stranger, chunks::LABELS, &[&message], &mut SystemRandom).unwrap().0,
            chunks::seal(recipient, labels, &[&message], &mut SystemRandom).unwrap().0,
        ),
    };
    [
        ("altered at its end", altered(wire.len() - 1)),
        ("an altered encapsulated key", altered(HEADER)),
        ("a public key of low order", low_order),
        ("sealed for another key", for_another),
        ("sealed under another label", elsewhere),
        ("cut", wire[..wire.len() - 1].to_vec()),
    ]
}

/// All of an answer, but for the time.
fn anonymous(mut answer: Plain) -> Plain {
    answer.fields.remove("date");
    answer
}

pub(crate) async fn fault_28_six_causes_of_a_failed_open_look_the_same<F: Framework>() {
    let stage = Stage::of::<F>().await;
    let (mut answers, mut times) = (Vec::new(), Vec::new());
    for form in FORMS {
        for (cause, wire) in causes(&stage, form).await {
            let wire = Bytes::from(wire);
            let mut best = Duration::MAX;
            for _ in 0..20 {
                let start = Instant::now();
                answers.push((form, cause, anonymous(stage.caller.raw(form, wire.clone()).await)));
                best = best.min(start.elapsed());
            }
            times.push(format!("{form:?}, {cause}: {} µs", best.as_micros()));
        }
    }
    assert_eq!(answers.len(), 2 * 6 * 20);
    for (form, cause, answer) in &answers {
        answer.is_problem(400, NOT_OPENED);
        assert_eq!(answer, &answers[0].2, "{form:?}, {cause}");
    }
    // Recorded, not asserted: on a shared machine it would say nothing.
    println!("the quickest of 20, over loopback, connection included: {times:#?}");
    assert!(stage.witness.so_far().await.is_empty());
}

/// Which keys and algorithms there are is public, and the one thing that is told.
pub(crate) async fn a_key_or_an_algorithm_that_is_not_there_is_told_apart<F: Framework>() {
    let stage = Stage::of::<F>().await;
    let mut answers = Vec::new();
    for form in FORMS {
        let (_, wire, _) = stage.caller.sealed(form, request("POST", "/echo", "content")).await;
        // A key id, a KEM, a KDF, an AEAD that exists and one that does not.
        for (at, value) in [(0, 8), (2, 0x21), (4, 2), (6, 2), (6, 9)] {
            let mut wire = wire.to_vec();
            wire[at] = value;
            let answer = stage.caller.raw(form, wire).await;
            answer.is_problem(400, UNKNOWN_KEY);
            answers.push(anonymous(answer));
        }
    }
    assert_eq!(answers.len(), 2 * 5);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}
