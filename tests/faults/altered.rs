//! Faults 1, 2 and 28: messages that were altered or cut.

use sealwire::{
    Aead, Code, Error, Kem,
    envelope::{Labels, ResponseOpener, open_request},
    hpke::setup_receiver,
};
use sealwire_tests::{
    random::{Deterministic, Scripted},
    rig::{AEADS, Rig, answer, failure, key_pair, open_answer, seal},
};

use crate::{count, report};

const KEY_ID: u8 = 0x35;
const HEADER: usize = 7;
const FRONT: usize = HEADER + 32;
const REQUEST: &[u8] = b"POST /transfer: 100 to Alice, and nothing more";
const RESPONSE: &[u8] = b"200: sent";

/// An exchange that can be had again and again: the same ephemeral key, so the same bytes.
struct Exchange {
    rig: Rig,
    request: Vec<u8>,
    response: Vec<u8>,
}

impl Exchange {
    fn new(aead: Aead) -> Self {
        let rig = Rig::new(KEY_ID, 1, aead);
        let (request, _) = rig.seal(REQUEST, &mut Scripted::new(&[9; 32]));
        let (_, sealer) = rig.open(&request).unwrap();
        let response = answer(sealer, RESPONSE, &mut Deterministic::new(5));
        Self { rig, request, response }
    }

    fn opener(&self) -> ResponseOpener {
        let (request, opener) = self.rig.seal(REQUEST, &mut Scripted::new(&[9; 32]));
        assert_eq!(request, self.request);
        opener
    }
}

/// Opens a request that must not open; checks what is left of it, and returns the error.
fn refuse_request(rig: &Rig, message: &[u8]) -> Error {
    let mut buffer = message.to_vec();
    let error = failure(open_request(&rig.ring, Labels::BHTTP, &mut buffer));
    match error.code() {
        // Decided by the header alone: nothing was decrypted, and nothing was touched.
        Code::UnknownKey => assert_eq!(buffer, message),
        _ => {
            assert_eq!(error, open_failed());
            let sealed = FRONT.min(buffer.len());
            assert_eq!(buffer[..sealed], message[..sealed], "the public part stays");
            assert!(buffer[sealed..].iter().all(|&byte| byte == 0), "all the rest is zero");
        }
    }
    error
}

/// Opens a response that must not open, and checks what is left of it.
fn refuse_response(opener: ResponseOpener, nonce_len: usize, message: &[u8]) {
    let mut buffer = message.to_vec();
    assert_eq!(failure(opener.open(&mut buffer)), open_failed());
    let sealed = nonce_len.min(buffer.len());
    assert_eq!(buffer[..sealed], message[..sealed], "the public part stays");
    assert!(buffer[sealed..].iter().all(|&byte| byte == 0), "all the rest is zero");
}

/// The one value of a failed open, had in the plainest way.
fn open_failed() -> Error {
    let suite = sealwire::Suite::x25519(Aead::ChaCha20Poly1305);
    failure(setup_receiver(suite, &[1], &key_pair(1), b""))
}

#[test]
fn fault_01_single_bit_flips() {
    let exchanges = AEADS.map(Exchange::new);
    for exchange in &exchanges {
        let (request, _) = exchange.rig.open(&exchange.request).unwrap();
        assert_eq!(request, REQUEST, "unaltered it opens");
        assert_eq!(open_answer(exchange.opener(), &exchange.response).unwrap(), RESPONSE);
    }
    let mut random = Deterministic::new(0xF1);
    // A whole round flips every bit of every message once; random ones fill up the count, with
    // lengths up to a chunk.
    let mut done = 0;
    let mut unknown_key = 0;
    for exchange in &exchanges {
        let nonce_len = exchange.rig.recipient.suite().aead.key_len();
        for bit in 0..8 * exchange.request.len() {
            let error = refuse_request(&exchange.rig, &flipped(&exchange.request, bit));
            unknown_key += usize::from(error.code() == Code::UnknownKey);
            // A flip in the header may name another suite that the key accepts.
            assert!(bit < 8 * HEADER || error.code() == Code::OpenFailed);
            done += 1;
        }
        for bit in 0..8 * exchange.response.len() {
            let altered = flipped(&exchange.response, bit);
            refuse_response(exchange.opener(), nonce_len, &altered);
            done += 1;
        }
    }
    // 7 bytes of header each, less the four flips that turn one AEAD into another: 1 and 3, 2 and
    // 3 differ by one bit.
    assert_eq!(unknown_key, 3 * 56 - 4);
    while done < count(1_000_000, 6_000) {
        let exchange = &exchanges[done % 3];
        let aead = exchange.rig.recipient.suite().aead;
        let length = random.below(300);
        let plaintext = random.bytes(length);
        let mut ephemeral = random.clone();
        let (request, opener) = exchange.rig.seal(&plaintext, &mut ephemeral);
        // Eight flips in one request: sealing again would be most of the time.
        for _ in 0..8 {
            let bit = random.below(8 * request.len());
            refuse_request(&exchange.rig, &flipped(&request, bit));
            done += 1;
        }
        let (_, sealer) = exchange.rig.open(&request).unwrap();
        let response = answer(sealer, &plaintext, &mut random);
        let bit = random.below(8 * response.len());
        refuse_response(opener, aead.key_len(), &flipped(&response, bit));
        done += 1;
    }
    assert!(done >= count(1_000_000, 6_000));
    report("fault_01", done);
}

fn flipped(message: &[u8], bit: usize) -> Vec<u8> {
    let mut altered = message.to_vec();
    altered[bit / 8] ^= 1 << (bit % 8);
    altered
}

#[test]
fn fault_02_cut_at_every_byte() {
    let mut cuts = 0;
    for exchange in AEADS.map(Exchange::new) {
        let nonce_len = exchange.rig.recipient.suite().aead.key_len();
        for length in 0..exchange.request.len() {
            let error = refuse_request(&exchange.rig, &exchange.request[..length]);
            assert_eq!(error.code(), Code::OpenFailed, "{length} bytes");
            cuts += 1;
        }
        for length in 0..exchange.response.len() {
            refuse_response(exchange.opener(), nonce_len, &exchange.response[..length]);
            cuts += 1;
        }
        // Cut at the other end, and grown.
        for front in 1..exchange.request.len() {
            refuse_request(&exchange.rig, &exchange.request[front..]);
            cuts += 1;
        }
        for front in 1..exchange.response.len() {
            refuse_response(exchange.opener(), nonce_len, &exchange.response[front..]);
            cuts += 1;
        }
        refuse_request(&exchange.rig, &[&exchange.request[..], &[0]].concat());
        refuse_response(exchange.opener(), nonce_len, &[&exchange.response[..], &[0]].concat());
        cuts += 2;
    }
    let request = FRONT + REQUEST.len() + 16;
    let responses = 16 + 32 + 32 + 3 * (RESPONSE.len() + 16);
    assert_eq!(cuts, 2 * (3 * request + responses));
    report("fault_02", cuts);
}

/// All the ways in which an open can fail are one and the same error, in every representation.
#[test]
fn fault_28_all_causes_of_a_failed_open_are_one_error() {
    let exchange = Exchange::new(Aead::ChaCha20Poly1305);
    let (rig, good) = (&exchange.rig, &exchange.request);
    let replace = |at: usize, bytes: &[u8]| {
        let mut message = good.clone();
        message[at..at + bytes.len()].copy_from_slice(bytes);
        message
    };
    let other_server = Rig::new(KEY_ID, 2, Aead::ChaCha20Poly1305);
    let other_suite =
        [&[KEY_ID][..], &sealwire::Suite::x25519(Aead::Aes256Gcm).to_bytes()].concat();
    let other_labels = Labels { request: "message/other request", response: "" };
    let (relabeled, _) =
        seal(&rig.recipient, other_labels, REQUEST, &mut Deterministic::new(1)).unwrap();
    let requests = [
        ("enc of low order", replace(HEADER, &[0; 32])),
        ("enc of somebody else", replace(HEADER, key_pair(3).public_key().as_bytes())),
        ("an altered ciphertext", replace(FRONT, &[good[FRONT] ^ 1])),
        ("an altered tag", replace(good.len() - 1, &[good[good.len() - 1] ^ 1])),
        ("another suite that the key accepts", replace(0, &other_suite)),
        ("another server's key", other_server.seal(REQUEST, &mut Deterministic::new(1)).0),
        ("another label", relabeled),
        ("nothing at all", vec![]),
        ("less than a header", good[..6].to_vec()),
        ("less than enc", good[..20].to_vec()),
        ("less than a tag", good[..FRONT + 15].to_vec()),
        ("no plaintext and a wrong tag", good[..FRONT + 16].to_vec()),
    ];
    let mut errors: Vec<(&str, Error)> = Vec::new();
    for (cause, message) in &requests {
        errors.push((cause, refuse_request(rig, message)));
    }
    let response = &exchange.response;
    for (cause, message) in [
        ("an altered nonce", flipped(response, 0)),
        ("an altered response", flipped(response, 8 * 33)),
        ("less than a nonce", response[..31].to_vec()),
        ("less than the response's tag", response[..47].to_vec()),
        ("a request for a response", good.clone()),
    ] {
        errors.push((cause, failure(open_answer(exchange.opener(), &message))));
    }
    for (cause, error) in &errors {
        assert_eq!(*error, open_failed(), "{cause}");
        assert_eq!(error.to_string(), open_failed().to_string(), "{cause}");
        assert_eq!(format!("{error:?}"), format!("{:?}", open_failed()), "{cause}");
    }
    assert_eq!(errors.len(), 17);
}

/// What a server decides before it touches a private key is told apart, since the client has to
/// fetch keys again; it depends on public bytes alone.
#[test]
fn an_unknown_key_or_suite_is_told_apart_by_the_header_alone() {
    let exchange = Exchange::new(Aead::Aes128Gcm);
    let mut told = 0;
    for key_id in (0..=255).filter(|&id| id != KEY_ID) {
        let mut message = exchange.request.clone();
        message[0] = key_id;
        assert_eq!(refuse_request(&exchange.rig, &message).code(), Code::UnknownKey);
        assert_eq!(refuse_request(&exchange.rig, &message[..HEADER]).code(), Code::UnknownKey);
        told += 1;
    }
    let suites = [[0, 0x20, 0, 1, 0, 4], [0, 0x20, 0, 3, 0, 1], [0x64, 0x7a, 0, 1, 0, 1]];
    for suite in suites {
        let mut message = exchange.request.clone();
        message[1..HEADER].copy_from_slice(&suite);
        assert_eq!(refuse_request(&exchange.rig, &message).code(), Code::UnknownKey);
        told += 1;
    }
    // A key that accepts less than the allow-list holds.
    let mut ring = sealwire::keys::KeyRing::new();
    let key = sealwire::keys::ServerKey::new(KEY_ID, key_pair(1), &[Aead::ChaCha20Poly1305]);
    ring.add(key.unwrap()).unwrap();
    let mut message = exchange.request.clone();
    let error = failure(open_request(&ring, Labels::BHTTP, &mut message));
    assert_eq!((error.code(), message), (Code::UnknownKey, exchange.request.clone()));
    assert_eq!((told, Kem::X25519HkdfSha256.enc_len()), (258, 32));
}

/// No bytes open, none make anything panic, and none leave anything behind but zeros.
#[test]
fn arbitrary_bytes_do_not_open() {
    let exchange = Exchange::new(Aead::ChaCha20Poly1305);
    let mut random = Deterministic::new(0xAB);
    let (mut unknown_key, mut failed) = (0, 0);
    for trial in 0..count(100_000, 1_500) {
        let length = random.below(200);
        let mut message = random.bytes(length);
        // Half of them get as far as the key agreement.
        if trial % 2 == 0 {
            let front = HEADER.min(length);
            message[..front].copy_from_slice(&exchange.request[..front]);
        }
        match refuse_request(&exchange.rig, &message).code() {
            Code::UnknownKey => unknown_key += 1,
            _ => failed += 1,
        }
    }
    assert!(unknown_key > 500 && failed > 500);
    report("arbitrary bytes", unknown_key + failed);
}
