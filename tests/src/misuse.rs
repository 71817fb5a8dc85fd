//! What must not compile: a secret used twice, or copied.
//!
//! A sealed request gives one opener for one response, and opening uses it up:
//!
//! ```
//! # use sealwire_tests::{random::Deterministic, rig::{Rig, answer}};
//! # let rig = Rig::new(1, 1, sealwire::Aead::ChaCha20Poly1305);
//! # let (request, opener) = rig.seal(b"request", &mut Deterministic::new(1));
//! # let (_, sealer) = rig.open(&request).unwrap();
//! # let mut response = answer(sealer, b"response", &mut Deterministic::new(2));
//! assert_eq!(opener.open(&mut response).unwrap(), b"response");
//! ```
//!
//! ```compile_fail,E0382
//! # use sealwire_tests::{random::Deterministic, rig::{Rig, answer}};
//! # let rig = Rig::new(1, 1, sealwire::Aead::ChaCha20Poly1305);
//! # let (request, opener) = rig.seal(b"request", &mut Deterministic::new(1));
//! # let (_, sealer) = rig.open(&request).unwrap();
//! # let mut response = answer(sealer, b"response", &mut Deterministic::new(2));
//! assert!(opener.open(&mut response).is_ok());
//! assert!(opener.open(&mut response).is_ok());
//! ```
//!
//! An opened request gives one sealer for one response:
//!
//! ```compile_fail,E0382
//! # use sealwire_tests::{random::Deterministic, rig::Rig};
//! # let rig = Rig::new(1, 1, sealwire::Aead::ChaCha20Poly1305);
//! # let (request, _) = rig.seal(b"request", &mut Deterministic::new(1));
//! # let (_, sealer) = rig.open(&request).unwrap();
//! let mut message = vec![0; sealer.headroom()];
//! assert!(sealer.seal(&mut message, &mut Deterministic::new(2)).is_ok());
//! assert!(sealer.seal(&mut message, &mut Deterministic::new(3)).is_ok());
//! ```
//!
//! A key pair moves into the key of a server, and is not there any more:
//!
//! ```compile_fail,E0382
//! # use sealwire::keys::ServerKey;
//! let pair = sealwire_tests::rig::key_pair(1);
//! let key = ServerKey::new(1, pair, &[sealwire::Aead::Aes256Gcm]).unwrap();
//! assert_eq!(pair.public_key(), key.config().public_key());
//! ```
//!
//! It has no copy either:
//!
//! ```compile_fail,E0599
//! let pair = sealwire_tests::rig::key_pair(1);
//! let copy = pair.clone();
//! ```
//!
//! Plaintext that was opened in place borrows the buffer, which nobody can change meanwhile:
//!
//! ```compile_fail,E0499
//! # use sealwire::envelope::{Labels, open_request};
//! # use sealwire_tests::{random::Deterministic, rig::Rig};
//! # let rig = Rig::new(1, 1, sealwire::Aead::ChaCha20Poly1305);
//! # let (mut message, _) = rig.seal(b"request", &mut Deterministic::new(1));
//! let (first, _) = open_request(&rig.ring, Labels::BHTTP, &mut message).unwrap();
//! let second = open_request(&rig.ring, Labels::BHTTP, &mut message);
//! assert_eq!(first, b"request");
//! ```
//!
//! In chunks it is the same: a message is finished once, and nothing is sealed after that:
//!
//! ```
//! # use sealwire::envelope::{Labels, chunked::seal_request};
//! # use sealwire_tests::{random::Deterministic, rig::Rig};
//! # let rig = Rig::new(1, 1, sealwire::Aead::ChaCha20Poly1305);
//! # let (mut out, mut random) = (Vec::new(), Deterministic::new(1));
//! let (mut sealer, _) =
//!     seal_request(&rig.recipient, Labels::BHTTP_CHUNKED, &mut out, &mut random).unwrap();
//! sealer.seal(b"one", &mut out).unwrap();
//! sealer.finish(b"two", &mut out).unwrap();
//! ```
//!
//! ```compile_fail,E0382
//! # use sealwire::envelope::{Labels, chunked::seal_request};
//! # use sealwire_tests::{random::Deterministic, rig::Rig};
//! # let rig = Rig::new(1, 1, sealwire::Aead::ChaCha20Poly1305);
//! # let (mut out, mut random) = (Vec::new(), Deterministic::new(1));
//! let (mut sealer, _) =
//!     seal_request(&rig.recipient, Labels::BHTTP_CHUNKED, &mut out, &mut random).unwrap();
//! sealer.finish(b"one", &mut out).unwrap();
//! sealer.seal(b"two", &mut out).unwrap();
//! ```
//!
//! One response is started for a request, on either side:
//!
//! ```compile_fail,E0382
//! # use sealwire_tests::{chunks::{LABELS, open_whole, seal}, random::Deterministic, rig::Rig};
//! # let rig = Rig::new(1, 1, sealwire::Aead::ChaCha20Poly1305);
//! # let mut random = Deterministic::new(1);
//! let (wire, _) = seal(&rig.recipient, LABELS, &[b"request"], &mut random).unwrap();
//! let (_, sealer) = open_whole(&rig.ring, LABELS, &wire).unwrap();
//! let first = sealer.start(&mut Vec::new(), &mut random);
//! let second = sealer.start(&mut Vec::new(), &mut random);
//! ```
//!
//! ```compile_fail,E0382
//! # use sealwire_tests::{chunks::{LABELS, seal}, random::Deterministic, rig::Rig};
//! # let rig = Rig::new(1, 1, sealwire::Aead::ChaCha20Poly1305);
//! let (_, opener) =
//!     seal(&rig.recipient, LABELS, &[b"request"], &mut Deterministic::new(1)).unwrap();
//! let first = opener.start(&[1; 32]);
//! let second = opener.start(&[2; 32]);
//! ```
//!
//! A chunk that was opened is there until the next one is asked for:
//!
//! ```compile_fail,E0499
//! # use sealwire_tests::{chunks::{LABELS, seal, start}, random::Deterministic, rig::Rig};
//! # let rig = Rig::new(1, 1, sealwire::Aead::ChaCha20Poly1305);
//! # let chunks = [b"one", b"two", b"end"];
//! # let (wire, _) = seal(&rig.recipient, LABELS, &chunks, &mut Deterministic::new(1)).unwrap();
//! let (mut opener, _, chunks) = start(&rig.ring, LABELS, &wire).unwrap();
//! let mut chunks = chunks.to_vec();
//! let mut input = &mut chunks[..];
//! let first = opener.next(&mut input).unwrap();
//! let second = opener.next(&mut input).unwrap();
//! assert_eq!(first.unwrap(), b"one");
//! ```
