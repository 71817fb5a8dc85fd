//! Chunked encapsulation (draft-ietf-ohai-chunked-ohttp): the draft's own example, and exchanges
//! the crate ohttp made.

use sealwire::{
    Aead, Code,
    keys::{KeyConfigList, KeyPair, Policy, Recipient},
};
use sealwire_tests::{
    chunks::{
        LABELS, answer, independent_keys, open, open_answer, open_whole, pieces, seal, start,
        start_answer,
    },
    independent,
    random::{Deterministic, Scripted},
    rig::{Rig, key_pair_of},
    vectors::{bytes, id, list, text, theirs},
};
use serde_json::Value;

#[test]
fn appendix_a_of_the_draft_byte_for_byte() {
    let Some(case) = theirs("ohttp/chunked-ohttp-08-appendix-a.json", 1) else {
        return;
    };
    let get = |name| bytes(&case, name);
    let aead = Aead::from_id(id(&case, "aead_id")).unwrap();
    let rig = Rig::of_pair(1, key_pair_of(&get("skR")), aead);
    let published = KeyConfigList::new(vec![rig.ring.configs().unwrap().configs()[0].clone()]);
    assert_eq!(published.unwrap().configs()[0].public_key().as_bytes(), &get("key_config")[3..35]);

    // The request, from its parts and as a whole.
    let [request, response] =
        ["request_chunks", "response_chunks"].map(|name| all(list(&case[name])));
    let [sealed_request, sealed_response] =
        ["encapsulated_request", "encapsulated_response"].map(|name| all(list(&case[name])));
    assert_eq!(request.concat(), get("request"));
    let mut random = Scripted::new(&get("skE"));
    let (sealed, opener) = seal(&rig.recipient, LABELS, &request, &mut random).unwrap();
    assert_eq!(hex::encode(&sealed), hex::encode(sealed_request.concat()));
    assert!(random.is_used_up());
    let (opened, sealer) = open_whole(&rig.ring, LABELS, &sealed).unwrap();
    assert_eq!(opened.chunks(), request);
    assert_eq!(sealer.enc(), get("pkE"));
    let header = independent::header(1, aead.id());
    assert_eq!(independent::info(LABELS.request, &header), get("info"));

    // The response.
    let mut random = Scripted::new(&get("response_nonce"));
    let sealed_again = answer(sealer, &response, &mut random);
    assert_eq!(hex::encode(&sealed_again), hex::encode(sealed_response.concat()));
    assert!(random.is_used_up());
    let opened = open_answer(opener, &sealed_again);
    assert_eq!((opened.complete(), opened.chunks()), (get("response"), response));

    // What the draft shows on the way, which the independent implementation has to agree with.
    let [_, keys] =
        independent_keys(&get("skR"), aead.id(), &sealed, LABELS, &get("response_nonce"));
    assert_eq!((&keys.key, &keys.base_nonce), (&get("aead_key"), &get("aead_nonce")));
    let nonces = (0..3).map(|number| keys.nonce(number));
    assert_eq!(nonces.collect::<Vec<_>>(), all(list(&case["chunk_nonces"])));
}

/// Everything that crate sealed at random opens here: requests as the server, in pieces, and
/// responses by independent code, since a client that did not seal the request cannot open its
/// response; but our answer with the same nonce and chunks is theirs, byte for byte.
#[test]
fn chunked_exchanges_made_by_the_crate_ohttp_open() {
    const X_WING: u16 = 0x647a;
    let Some(file) = theirs("ohttp/gen-chunked-ohttp-rs-0.8.0.json", 21) else {
        return;
    };
    let mut random = Deterministic::new(8);
    let (mut opened, mut not_spoken_yet, mut chunks) = ([0; 3], 0, 0);
    for case in list(&file["cases"]) {
        let published = KeyConfigList::decode(&bytes(case, "key_config_list"));
        let sealed = bytes(case, "encapsulated_request");
        if id(case, "kem_id") == X_WING {
            assert_eq!(published.unwrap_err().code(), Code::NoUsableKey);
            let error = sealwire::envelope::chunked::preamble_len(&sealed).unwrap_err();
            assert_eq!(error.code(), Code::UnknownKey);
            not_spoken_yet += 1;
            continue;
        }
        let recipient = Recipient::choose(&published.unwrap(), Policy::default()).unwrap();
        let aead = recipient.suite().aead;
        assert_eq!(aead.id(), id(case, "aead_id"));
        let pair = KeyPair::derive(recipient.suite().kem, &bytes(case, "ikm")).unwrap();
        let rig = Rig::of_pair(recipient.key_id(), pair, aead);
        assert_eq!(rig.recipient, recipient);

        // The request.
        let (whole, _) = open_whole(&rig.ring, LABELS, &sealed).unwrap();
        assert!(whole.complete() == bytes(case, "request"));
        let (opener, sealer, arriving) = start(&rig.ring, LABELS, &sealed).unwrap();
        let split = open(opener, pieces(arriving, 3000, &mut random));
        assert_eq!(split, whole);
        assert_eq!(lengths(&whole.chunks()), numbers(&case["request_chunks"]));

        // The response.
        let theirs = bytes(case, "encapsulated_response");
        let (nonce, arriving) = theirs.split_at(aead.key_len());
        let [_, keys] = independent_keys(&bytes(case, "skR"), aead.id(), &sealed, LABELS, nonce);
        let response = keys.open(arriving).unwrap();
        assert!(response.concat() == bytes(case, "response"));
        assert_eq!(lengths(&response), numbers(&case["response_chunks"]));
        assert!(answer(sealer, &response, &mut Scripted::new(nonce)) == theirs);
        chunks += response.len();
        opened[usize::from(aead.id()) - 1] += 1;
    }
    assert_eq!((opened, not_spoken_yet, chunks), ([4, 0, 6], 11, 29));
}

/// The key of a chunked response hangs on the nonce, so a client and a server that agree on
/// everything else still do not understand each other.
#[test]
fn a_response_opens_under_its_own_nonce_only() {
    let mut refused = 0;
    for aead in sealwire_tests::rig::AEADS {
        let rig = Rig::new(1, 1, aead);
        for nonce_len in (0..64).filter(|&length| length != aead.key_len()) {
            let (_, opener) =
                seal(&rig.recipient, LABELS, &[b""], &mut Deterministic::new(1)).unwrap();
            assert_eq!(opener.nonce_len(), aead.key_len());
            assert!(opener.start(&vec![1; nonce_len]).unwrap_err().is_open_failed());
            refused += 1;
        }
        let (wire, opener) =
            seal(&rig.recipient, LABELS, &[b""], &mut Deterministic::new(1)).unwrap();
        let (_, sealer) = open_whole(&rig.ring, LABELS, &wire).unwrap();
        let mut wire = answer(sealer, &[b"response"], &mut Deterministic::new(2));
        wire[0] ^= 1;
        let (opener, chunks) = start_answer(opener, &wire).unwrap();
        assert!(open(opener, [chunks]).end.unwrap_err().is_open_failed());
        refused += 1;
    }
    assert_eq!(refused, 3 * 64);
}

fn all(parts: &[Value]) -> Vec<Vec<u8>> {
    parts.iter().map(|part| hex::decode(part.as_str().expect("text")).expect("hex")).collect()
}

fn lengths(chunks: &[Vec<u8>]) -> Vec<usize> {
    chunks.iter().map(Vec::len).collect()
}

fn numbers(value: &Value) -> Vec<usize> {
    list(value)
        .iter()
        .map(|number| usize::try_from(number.as_u64().expect("a number")).expect("64 bits"))
        .collect()
}

/// A file says what it is; the one of ours that holds chunks has them under every AEAD.
#[test]
fn chunked_exchanges_under_every_aead() {
    let (mut exchanges, mut chunks) = ([0; 3], 0);
    for case in list(&sealwire_tests::vectors::ours("chunked.json")["cases"]) {
        let get = |name| bytes(case, name);
        let aead = Aead::from_id(id(case, "aead_id")).unwrap();
        let key_id = u8::try_from(id(case, "key_id")).unwrap();
        let labels = sealwire::envelope::Labels {
            request: text(case, "request_label"),
            response: text(case, "response_label"),
        };
        let rig = Rig::of_pair(key_id, key_pair_of(&get("skR")), aead);
        let parts = |message: &str, name: &str| -> Vec<Vec<u8>> {
            list(&case[message]).iter().map(|chunk| bytes(chunk, name)).collect()
        };
        let (request, response) = (parts("request", "pt"), parts("response", "pt"));

        let mut random = Scripted::new(&get("skE"));
        let (sealed, opener) = seal(&rig.recipient, labels, &request, &mut random).unwrap();
        assert_eq!(hex::encode(&sealed), text(case, "encapsulated_request"));
        let wire = [get("hdr"), get("enc"), parts("request", "wire").concat()].concat();
        assert_eq!(sealed, wire);
        let (opened, sealer) = open_whole(&rig.ring, labels, &sealed).unwrap();
        assert_eq!(opened.chunks(), request);

        let nonce = get("response_nonce");
        let sealed = answer(sealer, &response, &mut Scripted::new(&nonce));
        assert_eq!(hex::encode(&sealed), text(case, "encapsulated_response"));
        assert_eq!(sealed, [nonce, parts("response", "wire").concat()].concat());
        assert_eq!(open_answer(opener, &sealed).chunks(), response);
        chunks += request.len() + response.len();
        exchanges[usize::from(aead.id()) - 1] += 1;
    }
    assert_eq!((exchanges, chunks), ([1, 1, 2], 4 * (5 + 3)));
}
