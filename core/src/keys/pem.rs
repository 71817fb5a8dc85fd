//! Private keys as PKCS#8 PEM (RFC 5958, RFC 7468), X25519 as `openssl genpkey` writes it
//! (RFC 8410).

use alloc::string::String;

use pkcs8::{
    AlgorithmIdentifierRef, LineEnding, ObjectIdentifier, PrivateKeyInfoRef, SecretDocument,
    der::{Decode, asn1::OctetStringRef, pem::PemLabel},
};
use zeroize::Zeroizing;

use super::KeyPair;
use crate::{
    error::{Code, Error, Result},
    secret::Secret,
    suite::Kem,
};

/// id-X25519
const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");

const NOT_PEM: Error = Error::new(Code::InvalidKey, "not a PKCS#8 private key in PEM");
const NOT_ENCODABLE: Error = Error::new(Code::Internal, "the private key could not be encoded");

impl KeyPair {
    /// Reads `-----BEGIN PRIVATE KEY-----`: X25519. A public key inside, if there is one, must be
    /// the right one. White space around the text does not matter, nor
    /// do words in front of it (RFC 7468, section 2); anything behind it does.
    ///
    /// # Errors
    /// `InvalidKey` if it is anything else.
    pub fn from_pem(pem: &str) -> Result<Self> {
        let (label, document) = SecretDocument::from_pem(pem.trim()).map_err(|_| NOT_PEM)?;
        PrivateKeyInfoRef::validate_pem_label(label).map_err(|_| NOT_PEM)?;
        let info = PrivateKeyInfoRef::from_der(document.as_bytes()).map_err(|_| NOT_PEM)?;
        let kem = match info.algorithm {
            AlgorithmIdentifierRef { oid: X25519, parameters: None } => Kem::X25519HkdfSha256,
            _ => {
                return Err(Error::new(Code::InvalidKey, "the private key is not for X25519"));
            }
        };
        // CurvePrivateKey ::= OCTET STRING, inside the OCTET STRING of PKCS#8
        let key = <&OctetStringRef>::from_der(info.private_key.as_bytes()).map_err(|_| NOT_PEM)?;
        let pair = Self::from_private_key(kem, key.as_bytes())?;
        match info.public_key {
            Some(public) if public.as_bytes() != Some(pair.public_key().as_bytes()) => {
                Err(Error::new(Code::InvalidKey, "the public key is not of the private key"))
            }
            _ => Ok(pair),
        }
    }

    /// Writes `-----BEGIN PRIVATE KEY-----`. The text wipes itself; so should whatever it is
    /// copied into.
    ///
    /// # Errors
    /// `Internal`, if the encoder breaks its contract.
    pub fn to_pem(&self) -> Result<Zeroizing<String>> {
        let mut inner = Secret::<34>::zeroed();
        let key = [0x04, 0x20].iter().chain(self.expose_private_key());
        for (to, from) in inner.expose_mut().iter_mut().zip(key) {
            *to = *from;
        }
        let private_key = OctetStringRef::new(inner.expose()).map_err(|_| NOT_ENCODABLE)?;
        let algorithm = AlgorithmIdentifierRef { oid: X25519, parameters: None };
        SecretDocument::encode_msg(&PrivateKeyInfoRef::new(algorithm, private_key))
            .and_then(|document| document.to_pem(PrivateKeyInfoRef::PEM_LABEL, LineEnding::LF))
            .map_err(|_| NOT_ENCODABLE)
    }
}
