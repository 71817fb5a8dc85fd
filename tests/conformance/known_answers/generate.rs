//! Computes the files of known answers by the independent implementation.

use sealwire_tests::independent::{
    Chunks, Schedule, aead_seal, derive_key_pair, dh, extract, header, info, key_len, public_key,
    response_keys, schedule, shared_secret,
};
use serde_json::{Value, json};

use crate::pem::{self, pem, to_base64};

/// Every file with its name.
pub(super) fn files() -> Vec<(&'static str, Value)> {
    vec![
        ("hpke.json", hpke()),
        ("one-shot.json", one_shot()),
        ("chunked.json", chunked()),
        ("key-configs.json", key_configs()),
        ("pem.json", pems()),
    ]
}

/// 32 bytes that the name determines.
fn seed(name: &str) -> Vec<u8> {
    extract(b"sealwire known answers", name.as_bytes())
}

/// As many bytes as wanted that the name determines.
fn filler(name: &str, length: usize) -> Vec<u8> {
    let blocks = (0..).map(|block| seed(&format!("{name} {block}")));
    blocks.flatten().take(length).collect()
}

fn hpke() -> Value {
    let modes = [0, 1].into_iter().flat_map(|mode| (1..=3).map(move |aead| (mode, aead)));
    json!({
        "what": "HPKE (RFC 9180), modes base and psk, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256",
        "cases": modes.map(|(mode, aead_id)| hpke_case(mode, aead_id)).collect::<Vec<_>>(),
    })
}

fn hpke_case(mode: u8, aead_id: u16) -> Value {
    let named = |part: &str| format!("hpke mode {mode} aead {aead_id} {part}");
    let (ikm_r, ikm_e) = (seed(&named("ikmR")), seed(&named("ikmE")));
    let ((sk_r, pk_r), (sk_e, enc)) = (derive_key_pair(&ikm_r), derive_key_pair(&ikm_e));
    let info = filler(&named("info"), 20);
    let (psk, psk_id) = match mode {
        0 => (vec![], vec![]),
        _ => (seed(&named("psk")), b"a known pre-shared key".to_vec()),
    };
    let dh = dh(&sk_e, &pk_r);
    let shared = shared_secret(&dh, &enc, &pk_r);
    let schedule = schedule(aead_id, &shared, &info, (mode == 1).then_some((&psk, &psk_id)));
    let lengths = [0, 1, 16, 64, 257];
    let messages = lengths.into_iter().zip(0..).map(|(length, sequence)| {
        let aad = format!("Count-{sequence}").into_bytes();
        let plaintext = filler(&named(&format!("message {sequence}")), length);
        json!({
            "aad": hex::encode(&aad),
            "pt": hex::encode(&plaintext),
            "nonce": hex::encode(schedule.nonce(sequence)),
            "ct": hex::encode(schedule.seal(sequence, &aad, &plaintext)),
        })
    });
    let exports = [(&b""[..], 32), (b"\x00", 16), (b"context", 64), (b"long", 255)];
    let exports = exports.map(|(context, length)| {
        json!({
            "exporter_context": hex::encode(context),
            "L": length,
            "exported_value": hex::encode(schedule.export(context, length)),
        })
    });
    let mut case = json!({
        "mode": mode,
        "kem_id": 0x20,
        "kdf_id": 1,
        "aead_id": aead_id,
        "ikmR": hex::encode(ikm_r),
        "skRm": hex::encode(sk_r),
        "pkRm": hex::encode(pk_r),
        "ikmE": hex::encode(ikm_e),
        "skEm": hex::encode(sk_e),
        "enc": hex::encode(enc),
        "info": hex::encode(info),
        "psk": hex::encode(psk),
        "psk_id": hex::encode(psk_id),
        "dh": hex::encode(dh),
        "shared_secret": hex::encode(shared),
        "encryptions": messages.collect::<Vec<_>>(),
        "exports": exports,
    });
    add_schedule(&mut case, &schedule);
    case
}

fn add_schedule(case: &mut Value, schedule: &Schedule) {
    for (name, value) in [
        ("key_schedule_context", &schedule.context),
        ("key_schedule_secret", &schedule.secret),
        ("request_key", &schedule.key),
        ("request_nonce", &schedule.base_nonce),
        ("exporter_secret", &schedule.exporter_secret),
    ] {
        case[name] = hex::encode(value).into();
    }
}

fn one_shot() -> Value {
    let http = ("message/bhttp request", "message/bhttp response");
    let text = ("text/plain request", "text/plain response");
    let cases = [(1, http), (2, http), (3, http), (3, text)];
    json!({
        "what": "One-shot exchanges (RFC 9458, section 4); secret is what the response's keys are \
                 made of, salt to aead_nonce how",
        "cases": cases.map(|(aead_id, labels)| one_shot_case(aead_id, labels)),
    })
}

fn one_shot_case(aead_id: u16, (request_label, response_label): (&str, &str)) -> Value {
    let named = |part: &str| format!("one-shot {request_label} aead {aead_id} {part}");
    let key_id = 0x40 + u8::try_from(aead_id).unwrap();
    let ((sk_r, pk_r), (sk_e, enc)) =
        (derive_key_pair(&seed(&named("skR"))), derive_key_pair(&seed(&named("skE"))));
    let hdr = header(key_id, aead_id);
    let info = info(request_label, &hdr);
    let dh = dh(&sk_e, &pk_r);
    let shared = shared_secret(&dh, &enc, &pk_r);
    let schedule = schedule(aead_id, &shared, &info, None);

    // RFC 9292, section 5: GET https://example.com/ and a bare 200, or plain words.
    let (request, response) = if request_label.starts_with("message") {
        (b"\x00\x03GET\x05https\x0bexample.com\x01/".to_vec(), b"\x01\x40\xc8".to_vec())
    } else {
        (b"a question".to_vec(), b"an answer".to_vec())
    };
    let sealed_request = [&hdr[..], &enc, &schedule.seal(0, b"", &request)].concat();
    let secret = schedule.export(response_label.as_bytes(), key_len(aead_id));
    let response_nonce = filler(&named("response nonce"), key_len(aead_id));
    let keys = response_keys(aead_id, &enc, &response_nonce, &secret);
    let sealed = aead_seal(aead_id, &keys.key, &keys.nonce, b"", &response);
    let sealed_response = [&response_nonce[..], &sealed].concat();

    let mut case = json!({
        "key_id": key_id,
        "kem_id": 0x20,
        "kdf_id": 1,
        "aead_id": aead_id,
        "request_label": request_label,
        "response_label": response_label,
        "skR": hex::encode(sk_r),
        "pkR": hex::encode(pk_r),
        "skE": hex::encode(sk_e),
        "enc": hex::encode(enc),
        "hdr": hex::encode(hdr),
        "info": hex::encode(info),
        "dh": hex::encode(dh),
        "shared_secret": hex::encode(shared),
        "request": hex::encode(request),
        "encapsulated_request": hex::encode(sealed_request),
        "secret": hex::encode(secret),
        "response_nonce": hex::encode(response_nonce),
        "salt": hex::encode(keys.salt),
        "prk": hex::encode(keys.prk),
        "aead_key": hex::encode(keys.key),
        "aead_nonce": hex::encode(keys.nonce),
        "response": hex::encode(response),
        "encapsulated_response": hex::encode(sealed_response),
    });
    add_schedule(&mut case, &schedule);
    case
}

fn chunked() -> Value {
    let http = ("message/bhttp chunked request", "message/bhttp chunked response");
    let text = ("text/plain request", "text/plain response");
    let cases = [(1, http), (2, http), (3, http), (3, text)];
    json!({
        "what": "Chunked exchanges (draft-ietf-ohai-chunked-ohttp): of each chunk the plaintext, \
                 the nonce, the associated data and what is sent, its length included",
        "cases": cases.map(|(aead_id, labels)| chunked_case(aead_id, labels)),
    })
}

fn chunked_case(aead_id: u16, (request_label, response_label): (&str, &str)) -> Value {
    let named = |part: &str| format!("chunked {request_label} aead {aead_id} {part}");
    let key_id = 0x50 + u8::try_from(aead_id).unwrap();
    let ((sk_r, pk_r), (sk_e, enc)) =
        (derive_key_pair(&seed(&named("skR"))), derive_key_pair(&seed(&named("skE"))));
    let hdr = header(key_id, aead_id);
    let info = info(request_label, &hdr);
    let dh = dh(&sk_e, &pk_r);
    let shared = shared_secret(&dh, &enc, &pk_r);
    let schedule = schedule(aead_id, &shared, &info, None);
    let secret = schedule.export(response_label.as_bytes(), key_len(aead_id));
    let response_nonce = filler(&named("response nonce"), key_len(aead_id));
    let keys = response_keys(aead_id, &enc, &response_nonce, &secret);

    // Lengths that take one byte and two; a final chunk that is empty and one that is not.
    let message = |chunks: &Chunks, name: &str, lengths: &[usize]| {
        let plaintexts: Vec<_> = lengths
            .iter()
            .enumerate()
            .map(|(number, &length)| filler(&named(&format!("{name} {number}")), length))
            .collect();
        chunks_of(chunks, &plaintexts)
    };
    let (request, request_wire) = message(&schedule.chunks(), "request", &[1, 47, 48, 300, 0]);
    let (response, response_wire) = message(&keys.chunks(aead_id), "response", &[64, 2, 33]);

    let mut case = json!({
        "key_id": key_id,
        "kem_id": 0x20,
        "kdf_id": 1,
        "aead_id": aead_id,
        "request_label": request_label,
        "response_label": response_label,
        "skR": hex::encode(sk_r),
        "pkR": hex::encode(pk_r),
        "skE": hex::encode(sk_e),
        "enc": hex::encode(&enc),
        "hdr": hex::encode(&hdr),
        "info": hex::encode(info),
        "dh": hex::encode(dh),
        "shared_secret": hex::encode(shared),
        "request": request,
        "encapsulated_request": hex::encode([hdr, enc, request_wire].concat()),
        "secret": hex::encode(secret),
        "response_nonce": hex::encode(&response_nonce),
        "salt": hex::encode(keys.salt),
        "prk": hex::encode(keys.prk),
        "aead_key": hex::encode(keys.key),
        "aead_nonce": hex::encode(keys.nonce),
        "response": response,
        "encapsulated_response": hex::encode([response_nonce, response_wire].concat()),
    });
    add_schedule(&mut case, &schedule);
    case
}

/// What there is to say of each chunk of a message, and all of them as they are sent.
fn chunks_of(chunks: &Chunks, plaintexts: &[Vec<u8>]) -> (Vec<Value>, Vec<u8>) {
    let wire = chunks.message(plaintexts);
    let last = plaintexts.len() - 1;
    let described = wire.iter().zip(plaintexts).enumerate().map(|(number, (wire, plaintext))| {
        json!({
            "pt": hex::encode(plaintext),
            "nonce": hex::encode(chunks.nonce(u64::try_from(number).unwrap())),
            "aad": hex::encode(if number == last { "final" } else { "" }),
            "wire": hex::encode(wire),
        })
    });
    (described.collect(), wire.concat())
}

fn config(key_id: u8, kem_id: u16, key: &[u8], pairs: &[(u16, u16)]) -> Vec<u8> {
    let pairs: Vec<u8> = pairs
        .iter()
        .flat_map(|(kdf, aead)| [kdf.to_be_bytes(), aead.to_be_bytes()].concat())
        .collect();
    let length = u16::try_from(pairs.len()).unwrap().to_be_bytes();
    let body = [&[key_id][..], &kem_id.to_be_bytes(), key, &length, &pairs].concat();
    [&u16::try_from(body.len()).unwrap().to_be_bytes()[..], &body].concat()
}

fn key_configs() -> Value {
    let [a, b] = ["first", "second"].map(|name| public_key(&seed(name)));
    let all = [(1, 1), (1, 2), (1, 3)];
    let kept = |key_id: u8, key: &[u8], aeads: &[u16]| json!({ "key_id": key_id, "public_key": hex::encode(key), "aead_ids": aeads });
    let first = config(1, 0x20, &a, &all);
    let second = config(2, 0x20, &b, &[(1, 3), (1, 1)]);
    let x_wing = config(9, 0x647a, &filler("x-wing", 1216), &all);
    let with_unknown = config(7, 0x20, &a, &[(3, 1), (1, 0xffff), (1, 3)]);
    let none_known = config(8, 0x20, &b, &[(2, 1), (1, 0xdead)]);
    let accepted = |name: &str, list: &[&[u8]], kept: Vec<Value>| json!({ "name": name, "list": hex::encode(list.concat()), "kept": kept });
    let refused = |name: &str, list: &[u8], error: &str| json!({ "name": name, "list": hex::encode(list), "error": error });
    json!({
        "what": "Bodies of application/ohttp-keys (RFC 9458, section 3.2)",
        "cases": [
            accepted("one key", &[&first], vec![kept(1, &a, &[1, 2, 3])]),
            accepted(
                "two keys, the preferred first",
                &[&second, &first],
                vec![kept(2, &b, &[3, 1]), kept(1, &a, &[1, 2, 3])],
            ),
            accepted("an unknown KEM is skipped", &[&x_wing, &first], vec![kept(1, &a, &[1, 2, 3])]),
            accepted("unknown algorithms are passed over", &[&with_unknown, &none_known], vec![
                kept(7, &a, &[3]),
            ]),
            refused("nothing known", &[x_wing, none_known].concat(), "no_usable_key"),
            refused("the same id twice", &[&first[..], &first].concat(), "invalid_key_config"),
            refused("cut", &first[..first.len() - 1], "invalid_key_config"),
        ],
    })
}

fn pems() -> Value {
    let case = |name: &str, private: &[u8], pem: String, written_by_us: bool| {
        json!({
            "name": name,
            "private_key": hex::encode(private),
            "public_key": hex::encode(public_key(private)),
            "pem": pem,
            "written_by_us": written_by_us,
        })
    };
    let ours = seed("pem");
    let version_2 = pem::version_2(&ours, &public_key(&ours));
    // A bare key is the end of what openssl wrote.
    let openssl = |text: &str| pem::from_base64(text.lines().nth(1).unwrap())[16..].to_vec();
    json!({
        "what": "X25519 private keys in PKCS#8 PEM (RFC 8410); two were written by OpenSSL 3.0.19",
        "cases": [
            case("version 1", &ours, pem(&pem::version_1(&ours)), true),
            case("version 2, with the public key", &ours, pem(&version_2), false),
            case(
                "version 1, lines ended by CR LF",
                &ours,
                pem(&pem::version_1(&ours)).replace('\n', "\r\n"),
                false,
            ),
            case("openssl, first", &openssl(pem::OPENSSL[0]), pem::OPENSSL[0].into(), true),
            case("openssl, second", &openssl(pem::OPENSSL[1]), pem::OPENSSL[1].into(), true),
        ],
        "base64": to_base64(b"so that the encoder of this generator is seen to work"),
    })
}
