//! Faults 5 and 25: messages that are genuine, in the wrong place.

use sealwire::{
    Code, Suite,
    envelope::{Labels, open_request},
    hpke::{self, Psk},
};
use sealwire_tests::{
    random::Deterministic,
    rig::{AEADS, Rig, answer, failure, key_pair, open_answer, seal},
};

use crate::{count, report};

/// Of many exchanges at once, no response opens in place of another: not of the same key, not of
/// the same suite, not of the same plaintext.
#[test]
fn fault_05_responses_swapped_between_requests() {
    let mut random = Deterministic::new(5);
    let mut swapped = 0;
    let full = count(100_000, 600);
    while swapped < full {
        let rig = Rig::new(1, 1, AEADS[swapped % 3]);
        // Of ten exchanges each response is tried with the request before its own; an opener is
        // used up by trying, so one swap costs one exchange.
        let exchanges: Vec<_> = (0..10)
            .map(|_| {
                let (request, opener) = rig.seal(b"the same request", &mut random);
                let (_, sealer) = rig.open(&request).unwrap();
                (opener, answer(sealer, b"the same response", &mut random))
            })
            .collect();
        let (openers, responses): (Vec<_>, Vec<_>) = exchanges.into_iter().unzip();
        let shift = 1 + random.below(9);
        for (at, opener) in openers.into_iter().enumerate() {
            let mut response = responses[(at + shift) % 10].clone();
            let error = failure(opener.open(&mut response));
            assert_eq!(error.code(), Code::OpenFailed);
            let nonce_len = rig.recipient.suite().aead.key_len();
            assert!(response[nonce_len..].iter().all(|&byte| byte == 0));
            swapped += 1;
        }
    }
    report("fault_05", swapped);
}

/// An answer of one server does not open as another's, and an exchange in place still does.
#[test]
fn the_right_response_opens_once_the_others_were_tried() {
    for aead in AEADS {
        let (rig, mut random) = (Rig::new(1, 1, aead), Deterministic::new(6));
        let (request, opener) = rig.seal(b"request", &mut random);
        // Opening a request twice is possible, and gives the response twice: replay is for others.
        let (_, first) = rig.open(&request).unwrap();
        let (_, second) = rig.open(&request).unwrap();
        let (one, two) = (answer(first, b"one", &mut random), answer(second, b"two", &mut random));
        assert_ne!(one[..16], two[..16], "each response has a nonce of its own");
        assert_eq!(open_answer(opener, &two).unwrap(), b"two");
    }
}

#[test]
fn fault_25_other_label_or_protocol() {
    let mut random = Deterministic::new(25);
    let pair = key_pair(1);
    let mut opened = 0;
    let mut tried = 0;
    let labels = [
        "message/bhttp response".to_owned(),
        "message/bhttp chunked request".to_owned(),
        "message/bhttp reques".to_owned(),
        "message/bhttp request ".to_owned(),
        "message/bhttp request\0".to_owned(),
        "Message/bhttp request".to_owned(),
        String::new(),
    ];
    let named = labels.len();
    while tried < count(10_000, 600) {
        let aead = AEADS[tried % 3];
        let rig = Rig::new(7, 1, aead);
        let suite = Suite::x25519(aead);
        let (request, _) = rig.seal(b"request", &mut random);
        let (front, sealed) = request.split_at(39);
        let (header, enc) = front.split_at(7);

        // Under another label: of the list first, then of one changed or random letter.
        let label = match labels.get(tried / 6) {
            Some(label) => label.clone(),
            None => {
                let mut label = "message/bhttp request".to_owned().into_bytes();
                let at = random.below(label.len());
                label[at] = label[at].wrapping_add(1 + u8::try_from(random.below(20)).unwrap());
                String::from_utf8(label).unwrap_or_default()
            }
        };
        let other = Labels { request: &label, response: "message/bhttp response" };
        let mut buffer = request.clone();
        let error = failure(open_request(&rig.ring, other, &mut buffer));
        assert_eq!(error.code(), Code::OpenFailed);
        assert!(buffer[39..].iter().all(|&byte| byte == 0));

        // And what was sealed under it does not open as Binary HTTP.
        let (foreign, _) = seal(&rig.recipient, other, b"request", &mut random).unwrap();
        opened += usize::from(rig.open(&foreign).is_ok());

        // As plain HPKE with the same key: without info, with the header alone, with the info and
        // associated data, with a pre-shared key.
        let info = [b"message/bhttp request\0", header].concat();
        let psk = Psk::new(&[1; 32], b"name").unwrap();
        let base = |info: &[u8]| hpke::setup_receiver(suite, enc, &pair, info).unwrap();
        opened += usize::from(base(b"").open(b"", sealed).is_ok());
        opened += usize::from(base(header).open(b"", sealed).is_ok());
        opened += usize::from(base(&info).open(header, sealed).is_ok());
        let mut with_psk = hpke::setup_receiver_psk(suite, enc, &pair, &info, psk).unwrap();
        opened += usize::from(with_psk.open(b"", sealed).is_ok());
        assert!(base(&info).open(b"", sealed).is_ok(), "and with all of it right it does");
        tried += 6;
    }
    assert_eq!(opened, 0);
    assert!(tried / 6 > named, "every label of the list had its turn");
    report("fault_25", tried);
}

/// The label of the response counts too.
#[test]
fn fault_25_other_label_of_the_response() {
    let mut refused = 0;
    for aead in AEADS {
        let (rig, mut random) = (Rig::new(1, 1, aead), Deterministic::new(3));
        for response in ["message/bhttp request", "message/bhttp chunked response", ""] {
            let (request, opener) = rig.seal(b"request", &mut random);
            let other = Labels { request: Labels::BHTTP.request, response };
            let (_, sealer) = sealwire_tests::rig::open(&rig.ring, other, &request).unwrap();
            let sealed = answer(sealer, b"response", &mut random);
            assert!(failure(open_answer(opener, &sealed)).is_open_failed());
            refused += 1;
        }
    }
    assert_eq!(refused, 9);
}
