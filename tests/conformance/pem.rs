//! Private keys in PKCS#8 PEM: what `openssl` writes is read, everything else is a typed error.

use std::{
    fs,
    process::{Command, Output, Stdio},
};

use proptest::{collection::vec, prelude::*};
use sealwire::{Code, Kem, SystemRandom, keys::KeyPair};
use sealwire_tests::rig::{failure, key_pair};

/// By `openssl genpkey -algorithm X25519`.
pub(crate) const OPENSSL: [&str; 2] = [
    "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIMBid9VPcsmmwjBAs0th9ls3xE7Fy8N3L0oEX+G2B1Bv
-----END PRIVATE KEY-----
",
    "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIFAbPIdAGGHti5Hu+ii1hmn47J5oBApdJXMcWCI19+94
-----END PRIVATE KEY-----
",
];

/// What `openssl pkey -pubout` says of them.
const OPENSSL_PUBLIC: [&str; 2] = [
    "48bbefc4a466ac156824a3dd3bb058849dcf27eba0e0f2924f8812ae1d61aa63",
    "bfce8eb515ab770e98ac91f08e19323d0a7692ee8151558499e35283ca8d4f71",
];

const ED25519: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIPC8ZJzNWHonIR2x1O6jbRiENowsRbO2hYwlItNxpMPh
-----END PRIVATE KEY-----
";
const X448: &str = "-----BEGIN PRIVATE KEY-----
MEYCAQAwBQYDK2VvBDoEOAgLkEIVDhfrrGpybQZxpk9IRKFcdryJisDSnzFc0tCT
40ORVDvL+RjP1jSYu70OLfq6bAYH3gOZ
-----END PRIVATE KEY-----
";
const P256: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgy9dp5Upkw+qVW3Gk
HnUAZ0yGOUoHy3PawHWYbbe18cyhRANCAASq3pc7m9vG8aPRTI3+YI3E3+t8pcFK
CXP0xvMd7/4XcLmRZGbNx5HluvHhhcYQw6eO+MQAh80fo84PFQbNx6X6
-----END PRIVATE KEY-----
";
const RSA: &str = "-----BEGIN PRIVATE KEY-----
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBALr5mPbNckN+Wr53
Boq1SDsjjjzOXJtPmMhNdrpYwdwnY2U7ip1B1CQOHEF0lydT5Jh8oTbpruVThEaZ
g0vOPrv2NKDwyHzJxKw6GdBppYYsEWi/VgHPWfh5I5Gt+rFhpDd8Bm0Hy7WHCVDW
GwHpxbLTtjiFjz0evvqIetli8X+TAgMBAAECgYBSxe6ezALauFRJ332I6IoqjCoK
5zx+ETXM7uYxxttDsDhDd6F8zsiwkYKWw5uq8GvRydLA8aDYqyly68EBTTPd1n8x
WZG9S70iQms8sdnbNTXFaVc84hU7fm8gChz0PXUGtpep8OJ2ZeUEkOSMOe5FPaFb
8mM5RF04JYQVorXKKQJBAN0qn5Q/F2wicm6r5gFuI37edRd4HfGGMg21HyeLxrUF
yRkgZunMfkws/hc521oXX7G9hYddjFjBHn0DZpSEvi8CQQDYbGGe3Pc72mEd33vN
VtCQwro0Prf5ldrFF3o8ISjlGLmnvvmA3LZ9cKl7kmPNRjsZFvEGel1wFtx4fUVO
AH/dAkBMFQqag+25zEvTWJ0iJtJdJYfgT/j1CjYT0xfpkcMEqP3Z//SHP0q/R8cN
FGEqJ9pKmajivUK3kY+8b7wNIXEPAkBKPTtrdF720B16Utwz/vDCh5m6LD2NxyLp
cvlCQRm3JLki2rbZxlxvQUNSGVBU7R9+psj9MOJ2fdEZH9ezPyadAkEAg3jqyy8l
86nstxu0X6jds3MDV19cbfEvbFMXba15IQJ3RuqtFr/kEMBbBvKIpwgCvCWlva1a
hfFlNHIc7a6LGA==
-----END PRIVATE KEY-----
";
const ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAihUU1/NdEciwICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEKydycIo2ukiwoLaFXocW+sEQKE4
M+09O57AdhuRhHLvcF5cAwp5uTTh45Ryqb4vqocd/D1tdHSDgQ2xl8a9fHK2TsQh
VCnAdav976Z5msL2ib4=
-----END ENCRYPTED PRIVATE KEY-----
";
const SEC1: &str = "-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIHu3l29S9A3VU9F8Bqp33uSw9QVEV1f+gBJb8VFnn/ByoAoGCCqGSM49
AwEHoUQDQgAE0uKd68QJ4Ksho4q6K9HhsVz98v0ZCeVQ9r/Wh9ijpTgr9Yg1yozI
DffQrbC162UDknPGkIZAMA80iRoa/SmcYA==
-----END EC PRIVATE KEY-----
";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VuAyEASLvvxKRmrBVoJKPdO7BYhJ3PJ+ug4PKST4gSrh1hqmM=
-----END PUBLIC KEY-----
";

/// `OneAsymmetricKey`, version 1: as openssl writes it.
pub(crate) fn version_1(private: &[u8]) -> Vec<u8> {
    [&hex::decode("302e020100300506032b656e04220420").unwrap()[..], private].concat()
}

/// `OneAsymmetricKey`, version 2, with the public key behind.
pub(crate) fn version_2(private: &[u8], public: &[u8]) -> Vec<u8> {
    let head = hex::decode("3051020101300506032b656e04220420").unwrap();
    [&head[..], private, &[0x81, 0x21, 0x00], public].concat()
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn to_base64(bytes: &[u8]) -> String {
    let group = |chunk: &[u8]| {
        let byte = |i| usize::from(*chunk.get(i).unwrap_or(&0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        (0..4)
            .map(move |i| bits >> (18 - 6 * i) & 63)
            .enumerate()
            .map({
                let used = chunk.len();
                move |(i, sextet)| {
                    if i <= used { char::from(ALPHABET[sextet]) } else { '=' }
                }
            })
            .collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

pub(crate) fn from_base64(text: &str) -> Vec<u8> {
    let sextet = |c: u8| ALPHABET.iter().position(|&a| a == c);
    let sextets: Vec<usize> = text.bytes().map_while(sextet).collect();
    let bits = sextets.iter().flat_map(|sextet| (0..6).rev().map(move |i| sextet >> i & 1));
    let bits: Vec<usize> = bits.collect();
    let byte = |bits: &[usize]| bits.iter().fold(0, |byte, bit| byte << 1 | bit);
    bits.chunks_exact(8).map(|bits| u8::try_from(byte(bits)).unwrap()).collect()
}

/// The document as PEM, lines of 64 characters.
pub(crate) fn pem(der: &[u8]) -> String {
    let base64 = to_base64(der);
    let lines: Vec<&str> =
        base64.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

#[test]
fn keys_that_openssl_wrote_are_read_and_written_alike() {
    let mut read = 0;
    for (text, public) in OPENSSL.into_iter().zip(OPENSSL_PUBLIC) {
        let pair = KeyPair::from_pem(text).unwrap();
        assert_eq!(hex::encode(pair.public_key().as_bytes()), public);
        assert_eq!(pair.to_pem().unwrap().as_str(), text);
        read += 1;
    }
    assert_eq!(read, 2);
}

/// Forms that are as good: other line ends, words in front, the public key behind.
#[test]
fn other_right_forms_are_read() {
    let pair = key_pair(5);
    let (private, public) = (pair.expose_private_key(), pair.public_key().as_bytes());
    let text = pair.to_pem().unwrap();
    let forms = [
        text.replace('\n', "\r\n"),
        text.trim_end().to_owned(),
        format!("a comment, as RFC 7468 allows\n{}", *text),
        pem(&version_1(private)),
        pem(&version_2(private, public)),
    ];
    for form in &forms {
        let read = KeyPair::from_pem(form).unwrap_or_else(|error| panic!("{error}: {form}"));
        assert_eq!(read.expose_private_key(), private);
        assert_eq!(read.public_key().as_bytes(), public);
    }
    assert_eq!(forms.len(), 5);
}

/// Every hostile or mistaken text, and the one answer to all.
#[test]
fn anything_else_is_an_invalid_key() {
    let pair = key_pair(5);
    let (private, public) = (pair.expose_private_key(), pair.public_key().as_bytes());
    let good = pair.to_pem().unwrap().to_string();
    let v1 = version_1(private);
    let other = key_pair(6);
    let at = |index: usize, value: u8| {
        let mut der = v1.clone();
        der[index] = value;
        pem(&der)
    };
    let mut unused_bits = version_2(private, public);
    unused_bits[50] = 1;
    let null_parameters =
        [&hex::decode("3030020100300706032b656e050004220420").unwrap()[..], private].concat();
    let mut short_key = hex::decode("302d020100300506032b656e0421041f").unwrap();
    short_key.extend_from_slice(&private[..31]);
    let mut long_key = hex::decode("302f020100300506032b656e04230421").unwrap();
    long_key.extend_from_slice(private);
    long_key.push(0);
    let bare_key = [&hex::decode("302c020100300506032b656e0420").unwrap()[..], private].concat();
    let mut cases: Vec<(String, String)> = [
        ("nothing", String::new()),
        ("no PEM", "key".to_owned()),
        ("Ed25519", ED25519.to_owned()),
        ("X448", X448.to_owned()),
        ("P-256", P256.to_owned()),
        ("RSA", RSA.to_owned()),
        ("encrypted", ENCRYPTED.to_owned()),
        ("SEC 1", SEC1.to_owned()),
        ("a public key", PUBLIC.to_owned()),
        ("a public key said to be private", PUBLIC.replace("PUBLIC", "PRIVATE")),
        ("a private key said to be public", good.replace("PRIVATE", "PUBLIC")),
        ("the public key of another", pem(&version_2(private, other.public_key().as_bytes()))),
        (
            "a public key one byte short",
            pem(&{
                let mut der = version_2(private, &public[..31]);
                (der[1], der[49]) = (0x50, 0x20);
                der
            }),
        ),
        ("a public key with unused bits", pem(&unused_bits)),
        ("version 3", at(4, 2)),
        ("another identifier", at(11, 0x6f)),
        ("NULL for parameters", pem(&null_parameters)),
        ("a key of 31 bytes", pem(&short_key)),
        ("a key of 33 bytes", pem(&long_key)),
        ("a key without its inner OCTET STRING", pem(&bare_key)),
        ("a byte behind the document", pem(&[&v1[..], &[0]].concat())),
        ("words behind the end", format!("{good}words\n")),
        ("two keys", format!("{good}{good}")),
        ("a character that is not base64", good.replacen("MC4", "M*4", 1)),
        ("headers of RFC 1421", good.replacen("\nMC4", "\nProc-Type: 4,ENCRYPTED\n\nMC4", 1)),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .into();
    for length in 0..v1.len() {
        cases.push((format!("the document cut to {length} bytes"), pem(&v1[..length])));
    }
    // All but the last line end is needed.
    for length in 0..good.len() - 1 {
        cases.push((format!("the text cut to {length} characters"), good[..length].to_owned()));
    }
    for (name, text) in &cases {
        let error = failure(KeyPair::from_pem(text));
        assert_eq!(error.code(), Code::InvalidKey, "{name}");
    }
    assert_eq!(cases.len(), 25 + 48 + good.len() - 1);
}

/// The real program in both directions, where it is.
#[test]
fn openssl_reads_what_we_write_and_we_read_what_it_writes() {
    if openssl(&["version"], "").is_none() {
        assert!(std::env::var_os("CI").is_none(), "CI needs the program openssl");
        eprintln!("skipped: there is no program openssl");
        return;
    }
    let public_key = |pem: &str| {
        let output = openssl(&["pkey", "-pubout", "-outform", "DER"], pem).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout[output.stdout.len() - 32..].to_vec()
    };
    for _ in 0..4 {
        let generated = openssl(&["genpkey", "-algorithm", "X25519"], "").unwrap().stdout;
        let generated = String::from_utf8(generated).unwrap();
        let theirs = KeyPair::from_pem(&generated).unwrap();
        assert_eq!(theirs.public_key().as_bytes(), public_key(&generated));

        let ours = KeyPair::generate(Kem::X25519HkdfSha256, &mut SystemRandom).unwrap();
        let text = ours.to_pem().unwrap();
        assert_eq!(ours.public_key().as_bytes(), public_key(&text));
    }
}

/// Runs openssl with `input`, or nothing if it is not installed.
fn openssl(arguments: &[&str], input: &str) -> Option<Output> {
    use std::io::Write as _;
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    // A program that reads no input may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    Some(child.wait_with_output().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn no_document_makes_the_reader_panic(der in vec(any::<u8>(), 0..120)) {
        prop_assert!(KeyPair::from_pem(&pem(&der)).is_err());
    }

    /// A good document with a few bytes changed is either refused or the key it says it is.
    #[test]
    fn a_changed_document_is_refused_or_read_as_it_stands(
        private in any::<[u8; 32]>(),
        changes in vec((0..84_usize, any::<u8>()), 1..3),
    ) {
        let public = sealwire_tests::independent::public_key(&private);
        let mut der = version_2(&private, &public);
        for (at, value) in changes {
            if let Some(byte) = der.get_mut(at) {
                *byte = value;
            }
        }
        if let Ok(pair) = KeyPair::from_pem(&pem(&der)) {
            prop_assert_eq!(pair.expose_private_key(), &der[16..48]);
            // Or the marks around the public key made it something to be passed over.
            let is_public = pair.public_key().as_bytes() == &der[51..];
            prop_assert!(is_public || der[48..51] != [0x81, 0x21, 0x00]);
        }
    }

    #[test]
    fn every_key_is_written_and_read(private in any::<[u8; 32]>()) {
        let ours = sealwire_tests::rig::key_pair_of(&private);
        let text = ours.to_pem().unwrap();
        prop_assert_eq!(text.as_str(), pem(&version_1(&private)));
        let read = KeyPair::from_pem(&text).unwrap();
        prop_assert_eq!(read.expose_private_key(), &private[..]);
        prop_assert_eq!(read.public_key(), ours.public_key());
    }
}

#[test]
fn the_committed_samples_are_in_the_file_of_known_answers() {
    let file = fs::read_to_string(sealwire_tests::vectors::our_path("pem.json")).unwrap();
    for sample in OPENSSL {
        assert!(file.contains(sample.lines().nth(1).unwrap()));
    }
}

#[test]
fn white_space_around_the_text_does_not_matter() {
    let [text, _] = OPENSSL;
    let public = KeyPair::from_pem(text).unwrap().public_key().clone();
    for text in [format!("\n{text}\n\n"), format!("{text} \t\r\n"), text.trim().to_owned()] {
        assert_eq!(KeyPair::from_pem(&text).unwrap().public_key(), &public);
    }
    let error = KeyPair::from_pem(&format!("{text}more\n")).unwrap_err();
    assert_eq!(error.code(), Code::InvalidKey);
}
