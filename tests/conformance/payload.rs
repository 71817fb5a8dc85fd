//! Payloads that are not HTTP: bytes under a media type, and values as JSON.

use std::collections::BTreeMap;

use sealwire::{
    Aead, Code, Error, Fault,
    payload::{self, PendingReply},
};
use sealwire_tests::{
    random::{Broken, Deterministic, Scripted},
    rig::{AEADS, Rig, failure},
};
use serde::{
    Deserialize, Serialize, Serializer,
    de::{self, Deserializer},
    ser::{self, SerializeSeq},
};

const KIND: &str = "application/vnd.example.order+json";

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Order {
    item: String,
    tons: f64,
    notes: Vec<Option<String>>,
    paid: bool,
}

fn order() -> Order {
    let notes = vec![None, Some("\"quoted\"\n\u{1f375}".into())];
    Order { item: "tea".into(), tons: 2.5, notes, paid: false }
}

/// Seals bytes that need not be JSON, as a peer might, and opens them.
fn parse<T: de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let rig = Rig::new(3, 1, Aead::ChaCha20Poly1305);
    let mut random = Deterministic::new(1);
    let (mut sealed, pending) = payload::seal(&rig.recipient, KIND, bytes, &mut random).unwrap();
    let opened = payload::open(&rig.ring, KIND, &mut sealed).unwrap();
    let parsed = opened.json::<T>();
    let mut reply = opened.reply.seal(bytes, &mut random).unwrap();
    let of_reply = pending.open_json::<T>(&mut reply);
    assert_eq!(parsed.as_ref().err(), of_reply.as_ref().err(), "both ends say the same");
    parsed
}

#[test]
fn a_value_is_sealed_as_its_json_and_opens_as_itself() {
    for aead in AEADS {
        let rig = Rig::new(3, 1, aead);
        let mut random = Deterministic::new(1);
        let (mut sealed, pending) =
            payload::seal_json(&rig.recipient, KIND, &order(), &mut random).unwrap();
        let json = serde_json::to_vec(&order()).unwrap();
        assert_eq!(sealed.len(), 7 + 32 + json.len() + 16);
        let opened = payload::open(&rig.ring, KIND, &mut sealed).unwrap();
        assert_eq!(*opened.payload, json);
        assert_eq!(opened.json::<Order>().unwrap(), order());

        let answer = ("noted", 7, [true]);
        let mut reply = opened.reply.seal_json(&answer, &mut random).unwrap();
        assert_eq!(pending.open_json::<(&str, u8, [bool; 1])>(&mut reply).unwrap(), answer);
    }
}

/// What is sealed as JSON is the same, byte by byte, as its JSON sealed as bytes; also where the
/// message has to grow, once and often, in small pieces and in large ones.
#[test]
fn a_value_of_any_size_is_written_whole() {
    let rig = Rig::new(3, 1, Aead::ChaCha20Poly1305);
    for size in [0, 1, 1005, 1006, 1007, 1008, 1021, 1022, 1023, 1024, 5000, 1 << 20] {
        for value in [vec!["x".repeat(size)], vec![String::new(); size / 3]] {
            let json = serde_json::to_vec(&value).unwrap();
            let seal_random = || Deterministic::new(9);
            let (as_json, _) =
                payload::seal_json(&rig.recipient, KIND, &value, &mut seal_random()).unwrap();
            let (as_bytes, _) =
                payload::seal(&rig.recipient, KIND, &json, &mut seal_random()).unwrap();
            assert!(as_json == as_bytes, "{size}");
            assert!(as_json.capacity() <= 2 * as_json.len() + 2048, "{size}");
        }
    }
}

#[test]
fn a_value_may_borrow_from_the_message() {
    let rig = Rig::new(3, 1, Aead::ChaCha20Poly1305);
    let value = BTreeMap::from([("k", "v")]);
    let (mut sealed, _) =
        payload::seal_json(&rig.recipient, KIND, &value, &mut Deterministic::new(1)).unwrap();
    let range = sealed.as_ptr_range();
    let opened = payload::open(&rig.ring, KIND, &mut sealed).unwrap();
    let borrowed: BTreeMap<&str, &str> = opened.json().unwrap();
    assert_eq!(borrowed, value);
    assert!(range.contains(&borrowed["k"].as_ptr()));
}

/// Gives half of a list, then fails with what must not be passed on.
struct Breaks;

impl Serialize for Breaks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for _ in 0..1000 {
            list.serialize_element("a secret word")?;
        }
        Err(ser::Error::custom("a secret word"))
    }
}

#[test]
fn what_cannot_be_serialised_is_the_caller_s_fault() {
    let rig = Rig::new(3, 1, Aead::ChaCha20Poly1305);
    let no_json = BTreeMap::from([((1, 2), 3)]);
    let refused = |error: Error| {
        assert_eq!((error.code(), error.fault()), (Code::InvalidInput, Fault::Caller));
        assert_eq!(error.to_string(), "the value cannot be written as JSON");
    };
    // No randomness is spent on it.
    let none = &mut Scripted::new(&[]);
    refused(failure(payload::seal_json(&rig.recipient, KIND, &Breaks, none)));
    refused(failure(payload::seal_json(&rig.recipient, KIND, &no_json, none)));
    let reply = || {
        let mut random = Deterministic::new(1);
        let (mut sealed, _) = payload::seal(&rig.recipient, KIND, b"", &mut random).unwrap();
        payload::open(&rig.ring, KIND, &mut sealed).unwrap().reply
    };
    refused(failure(reply().seal_json(&Breaks, none)));
    refused(failure(reply().seal_json(&no_json, none)));
    // Nor is a value asked for that could not be sealed anyway.
    let error = failure(payload::seal_json(&rig.recipient, "message/bhttp", &Breaks, none));
    assert_eq!(error.to_string(), "the media type message/bhttp is for HTTP");
    let error = failure(payload::seal_json(&rig.recipient, KIND, &1, &mut Broken));
    assert_eq!(error.code(), Code::RandomFailed);
}

/// Quotes what it finds, as errors of serde do.
#[derive(Debug)]
struct Quotes;

impl<'de> Deserialize<'de> for Quotes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Err(de::Error::custom(String::deserialize(deserializer)?))
    }
}

#[test]
fn what_does_not_parse_is_the_peer_s_fault_and_is_not_quoted() {
    let refused = |error: Error| {
        assert_eq!((error.code(), error.fault()), (Code::InvalidPayload, Fault::Peer));
        let text = "the payload is not the JSON of that type";
        assert_eq!(error.to_string(), text);
        assert_eq!(format!("{error:?}"), format!("Error(invalid_payload: {text})"));
    };
    for wrong in [
        &b""[..],
        b"{",
        b"tea",
        b"\"secret\"",
        b"{\"item\":\"tea\"}",
        b"{\"item\":1,\"tons\":2,\"notes\":[],\"paid\":true}",
        b"{\"item\":\"a\",\"item\":\"b\",\"tons\":2,\"notes\":[],\"paid\":true}",
        b"{\"item\":\"a\",\"tons\":1e999,\"notes\":[],\"paid\":true}",
        b"{\"item\":\"\xff\",\"tons\":2,\"notes\":[],\"paid\":true}",
        b"{\"item\":\"a\",\"tons\":2,\"notes\":[],\"paid\":true} x",
    ] {
        refused(failure(parse::<Order>(wrong)));
    }
    refused(parse::<Quotes>(b"\"secret\"").unwrap_err());
    parse::<Order>(b" {\"item\":\"a\",\"tons\":2,\"notes\":[],\"paid\":true}\n").unwrap();
}

#[test]
fn a_payload_is_at_most_127_levels_deep() {
    let nested = |levels| ["[".repeat(levels), "]".repeat(levels)].concat().into_bytes();
    parse::<serde_json::Value>(&nested(127)).unwrap();
    for levels in [128, 100_000] {
        let error = parse::<serde_json::Value>(&nested(levels)).unwrap_err();
        assert_eq!(error.code(), Code::InvalidPayload, "{levels}");
    }
}

/// A type that does not fit is told apart from a message that does not open, and only afterwards.
#[test]
fn what_does_not_open_is_not_parsed() {
    let rig = Rig::new(3, 1, Aead::ChaCha20Poly1305);
    let mut random = Deterministic::new(1);
    let (sealed, pending) =
        payload::seal_json(&rig.recipient, KIND, &order(), &mut random).unwrap();
    let other = failure(payload::open(&rig.ring, "application/json", &mut sealed.clone()));
    assert!(other.is_open_failed());
    let mut sealed = sealed;
    let opened = payload::open(&rig.ring, KIND, &mut sealed).unwrap();
    let mut reply = opened.reply.seal_json(&order(), &mut random).unwrap();
    let last = reply.len() - 1;
    reply[last] ^= 1;
    let open: fn(PendingReply, &mut [u8]) -> Result<u8, Error> = |p, m| p.open_json(m);
    assert!(open(pending, &mut reply).unwrap_err().is_open_failed());
}
