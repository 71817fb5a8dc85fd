//! The dangerous key log: enough to read captured traffic, and there only when it was asked for.

use std::{
    io::{self, ErrorKind, Write},
    sync::{Arc, Mutex},
    thread,
};

use sealwire::{
    Aead, Code, Random,
    envelope::{Labels, chunked},
    key_log::{KeyLog, KeyLogWriter},
    keys::{KeyRing, ServerKey},
};
use sealwire_tests::{
    chunks, independent,
    random::{Broken, Deterministic},
    rig::{AEADS, Rig, answer, failure, key_pair, open, recipient, seal},
};

/// A log that a test can read. Its clones are the same.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn secrets(&self) -> usize {
        self.text().lines().filter(|line| !line.starts_with('#')).count()
    }

    fn attached(&self) -> Arc<dyn KeyLog> {
        Arc::new(KeyLogWriter::new(self.clone()).unwrap())
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Two ends, of which one keeps a log.
fn logging_rigs(aead: Aead) -> [(Rig, Log); 2] {
    let [client_s, server_s] = [Log::default(), Log::default()];
    let mut client = Rig::new(5, 1, aead);
    client.recipient = client.recipient.dangerous_with_key_log(client_s.attached());
    let mut server = Rig::new(5, 1, aead);
    server.ring.dangerous_set_key_log(server_s.attached());
    [(client, client_s), (server, server_s)]
}

#[test]
fn a_captured_exchange_is_read_with_the_log_of_either_end() {
    let labels = Labels::BHTTP;
    for aead in AEADS {
        for (rig, log) in logging_rigs(aead) {
            let mut random = Deterministic::new(1);
            let (request, _) = rig.seal(b"a question", &mut random);
            let (_, sealer) = rig.open(&request).unwrap();
            let response = answer(sealer, b"an answer", &mut random);

            let enc = &request[7..39];
            let shared = independent::logged_secret(&log.text(), enc).expect("a line");
            let keys = independent::request_schedule(&request, &shared, labels.request);
            assert_eq!(keys.open(0, b"", &request[39..]).unwrap(), b"a question");
            let length = independent::key_len(aead.id());
            let (nonce, sealed) = response.split_at(length);
            let secret = keys.export(labels.response.as_bytes(), length);
            let keys = independent::response_keys(aead.id(), enc, nonce, &secret);
            let opened = independent::aead_open(aead.id(), &keys.key, &keys.nonce, b"", sealed);
            assert_eq!(opened.unwrap(), b"an answer");
            assert_eq!(log.secrets(), 1, "one line an exchange");
        }
    }
}

#[test]
fn a_captured_exchange_in_chunks_is_read_with_the_log_of_either_end() {
    let labels = Labels::BHTTP_CHUNKED;
    for aead in AEADS {
        for (rig, log) in logging_rigs(aead) {
            let mut random = Deterministic::new(1);
            let question = [&b"a "[..], b"question"];
            let (request, _) =
                chunks::seal(&rig.recipient, labels, &question, &mut random).unwrap();
            let (_, sealer) = chunks::open_whole(&rig.ring, labels, &request).unwrap();
            let reply = [&b"an "[..], b"answer"];
            let response = chunks::answer(sealer, &reply, &mut random);

            let enc = &request[7..39];
            let shared = independent::logged_secret(&log.text(), enc).expect("a line");
            let keys = independent::request_schedule(&request, &shared, labels.request);
            assert_eq!(keys.chunks().open(&request[39..]).unwrap(), question);
            let length = independent::key_len(aead.id());
            let (nonce, sealed) = response.split_at(length);
            let secret = keys.export(labels.response.as_bytes(), length);
            let keys = independent::response_keys(aead.id(), enc, nonce, &secret);
            assert_eq!(keys.chunks(aead.id()).open(sealed).unwrap(), reply);
            assert_eq!(log.secrets(), 1, "one line an exchange");
        }
    }
}

/// A log is attached to one value, and says nothing of what others do.
#[test]
fn without_the_call_nothing_is_logged() {
    let log = Log::default();
    let silent = Rig::new(5, 1, Aead::ChaCha20Poly1305);
    let logging = silent.recipient.clone().dangerous_with_key_log(log.attached());
    let mut random = Deterministic::new(1);
    let (request, _) = silent.seal(b"request", &mut random);
    silent.open(&request).unwrap();
    let labels = Labels::BHTTP_CHUNKED;
    let (request, _) = chunks::seal(&silent.recipient, labels, &[b"request"], &mut random).unwrap();
    chunks::open_whole(&silent.ring, labels, &request).unwrap();
    assert_eq!(log.secrets(), 0);

    seal(&logging, Labels::BHTTP, b"request", &mut random).unwrap();
    seal(&logging.clone(), Labels::BHTTP, b"request", &mut random).unwrap();
    assert_eq!(log.secrets(), 2, "a clone logs too");
}

#[test]
fn a_key_agreement_that_failed_has_no_line() {
    let [(client, client_s), (server, server_s)] = logging_rigs(Aead::ChaCha20Poly1305);
    let broken: &mut dyn Random = &mut Broken;
    let error = failure(seal(&client.recipient, Labels::BHTTP, b"request", broken));
    assert_eq!(error.code(), Code::RandomFailed);
    let low_order = recipient(5, &[0; 32], Aead::ChaCha20Poly1305);
    let low_order = low_order.dangerous_with_key_log(client_s.attached());
    let mut random = Deterministic::new(1);
    let error = failure(seal(&low_order, Labels::BHTTP, b"request", &mut random));
    assert_eq!(error.code(), Code::InvalidKeyConfig);
    assert_eq!(client_s.secrets(), 0);

    let (sealed, _) = server.seal(b"request", &mut random);
    let mut unknown_key = sealed.clone();
    unknown_key[0] ^= 1;
    let mut low_order = sealed.clone();
    low_order[7..39].fill(0);
    for (message, code) in [(unknown_key, Code::UnknownKey), (low_order, Code::OpenFailed)] {
        assert_eq!(failure(server.open(&message)).code(), code);
        let started = chunked::open_request(&server.ring, Labels::BHTTP, &message[..39]);
        assert_eq!(failure(started).code(), code);
    }
    assert_eq!(server_s.secrets(), 0);

    // One that succeeded has, whether the message opens or not.
    let mut altered = sealed;
    altered[39] ^= 1;
    assert_eq!(failure(server.open(&altered)).code(), Code::OpenFailed);
    assert_eq!(server_s.secrets(), 1);
}

#[test]
fn a_log_begins_with_a_warning_and_has_a_line_an_exchange_from_many_threads() {
    let log = Log::default();
    let mut ring = KeyRing::new();
    ring.dangerous_set_key_log(log.attached());
    // Keys that are added later are no exception.
    ring.add(ServerKey::new(5, key_pair(1), &AEADS).unwrap()).unwrap();
    assert!(log.text().starts_with("# DANGER: "), "{}", log.text());
    let rig = Rig::new(5, 1, Aead::Aes256Gcm);
    let requests: Vec<_> =
        (0..16).map(|seed| rig.seal(b"request", &mut Deterministic::new(seed)).0).collect();
    thread::scope(|scope| {
        for few in requests.chunks(4) {
            let ring = &ring;
            scope.spawn(move || few.iter().for_each(|one| drop(open(ring, Labels::BHTTP, one))));
        }
    });
    let text = log.text();
    for request in &requests {
        let shared = independent::logged_secret(&text, &request[7..39]).expect("a line");
        assert_eq!(
            shared,
            independent::decapsulate(key_pair(1).expose_private_key(), &request[7..39])
        );
    }
    assert_eq!(log.secrets(), 16);
}

/// A full disk: the first lines are written, and then none.
struct Full(Log, usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1 = self.1.checked_sub(bytes.len()).ok_or(ErrorKind::StorageFull)?;
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn calls_go_on_when_the_log_cannot_be_written() {
    let log = Log::default();
    let error = KeyLogWriter::new(Full(log.clone(), 10)).expect_err("no room for a warning");
    assert_eq!(error.kind(), ErrorKind::StorageFull);

    let writer = Arc::new(KeyLogWriter::new(Full(log.clone(), 400)).unwrap());
    let mut rig = Rig::new(5, 1, Aead::Aes128Gcm);
    rig.recipient = rig.recipient.dangerous_with_key_log(writer.clone());
    let mut failed_at = None;
    for call in 0..4 {
        let (request, _) = rig.seal(b"request", &mut Deterministic::new(call));
        assert_eq!(rig.open(&request).unwrap().0, b"request");
        if writer.failed().is_some() && failed_at.is_none() {
            failed_at = Some(log.text().len());
        }
    }
    assert_eq!(writer.failed(), Some(ErrorKind::StorageFull));
    assert_eq!(failed_at, Some(log.text().len()), "nothing is written after a failure");
    assert_eq!(log.secrets(), 1);
}

#[test]
fn a_log_shows_in_debug_output_and_makes_a_recipient_another() {
    let log = Log::default();
    let mut rig = Rig::new(5, 1, Aead::Aes128Gcm);
    let plain = rig.recipient.clone();
    let attached = log.attached();
    let logging = plain.clone().dangerous_with_key_log(attached.clone());
    assert_eq!(logging, logging.clone());
    assert_eq!(logging, plain.clone().dangerous_with_key_log(attached.clone()));
    assert_ne!(logging, plain.clone().dangerous_with_key_log(log.attached()));
    assert_ne!(logging, plain);
    assert_eq!(plain, plain.clone());

    assert!(!format!("{plain:?}{:?}", rig.ring).contains("key_log"));
    let printed = format!("{logging:?}");
    assert!(printed.ends_with(", dangerous_key_log: attached }"), "{printed}");
    rig.ring.dangerous_set_key_log(attached);
    let printed = format!("{:?}", rig.ring);
    assert!(printed.ends_with("], dangerous_key_log: attached)"), "{printed}");
    assert_eq!(format!("{:?}", KeyLogWriter::new(io::sink()).unwrap()), "KeyLogWriter(..)");
}
