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
