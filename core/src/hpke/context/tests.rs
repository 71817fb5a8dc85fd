use alloc::{vec, vec::Vec};

use super::*;
use crate::{
    crypto::aead,
    hpke::{KeyPair, sequence::NonceSequence, setup_receiver, setup_sender},
    random::{Random, RandomError},
    suite::Kem,
};

const AEADS: [Aead; 3] = [Aead::Aes128Gcm, Aead::Aes256Gcm, Aead::ChaCha20Poly1305];

struct Constant(u8);

impl Random for Constant {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        out.fill(self.0);
        Ok(())
    }
}

fn contexts(aead: Aead) -> (SenderContext, ReceiverContext) {
    let suite = Suite::x25519(aead);
    let recipient = KeyPair::generate(Kem::X25519HkdfSha256, &mut Constant(1)).unwrap();
    let (enc, sender) =
        setup_sender(suite, recipient.public_key(), b"info", &mut Constant(2)).unwrap();
    let receiver = setup_receiver(suite, enc.as_ref(), &recipient, b"info").unwrap();
    (sender, receiver)
}

fn exhausted(error: Error) -> bool {
    error.code() == Code::SequenceExhausted
}

/// The last number a message can have: the counter itself must stay below 2^64 - 1.
const LAST: u64 = u64::MAX - 1;

#[test]
fn nonces_are_the_base_xored_with_the_counter_on_the_right() {
    let base = [0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA, 0xFB];
    let mut nonces = NonceSequence::new(base);
    assert_eq!(nonces.current(), Ok(base));
    assert_eq!(nonces.current(), Ok(base), "looking does not advance");
    nonces.advance();
    let mut expected = base;
    expected[11] ^= 1;
    assert_eq!(nonces.current(), Ok(expected));
    nonces.skip_to(0x0102_0304_0506_0708);
    assert_eq!(
        nonces.current().unwrap(),
        [0xF0, 0xF1, 0xF2, 0xF3, 0xF5, 0xF7, 0xF5, 0xF3, 0xFD, 0xFF, 0xFD, 0xF3]
    );
    nonces.skip_to(LAST);
    assert_eq!(
        nonces.current().unwrap(),
        [0xF0, 0xF1, 0xF2, 0xF3, 0x0B, 0x0A, 0x09, 0x08, 0x07, 0x06, 0x05, 0x05]
    );
}

#[test]
fn fault_22_sequence_at_its_limit() {
    for aead in AEADS {
        let (mut sender, mut receiver) = contexts(aead);
        sender.0.messages.nonces.skip_to(LAST - 1);
        receiver.0.messages.nonces.skip_to(LAST - 1);

        // The last but one and the last message work.
        for number in [LAST - 1, LAST] {
            let sealed = sender.seal(b"aad", b"message").unwrap();
            let mut forged = sealed.clone();
            forged[0] ^= 1;
            assert_eq!(receiver.open(b"aad", &forged), Err(Error::OPEN), "{number}");
            assert_eq!(receiver.open(b"aad", &sealed).unwrap(), b"message", "{number}");
        }

        // Beyond, nothing is sealed or opened, however often one asks; the caller's buffer stays.
        for _ in 0..3 {
            let mut buffer = *b"message";
            assert!(exhausted(sender.seal_in_place(b"aad", &mut buffer).unwrap_err()));
            assert_eq!(&buffer, b"message");
            assert!(exhausted(sender.seal(b"aad", b"message").unwrap_err()));
            let mut sealed = [7; 32];
            assert!(exhausted(receiver.open_in_place(b"aad", &mut sealed).unwrap_err()));
            assert!(exhausted(receiver.open(b"aad", &[]).unwrap_err()));
        }

        // Exporting needs no nonce.
        let (mut ours, mut theirs) = ([0; 32], [0; 32]);
        sender.export(b"context", &mut ours).unwrap();
        receiver.export(b"context", &mut theirs).unwrap();
        assert_eq!(ours, theirs);
    }
}

#[test]
fn a_counter_at_its_end_does_not_wrap() {
    let mut nonces = NonceSequence::new([0; 12]);
    nonces.skip_to(u64::MAX);
    for _ in 0..3 {
        assert!(exhausted(nonces.current().unwrap_err()));
        nonces.advance();
    }
}

#[test]
fn fault_22_forged_input_does_not_advance_the_sequence() {
    let mut forgeries = 0;
    for aead in AEADS {
        let (mut sender, mut receiver) = contexts(aead);
        for number in 0..4u8 {
            let sealed = sender.seal(&[number], b"message").unwrap();
            for bit in 0..8 * sealed.len() {
                let mut forged = sealed.clone();
                forged[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(receiver.open_in_place(&[number], &mut forged), Err(Error::OPEN));
                assert!(forged.iter().all(|&byte| byte == 0), "bit {bit}");
                forgeries += 1;
            }
            for length in 0..sealed.len() {
                let mut cut = sealed[..length].to_vec();
                assert_eq!(receiver.open_in_place(&[number], &mut cut), Err(Error::OPEN));
                assert!(cut.iter().all(|&byte| byte == 0), "{length} bytes");
                forgeries += 1;
            }
            assert_eq!(receiver.0.messages.nonces.current(), sender_nonce(&sender, number));
            assert_eq!(receiver.open(&[number], &sealed).unwrap(), b"message");
        }
    }
    assert_eq!(forgeries, 3 * 4 * (8 * 23 + 23));
}

/// The nonce of the message that the sender sealed last.
fn sender_nonce(sender: &SenderContext, number: u8) -> Result<aead::Nonce> {
    let mut nonces = NonceSequence::new(sender.0.messages.nonces.current()?);
    nonces.skip_to(u64::from(number) ^ (u64::from(number) + 1));
    nonces.current()
}

#[test]
fn a_failed_open_zeroes_everything_it_was_given() {
    for aead in AEADS {
        let (mut sender, mut receiver) = contexts(aead);
        for length in [0, 1, 15, 16, 17, 4096, 16385] {
            let sealed = sender.seal(b"right", &vec![0x55; length]).unwrap();
            let mut given = sealed.clone();
            assert_eq!(receiver.open_in_place(b"wrong", &mut given), Err(Error::OPEN));
            assert_eq!(given, vec![0; length + 16]);
            assert_eq!(receiver.open(b"right", &sealed).unwrap(), vec![0x55; length]);
        }
    }
}

#[test]
fn messages_open_in_order_only() {
    let (mut sender, mut receiver) = contexts(Aead::ChaCha20Poly1305);
    let sealed: Vec<_> = (0..3).map(|_| sender.seal(b"", b"same").unwrap()).collect();
    assert!(sealed[0] != sealed[1] && sealed[1] != sealed[2]);
    assert_eq!(receiver.open(b"", &sealed[1]), Err(Error::OPEN));
    assert_eq!(receiver.open(b"", &sealed[0]).unwrap(), b"same");
    assert_eq!(receiver.open(b"", &sealed[0]), Err(Error::OPEN), "not twice");
    assert_eq!(receiver.open(b"", &sealed[1]).unwrap(), b"same");
    assert_eq!(receiver.open(b"", &sealed[2]).unwrap(), b"same");
}
