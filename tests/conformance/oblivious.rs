//! One-shot encapsulation (RFC 9458): the RFC's own example, and exchanges the crate ohttp made.

use sealwire::{
    Aead,
    envelope::Labels,
    keys::{KeyConfigList, KeyPair, Policy, Recipient},
};
use sealwire_tests::{
    independent,
    random::Scripted,
    rig::{Rig, answer, key_pair_of, open, open_answer, seal},
    vectors::{bytes, id, list, text, theirs},
};

#[test]
fn appendix_a_of_rfc_9458_byte_for_byte() {
    let Some(case) = theirs("ohttp/rfc9458-appendix-a.json", 1) else {
        return;
    };
    let aead = Aead::from_id(id(&case, "aead_id")).unwrap();
    let rig = Rig::of_pair(1, key_pair_of(&bytes(&case, "skR")), aead);

    // What the gateway publishes: AES-128-GCM first, then ChaCha20-Poly1305.
    let published = KeyConfigList::decode(&bytes(&case, "key_config_media_type")).unwrap();
    assert_eq!(published.configs().len(), 1);
    assert_eq!(published.configs()[0].encode(), bytes(&case, "key_config"));
    assert_eq!(published.encode(), bytes(&case, "key_config_media_type"));
    let recipient = Recipient::choose(&published, Policy::default()).unwrap();
    assert_eq!(recipient, rig.recipient);

    // The request.
    let mut random = Scripted::new(&bytes(&case, "skE"));
    let (sealed, opener) =
        seal(&recipient, Labels::BHTTP, &bytes(&case, "request"), &mut random).unwrap();
    assert_eq!(hex::encode(&sealed), text(&case, "encapsulated_request"));
    assert!(random.is_used_up());
    let (request, sealer) = rig.open(&sealed).unwrap();
    assert_eq!(request, bytes(&case, "request"));
    assert_eq!(sealer.enc(), bytes(&case, "pkE"));
    let header = independent::header(1, aead.id());
    assert_eq!(independent::info(Labels::BHTTP.request, &header), bytes(&case, "info"));

    // The response.
    let mut random = Scripted::new(&bytes(&case, "response_nonce"));
    let sealed = answer(sealer, &bytes(&case, "response"), &mut random);
    assert_eq!(hex::encode(&sealed), text(&case, "encapsulated_response"));
    assert!(random.is_used_up());
    assert_eq!(open_answer(opener, &sealed).unwrap(), bytes(&case, "response"));
}

/// Everything that crate sealed at random opens here: requests as the server, responses by
/// independent code, since a client that did not seal the request cannot open its response.
#[test]
fn exchanges_made_by_the_crate_ohttp_open() {
    const X_WING: u16 = 0x647a;
    let Some(file) = theirs("ohttp/gen-ohttp-rs-0.8.0.json", 23) else {
        return;
    };
    let (mut opened, mut not_spoken_yet) = ([0; 3], 0);
    for case in list(&file["cases"]) {
        let list = KeyConfigList::decode(&bytes(case, "key_config_list"));
        if id(case, "kem_id") == X_WING {
            assert_eq!(list.unwrap_err().code(), sealwire::Code::NoUsableKey);
            not_spoken_yet += 1;
            continue;
        }
        let recipient = Recipient::choose(&list.unwrap(), Policy::default()).unwrap();
        let suite = recipient.suite();
        assert_eq!(suite.aead.id(), id(case, "aead_id"));
        let pair = KeyPair::derive(suite.kem, &bytes(case, "ikm")).unwrap();
        assert_eq!(pair.expose_private_key(), bytes(case, "skR"));
        let rig = Rig::of_pair(recipient.key_id(), pair, suite.aead);
        assert_eq!(rig.recipient, recipient);

        let sealed = bytes(case, "encapsulated_request");
        let (request, sealer) = rig.open(&sealed).unwrap();
        assert_eq!(request, bytes(case, "request"));
        let response = independent_response(&sealed, &bytes(case, "skR"), case, &suite.aead);
        assert_eq!(response, bytes(case, "response"));

        // Our answer with that nonce is that answer.
        let theirs = bytes(case, "encapsulated_response");
        let mut random = Scripted::new(&theirs[..suite.aead.key_len()]);
        assert!(answer(sealer, &response, &mut random) == theirs);
        opened[usize::from(suite.aead.id()) - 1] += 1;
    }
    assert_eq!((opened, not_spoken_yet), ([10, 0, 9], 4));
}

fn independent_response(
    request: &[u8],
    private: &[u8],
    case: &serde_json::Value,
    aead: &Aead,
) -> Vec<u8> {
    let (header, enc) = (&request[..7], &request[7..39]);
    let dh = independent::dh(private, enc);
    let shared = independent::shared_secret(&dh, enc, &independent::public_key(private));
    let info = independent::info("message/bhttp request", header);
    let schedule = independent::schedule(aead.id(), &shared, &info, None);
    let secret = schedule.export(b"message/bhttp response", aead.key_len());
    let sealed = bytes(case, "encapsulated_response");
    let (nonce, sealed) = sealed.split_at(aead.key_len());
    let keys = independent::response_keys(aead.id(), enc, nonce, &secret);
    independent::aead_open(aead.id(), &keys.key, &keys.nonce, &[], sealed).unwrap()
}

/// EHBP derives a response's keys as RFC 9458 does and frames its chunks in its own way; the keys
/// are checked against ours in the unit tests of the key derivation.
#[test]
fn the_response_of_ehbp_opens_under_the_keys_of_rfc_9458() {
    let Some(case) = theirs("ehbp/response-decryption.json", 1) else {
        return;
    };
    let get = |name| bytes(&case, name);
    let keys = independent::response_keys(
        Aead::Aes256Gcm.id(),
        &get("requestEnc"),
        &get("responseNonce"),
        &get("exportedSecret"),
    );
    let framed = get("encryptedResponse");
    let (length, sealed) = framed.split_at(4);
    assert_eq!(length, u32::try_from(sealed.len()).unwrap().to_be_bytes());
    let opened = independent::aead_open(2, &keys.key, &keys.nonce, &[], sealed);
    assert_eq!(opened.unwrap(), get("plaintext"));
}

/// Other labels seal other things: what opens must have been sealed under the same pair.
#[test]
fn a_payload_that_is_not_http_travels_under_its_own_media_type() {
    let labels = Labels { request: "text/plain request", response: "text/plain response" };
    for aead in sealwire_tests::rig::AEADS {
        let rig = Rig::new(9, 3, aead);
        let mut random = sealwire_tests::random::Deterministic::new(1);
        let (sealed, opener) = seal(&rig.recipient, labels, b"ping", &mut random).unwrap();
        assert!(rig.open(&sealed).is_err());
        let (request, sealer) = open(&rig.ring, labels, &sealed).unwrap();
        assert_eq!(request, b"ping");
        assert_eq!((sealer.key_id(), sealer.suite()), (9, rig.recipient.suite()));
        let sealed = answer(sealer, b"pong", &mut random);
        assert_eq!(open_answer(opener, &sealed).unwrap(), b"pong");
    }
}
