//! Secrets that an application exports from an exchange (RFC 9180, section 5.3).

use sealwire::{
    Aead, Code, Exporter,
    envelope::{Labels, chunked},
};
use sealwire_tests::{
    chunks, independent,
    random::Deterministic,
    rig::{AEADS, Rig, answer, failure, key_pair, open_answer},
};

/// The handles of the client and of the server, each with the request between them.
struct Case {
    client: Exporter,
    server: Exporter,
    request: Vec<u8>,
    labels: Labels<'static>,
}

fn one_shot(rig: &Rig, seed: u64) -> Case {
    let (request, opener) = rig.seal(b"request", &mut Deterministic::new(seed));
    let (_, sealer) = rig.open(&request).unwrap();
    let (client, server) = (opener.exporter(), sealer.exporter());
    Case { client, server, request, labels: Labels::BHTTP }
}

fn in_chunks(rig: &Rig, seed: u64) -> Case {
    let labels = Labels::BHTTP_CHUNKED;
    let mut random = Deterministic::new(seed);
    let (request, opener) =
        chunks::seal(&rig.recipient, labels, &[b"request"], &mut random).unwrap();
    let (_, sealer) = chunked::open_request(&rig.ring, labels, &request[..39]).unwrap();
    Case { client: opener.exporter(), server: sealer.exporter(), request, labels }
}

/// The key schedule of the case, by independent code.
fn schedule(case: &Case) -> independent::Schedule {
    let shared = independent::decapsulate(key_pair(1).expose_private_key(), &case.request[7..39]);
    independent::request_schedule(&case.request, &shared, case.labels.request)
}

fn export(exporter: &Exporter, label: &str, length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    exporter.export(label, &mut out).unwrap();
    out
}

#[test]
fn both_ends_export_what_rfc_9180_says() {
    for aead in AEADS {
        let rig = Rig::new(4, 1, aead);
        for case in [one_shot(&rig, 1), in_chunks(&rig, 2)] {
            let schedule = schedule(&case);
            for (label, length) in [("", 32), ("file key v1", 1), ("é", 33), ("long", 8160)] {
                let context = ["sealwire app ", label].concat();
                let expected = schedule.export(context.as_bytes(), length);
                assert_eq!(export(&case.client, label, length), expected, "{label}");
                assert_eq!(export(&case.server, label, length), expected, "{label}");
            }
        }
    }
}

#[test]
fn secrets_differ_by_label_by_length_and_by_exchange() {
    let rig = Rig::new(4, 1, Aead::ChaCha20Poly1305);
    let cases = [one_shot(&rig, 1), one_shot(&rig, 2), in_chunks(&rig, 1), in_chunks(&rig, 2)];
    let mut seen = std::collections::BTreeSet::new();
    for case in &cases {
        for label in ["", "a", "b", "ab"] {
            assert!(seen.insert(export(&case.client, label, 32)), "{label}");
        }
        let longer = export(&case.client, "a", 33);
        assert!(seen.insert(longer[..32].to_vec()), "a length is part of what is derived from");
    }
    assert_eq!(seen.len(), 4 * 5);
}

/// The prefix keeps the application away from what the protocol derives.
#[test]
fn the_secret_of_the_response_cannot_be_exported() {
    let rig = Rig::new(4, 1, Aead::ChaCha20Poly1305);
    let case = one_shot(&rig, 1);
    let label = Labels::BHTTP.response;
    assert_ne!(export(&case.server, label, 32), schedule(&case).export(label.as_bytes(), 32));
}

/// A handle is cheap to share, and good for as long as somebody has it.
#[test]
fn a_handle_outlives_its_exchange() {
    let rig = Rig::new(4, 1, Aead::Aes256Gcm);
    let mut random = Deterministic::new(1);
    let (request, opener) = rig.seal(b"request", &mut random);
    let (_, sealer) = rig.open(&request).unwrap();
    let handles = [opener.exporter(), sealer.exporter(), sealer.exporter().clone()];
    let before = export(&handles[0], "later", 32);
    let response = answer(sealer, b"response", &mut random);
    assert_eq!(open_answer(opener, &response).unwrap(), b"response");
    let threads = handles.map(|handle| std::thread::spawn(move || export(&handle, "later", 32)));
    for thread in threads {
        assert_eq!(thread.join().unwrap(), before);
    }
}

#[test]
fn more_than_8160_bytes_are_refused() {
    let rig = Rig::new(4, 1, Aead::Aes128Gcm);
    for case in [one_shot(&rig, 1), in_chunks(&rig, 1)] {
        for length in [8161, 65536] {
            let mut out = vec![7; length];
            let error = failure(case.client.export("label", &mut out));
            assert_eq!(error.code(), Code::InvalidInput);
            assert!(out.iter().all(|&byte| byte == 7), "nothing was written");
        }
        assert!(export(&case.server, "label", 0).is_empty());
    }
}
