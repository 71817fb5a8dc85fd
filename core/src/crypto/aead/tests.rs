//! Both backends against the same vectors and against each other, by name: which of them [`Key`]
//! is depends on the target, and a mistake in the other would show on somebody else's machine.

use alloc::{vec, vec::Vec};

use super::*;
use crate::crypto::wycheproof;

trait Backend: Sized {
    const NAME: &'static str;
    fn new(aead: Aead, key: &[u8]) -> Result<Self>;
    fn seal(&self, nonce: &Nonce, aad: &[u8], buffer: &mut [u8]) -> Result<Tag>;
    fn open(&self, nonce: &Nonce, aad: &[u8], buffer: &mut [u8], tag: &Tag)
    -> Result<(), Rejected>;
}

macro_rules! backend {
    ($backend:ident) => {
        impl Backend for $backend::Key {
            const NAME: &'static str = stringify!($backend);
            fn new(aead: Aead, key: &[u8]) -> Result<Self> {
                <$backend::Key>::new(aead, key)
            }
            fn seal(&self, nonce: &Nonce, aad: &[u8], buffer: &mut [u8]) -> Result<Tag> {
                <$backend::Key>::seal(self, nonce, aad, buffer)
            }
            fn open(
                &self,
                nonce: &Nonce,
                aad: &[u8],
                buffer: &mut [u8],
                tag: &Tag,
            ) -> Result<(), Rejected> {
                <$backend::Key>::open(self, nonce, aad, buffer, tag)
            }
        }
    };
}

backend!(portable);
#[cfg(all(feature = "std", not(target_family = "wasm")))]
backend!(ring);

/// One test for every backend there is.
macro_rules! for_each_backend {
    ($($(#[$meta:meta])* fn $test:ident($backend:ident) $body:block)*) => {
        mod on_portable {
            use super::*;
            $(#[test] fn $test() { super::$test::<portable::Key>(); })*
        }
        #[cfg(all(feature = "std", not(target_family = "wasm")))]
        mod on_ring {
            use super::*;
            $(#[test] fn $test() { super::$test::<ring::Key>(); })*
        }
        $($(#[$meta])* fn $test<$backend: Backend>() $body)*
    };
}

struct Case {
    aead: Aead,
    key: Vec<u8>,
    nonce: Nonce,
    aad: Vec<u8>,
    plaintext: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Tag,
}

impl Case {
    fn seals<B: Backend>(&self) -> bool {
        let key = B::new(self.aead, &self.key).unwrap();
        let mut buffer = self.plaintext.clone();
        let tag = key.seal(&self.nonce, &self.aad, &mut buffer).unwrap();
        buffer == self.ciphertext && tag == self.tag
    }

    /// Whether it opens, and to the right plaintext.
    fn opens<B: Backend>(&self) -> bool {
        let key = B::new(self.aead, &self.key).unwrap();
        let mut buffer = self.ciphertext.clone();
        let opened = key.open(&self.nonce, &self.aad, &mut buffer, &self.tag).is_ok();
        assert!(!opened || buffer == self.plaintext, "{}: another plaintext", B::NAME);
        opened
    }
}

const AEADS: [Aead; 3] = [Aead::Aes128Gcm, Aead::Aes256Gcm, Aead::ChaCha20Poly1305];

fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

/// The fourth and the sixteenth test case of the proposal of GCM to NIST, and RFC 8439, 2.8.2.
fn known_answers() -> [Case; 3] {
    let gcm = |aead, key: &str, ciphertext, tag| Case {
        aead,
        key: unhex(key),
        nonce: unhex("cafebabefacedbaddecaf888").try_into().unwrap(),
        aad: unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
        plaintext: unhex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
             1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        ),
        ciphertext: unhex(ciphertext),
        tag: unhex(tag).try_into().unwrap(),
    };
    [
        gcm(
            Aead::Aes128Gcm,
            "feffe9928665731c6d6a8f9467308308",
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e\
             21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
            "5bc94fbc3221a5db94fae95ae7121a47",
        ),
        gcm(
            Aead::Aes256Gcm,
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
             8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
            "76fc6ece0f4e1768cddf8853bb2d551b",
        ),
        Case {
            aead: Aead::ChaCha20Poly1305,
            key: (0x80..=0x9f).collect(),
            nonce: unhex("070000004041424344454647").try_into().unwrap(),
            aad: unhex("50515253c0c1c2c3c4c5c6c7"),
            plaintext: b"Ladies and Gentlemen of the class of '99: If I could offer you only one \
                         tip for the future, sunscreen would be it."
                .to_vec(),
            ciphertext: unhex(
                "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6\
                 3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36\
                 92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc\
                 3ff4def08e4b7a9de576d26586cec64b6116",
            ),
            tag: unhex("1ae10b594f09e26a7e902ecbd0600691").try_into().unwrap(),
        },
    ]
}

/// Wycheproof's case as one of ours, if nonce and key have lengths that HPKE uses.
fn of_wycheproof(
    aead_of_key: impl Fn(usize) -> Option<Aead>,
    test: &serde_json::Value,
) -> Option<Case> {
    let get = |name| wycheproof::bytes(test, name);
    let key = get("key");
    Some(Case {
        aead: aead_of_key(key.len())?,
        key,
        nonce: get("iv").try_into().ok()?,
        aad: get("aad"),
        plaintext: get("msg"),
        ciphertext: get("ct"),
        tag: get("tag").try_into().ok()?,
    })
}

/// How many cases were valid, invalid and not concerned; all of them have to come out right.
fn run_wycheproof<B: Backend>(
    name: &str,
    cases: usize,
    aead_of_key: impl Fn(usize) -> Option<Aead>,
) -> Option<[usize; 3]> {
    let file = wycheproof::file(name, cases)?;
    let mut counts = [0; 3];
    for (_, test) in wycheproof::tests(&file) {
        let Some(case) = of_wycheproof(&aead_of_key, test) else {
            counts[2] += 1;
            continue;
        };
        let valid = test["result"] == "valid";
        assert_eq!(case.seals::<B>(), valid, "{}: seals {}", B::NAME, test["tcId"]);
        assert_eq!(case.opens::<B>(), valid, "{}: opens {}", B::NAME, test["tcId"]);
        counts[usize::from(!valid)] += 1;
    }
    Some(counts)
}

for_each_backend! {
    fn known_answers_come_out(B) {
        for case in known_answers() {
            assert!(case.seals::<B>() && case.opens::<B>(), "{} {:?}", B::NAME, case.aead);
        }
    }

    fn aes_gcm_passes_wycheproof(B) {
        let aead = |key_len| match key_len {
            16 => Some(Aead::Aes128Gcm),
            32 => Some(Aead::Aes256Gcm),
            _ => None,
        };
        if let Some(counts) = run_wycheproof::<B>("aes_gcm_test.json", 168, aead) {
            assert_eq!(counts, [42, 27, 99]);
        }
    }

    fn chacha20_poly1305_passes_wycheproof(B) {
        let aead = |key_len| (key_len == 32).then_some(Aead::ChaCha20Poly1305);
        if let Some(counts) = run_wycheproof::<B>("chacha20_poly1305_test.json", 141, aead) {
            assert_eq!(counts, [120, 19, 2]);
        }
    }

    fn a_key_of_another_length_is_refused(B) {
        let mut refused = 0;
        for aead in AEADS {
            for length in (0..=64).filter(|&length| length != aead.key_len()) {
                assert_eq!(B::new(aead, &vec![7; length]).err(), Some(KEY_LENGTH));
                refused += 1;
            }
        }
        assert_eq!(refused, 3 * 64);
    }

    /// Each bit of nonce, associated data, ciphertext and tag counts, and what a backend leaves
    /// behind after refusing is either the ciphertext it was given or zeros: no plaintext.
    fn every_altered_bit_is_refused_and_nothing_is_decrypted(B) {
        let mut refused = 0;
        for case in known_answers() {
            let key = B::new(case.aead, &case.key).unwrap();
            let sizes = [case.nonce.len(), case.aad.len(), case.ciphertext.len(), case.tag.len()];
            for bit in 0..8 * sizes.iter().sum::<usize>() {
                let (mut nonce, mut aad) = (case.nonce, case.aad.clone());
                let (mut buffer, mut tag) = (case.ciphertext.clone(), case.tag);
                let mut all = nonce.iter_mut().chain(&mut aad).chain(&mut buffer).chain(&mut tag);
                *all.nth(bit / 8).unwrap() ^= 1 << (bit % 8);
                let given = buffer.clone();
                assert!(key.open(&nonce, &aad, &mut buffer, &tag).is_err(), "bit {bit}");
                let zeros = buffer.iter().all(|&byte| byte == 0);
                assert!(zeros || buffer == given, "{}: plaintext after a refusal", B::NAME);
                refused += 1;
            }
        }
        assert_eq!(refused, 8 * ((12 + 20 + 60 + 16) * 2 + 12 + 12 + 114 + 16));
    }
}

/// The key that is selected for this target, whichever backend that is.
#[test]
fn a_failed_open_leaves_zeros_only() {
    let mut checked = 0;
    for case in known_answers() {
        let key = Key::new(case.aead, &case.key).unwrap();
        for altered in 0..case.ciphertext.len() {
            let mut buffer = case.ciphertext.clone();
            buffer[altered] ^= 1;
            let result = key.open(&case.nonce, &case.aad, &mut buffer, &case.tag);
            assert_eq!(result, Err(Error::OPEN));
            assert_eq!(buffer, vec![0; case.ciphertext.len()]);
            checked += 1;
        }
        let mut wrong_tag = case.tag;
        wrong_tag[15] ^= 0x80;
        let mut buffer = case.ciphertext.clone();
        assert!(key.open(&case.nonce, &case.aad, &mut buffer, &wrong_tag).is_err());
        assert_eq!(buffer, vec![0; case.ciphertext.len()]);
        checked += 1;
    }
    assert_eq!(checked, 60 + 60 + 114 + 3);
}

/// Lengths around blocks, around the strides of vectorised code, and around a chunk.
#[cfg(all(feature = "std", not(target_family = "wasm")))]
#[test]
fn the_backends_agree_in_both_directions() {
    let mut state = 0x5EA1_0000_0000_0001_u64;
    let mut bytes = |length: usize| -> Vec<u8> {
        let words = core::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        });
        words.flatten().take(length).collect()
    };
    let mut lengths: Vec<usize> = (0..=80).collect();
    lengths.extend([127, 128, 129, 255, 256, 257, 511, 512, 513, 1024, 4095, 16383, 16384, 16385]);
    let mut exchanges = 0;
    for aead in AEADS {
        for &length in &lengths {
            let key = bytes(aead.key_len());
            let nonce: Nonce = bytes(12).try_into().unwrap();
            let aad = bytes(length % 37);
            let plaintext = bytes(length);
            let ours = portable::Key::new(aead, &key).unwrap();
            let theirs = ring::Key::new(aead, &key).unwrap();
            let (mut a, mut b) = (plaintext.clone(), plaintext.clone());
            let tag_a = ours.seal(&nonce, &aad, &mut a).unwrap();
            let tag_b = theirs.seal(&nonce, &aad, &mut b).unwrap();
            assert_eq!((&a, tag_a), (&b, tag_b), "{aead:?}, {length} bytes");
            assert!(theirs.open(&nonce, &aad, &mut a, &tag_a).is_ok());
            assert!(ours.open(&nonce, &aad, &mut b, &tag_b).is_ok());
            assert!(a == plaintext && b == plaintext);
            exchanges += 2;
        }
    }
    assert_eq!(exchanges, 2 * 3 * 95);
}
