//! The crate hpke 0.15: HPKE itself, and RFC 9458 built on it for AES-256-GCM, which the crate
//! ohttp refuses.

use core::convert::Infallible;

use ::hpke::{
    Deserializable as _, Kem as _, OpModeR, OpModeS, PskBundle, Serializable as _,
    aead::{Aead as PeerAead, AesGcm128, AesGcm256, ChaCha20Poly1305},
    kdf::HkdfSha256,
    kem::X25519HkdfSha256,
    rand_core::{TryCryptoRng, TryRng},
};
use sealwire::{
    Aead, Kem, Suite,
    envelope::Labels,
    hpke::{self, Psk},
    keys::{KeyPair, PublicKey},
};
use sealwire_tests::{
    independent,
    random::Deterministic,
    rig::{Rig, SIZES, answer, key_pair, open_answer, seal},
};

type PeerPublic = <X25519HkdfSha256 as ::hpke::Kem>::PublicKey;
type PeerPrivate = <X25519HkdfSha256 as ::hpke::Kem>::PrivateKey;
type PeerEnc = <X25519HkdfSha256 as ::hpke::Kem>::EncappedKey;

/// Our test source as the traits want it that the peers share.
pub(crate) struct PeerRandom(pub(crate) Deterministic);

impl TryRng for PeerRandom {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let bytes = self.0.bytes(4);
        Ok(u32::from_le_bytes(bytes.try_into().unwrap()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.copy_from_slice(&self.0.bytes(out.len()));
        Ok(())
    }
}

impl TryCryptoRng for PeerRandom {}

const PSK: &[u8] = &[0x42; 32];
const PSK_ID: &[u8] = b"a name";

fn peer_psk() -> PskBundle<'static> {
    PskBundle::new(PSK, PSK_ID).unwrap()
}

/// Several messages one way, of every size, and an export.
fn we_seal<A: PeerAead>(aead: Aead, with_psk: bool) -> usize {
    let suite = Suite::x25519(aead);
    let mut random = Deterministic::new(11);
    let (private, public) = X25519HkdfSha256::derive_keypair(&[6; 32]);
    let recipient = PublicKey::from_bytes(suite.kem, &public.to_bytes()).unwrap();
    let (enc, mut sender) = if with_psk {
        let psk = Psk::new(PSK, PSK_ID).unwrap();
        hpke::setup_sender_psk(suite, &recipient, b"info", psk, &mut random).unwrap()
    } else {
        hpke::setup_sender(suite, &recipient, b"info", &mut random).unwrap()
    };
    let mode = if with_psk { OpModeR::Psk(peer_psk()) } else { OpModeR::Base };
    let enc = PeerEnc::from_bytes(enc.as_ref()).unwrap();
    let mut receiver =
        ::hpke::setup_receiver::<A, HkdfSha256, X25519HkdfSha256>(&mode, &private, &enc, b"info")
            .unwrap();
    for size in SIZES {
        let plaintext = random.bytes(size);
        let sealed = sender.seal(b"aad", &plaintext).unwrap();
        assert!(receiver.open(&sealed, b"aad").unwrap() == plaintext, "{aead:?}, {size} bytes");
    }
    let (mut ours, mut theirs) = ([0; 77], [0; 77]);
    sender.export(b"context", &mut ours).unwrap();
    receiver.export(b"context", &mut theirs).unwrap();
    assert_eq!(ours, theirs);
    SIZES.len()
}

fn they_seal<A: PeerAead>(aead: Aead, with_psk: bool) -> usize {
    let suite = Suite::x25519(aead);
    let mut random = Deterministic::new(12);
    let pair = KeyPair::generate(suite.kem, &mut random).unwrap();
    let public = PeerPublic::from_bytes(pair.public_key().as_bytes()).unwrap();
    let mode = if with_psk { OpModeS::Psk(peer_psk()) } else { OpModeS::Base };
    let mut peer_random = PeerRandom(random.clone());
    let (enc, mut sender) = ::hpke::setup_sender_with_rng::<A, HkdfSha256, X25519HkdfSha256>(
        &mode,
        &public,
        b"info",
        &mut peer_random,
    )
    .unwrap();
    let enc = enc.to_bytes();
    let mut receiver = if with_psk {
        let psk = Psk::new(PSK, PSK_ID).unwrap();
        hpke::setup_receiver_psk(suite, &enc, &pair, b"info", psk).unwrap()
    } else {
        hpke::setup_receiver(suite, &enc, &pair, b"info").unwrap()
    };
    for size in SIZES {
        let plaintext = random.bytes(size);
        let sealed = sender.seal(&plaintext, b"aad").unwrap();
        assert!(receiver.open(b"aad", &sealed).unwrap() == plaintext, "{aead:?}, {size} bytes");
    }
    let (mut ours, mut theirs) = ([0; 77], [0; 77]);
    receiver.export(b"context", &mut ours).unwrap();
    sender.export(b"context", &mut theirs).unwrap();
    assert_eq!(ours, theirs);
    SIZES.len()
}

#[test]
fn contexts_in_both_directions_modes_and_all_aeads() {
    let mut messages = 0;
    for with_psk in [false, true] {
        messages += we_seal::<AesGcm128>(Aead::Aes128Gcm, with_psk);
        messages += we_seal::<AesGcm256>(Aead::Aes256Gcm, with_psk);
        messages += we_seal::<ChaCha20Poly1305>(Aead::ChaCha20Poly1305, with_psk);
        messages += they_seal::<AesGcm128>(Aead::Aes128Gcm, with_psk);
        messages += they_seal::<AesGcm256>(Aead::Aes256Gcm, with_psk);
        messages += they_seal::<ChaCha20Poly1305>(Aead::ChaCha20Poly1305, with_psk);
    }
    assert_eq!(messages, 2 * 2 * 3 * 6);
}

#[test]
fn key_pairs_are_derived_alike() {
    for seed in 0..=255 {
        let ours = KeyPair::derive(Kem::X25519HkdfSha256, &[seed; 40]).unwrap();
        let (_, theirs) = X25519HkdfSha256::derive_keypair(&[seed; 40]);
        assert_eq!(ours.public_key().as_bytes(), theirs.to_bytes().to_vec());
    }
}

const AEAD: Aead = Aead::Aes256Gcm;
const HEADER_LEN: usize = 7;
const NONCE_LEN: usize = 32;

fn request_info(header: &[u8]) -> Vec<u8> {
    independent::info("message/bhttp request", header)
}

#[test]
fn oblivious_http_with_aes_256_gcm_our_client_and_their_server() {
    let mut exchanges = 0;
    for size in SIZES {
        let mut random = Deterministic::new(13);
        let (request, response) = (random.bytes(size), random.bytes(size));
        let (private, public) = X25519HkdfSha256::derive_keypair(&[8; 32]);
        let recipient = sealwire_tests::rig::recipient(5, &public.to_bytes(), AEAD);
        let (sealed, opener) = seal(&recipient, Labels::BHTTP, &request, &mut random).unwrap();

        let (opened, enc, secret) = decapsulate(&private, &sealed);
        assert!(opened == request, "{size} bytes");
        let nonce = random.bytes(NONCE_LEN);
        let keys = independent::response_keys(AEAD.id(), &enc, &nonce, &secret);
        let sealed = independent::aead_seal(AEAD.id(), &keys.key, &keys.nonce, b"", &response);
        let sealed = [nonce, sealed].concat();
        assert!(open_answer(opener, &sealed).unwrap() == response, "{size} bytes");
        exchanges += 1;
    }
    assert_eq!(exchanges, 6);
}

/// The request, `enc`, and the secret of the response.
fn decapsulate(private: &PeerPrivate, sealed: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let (header, rest) = sealed.split_at(HEADER_LEN);
    let (enc, sealed) = rest.split_at(32);
    let peer_enc = PeerEnc::from_bytes(enc).unwrap();
    let mut context = ::hpke::setup_receiver::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        private,
        &peer_enc,
        &request_info(header),
    )
    .unwrap();
    let request = context.open(sealed, b"").unwrap();
    let mut secret = vec![0; NONCE_LEN];
    context.export(b"message/bhttp response", &mut secret).unwrap();
    (request, enc.to_vec(), secret)
}

#[test]
fn oblivious_http_with_aes_256_gcm_their_client_and_our_server() {
    let mut exchanges = 0;
    for size in SIZES {
        let mut random = Deterministic::new(14);
        let (request, response) = (random.bytes(size), random.bytes(size));
        let rig = Rig::new(6, 8, AEAD);
        let public = PeerPublic::from_bytes(key_pair(8).public_key().as_bytes()).unwrap();
        let header = independent::header(6, AEAD.id());
        let mut peer_random = PeerRandom(random.clone());
        let (enc, mut context) =
            ::hpke::setup_sender_with_rng::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
                &OpModeS::Base,
                &public,
                &request_info(&header),
                &mut peer_random,
            )
            .unwrap();
        let enc = enc.to_bytes().to_vec();
        let sealed = [header, enc.clone(), context.seal(&request, b"").unwrap()].concat();

        let (opened, sealer) = rig.open(&sealed).unwrap();
        assert!(opened == request && sealer.enc() == enc, "{size} bytes");
        let sealed = answer(sealer, &response, &mut random);
        let mut secret = vec![0; NONCE_LEN];
        context.export(b"message/bhttp response", &mut secret).unwrap();
        let (nonce, sealed) = sealed.split_at(NONCE_LEN);
        let keys = independent::response_keys(AEAD.id(), &enc, nonce, &secret);
        let opened = independent::aead_open(AEAD.id(), &keys.key, &keys.nonce, b"", sealed);
        assert!(opened.unwrap() == response, "{size} bytes");
        exchanges += 1;
    }
    assert_eq!(exchanges, 6);
}
