//! DHKEM(X25519, HKDF-SHA256) (RFC 9180, section 4.1) over x25519-dalek.

use alloc::boxed::Box;

use x25519_dalek::{SharedSecret as Dh, StaticSecret};

use super::{Algorithm, SharedSecret};
use crate::{
    crypto::kdf::Prk,
    error::{Code, Error, Result},
    random::Random,
    secret::Secret,
    suite::Kem,
};

pub(super) type PublicKey = [u8; 32];

/// A private key where it stays: `StaticSecret` wipes itself.
pub(super) struct PrivateKey(Box<StaticSecret>);

/// suite_id = concat("KEM", I2OSP(kem_id, 2))
const SUITE_ID: [u8; 5] = {
    let [high, low] = Kem::X25519HkdfSha256.id().to_be_bytes();
    [b'K', b'E', b'M', high, low]
};

const LOW_ORDER: Error = Error::new(Code::InvalidKey, "the public key is of low order");

pub(super) fn public_key_from_bytes(bytes: &[u8]) -> Result<PublicKey> {
    bytes.try_into().map_err(|_| Error::new(Code::InvalidKey, "an X25519 public key has 32 bytes"))
}

impl PrivateKey {
    pub(super) fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }

    fn with_public(secret: &Secret<32>) -> (Self, PublicKey) {
        let secret = Box::new(StaticSecret::from(*secret.expose()));
        let public = x25519_dalek::PublicKey::from(&*secret).to_bytes();
        (Self(secret), public)
    }
}

impl Algorithm for PrivateKey {
    type PublicKey = PublicKey;

    /// 32 random bytes are a private key; X25519 clamps them on use.
    fn generate(random: &mut dyn Random) -> Result<(Self, PublicKey)> {
        let mut secret = Secret::zeroed();
        random.fill(secret.expose_mut())?;
        Ok(Self::with_public(&secret))
    }

    /// def DeriveKeyPair(ikm):
    ///   dkp_prk = LabeledExtract("", "dkp_prk", ikm)
    ///   sk = LabeledExpand(dkp_prk, "sk", "", Nsk)
    ///   return (sk, pk(sk))
    fn derive(ikm: &[u8]) -> Result<(Self, PublicKey)> {
        let prk = Prk::labeled_extract(&[], &SUITE_ID, "dkp_prk", ikm);
        let mut secret = Secret::zeroed();
        prk.labeled_expand(&SUITE_ID, "sk", &[], secret.expose_mut())?;
        Ok(Self::with_public(&secret))
    }

    fn from_bytes(private_key: &[u8]) -> Result<(Self, PublicKey)> {
        let bytes: &[u8; 32] = private_key
            .try_into()
            .map_err(|_| Error::new(Code::InvalidKey, "an X25519 private key has 32 bytes"))?;
        let mut secret = Secret::zeroed();
        secret.expose_mut().copy_from_slice(bytes);
        Ok(Self::with_public(&secret))
    }

    /// def Encap(pkR):
    ///   skE, pkE = GenerateKeyPair()
    ///   dh = DH(skE, pkR)
    ///   enc = SerializePublicKey(pkE)
    ///   kem_context = concat(enc, SerializePublicKey(pkR))
    ///   shared_secret = ExtractAndExpand(dh, kem_context)
    fn encapsulate(
        recipient: &PublicKey,
        random: &mut dyn Random,
        enc: &mut [u8],
        shared_secret: &mut SharedSecret,
    ) -> Result<()> {
        let (ephemeral, public) = Self::generate(random)?;
        let dh = ephemeral.diffie_hellman(recipient).ok_or(LOW_ORDER)?;
        extract_and_expand(&dh, &public, recipient, shared_secret)?;
        if enc.len() != public.len() {
            return Err(Error::new(Code::Internal, "enc has the wrong length"));
        }
        enc.copy_from_slice(&public);
        Ok(())
    }

    /// def Decap(enc, skR):
    ///   pkE = DeserializePublicKey(enc)
    ///   dh = DH(skR, pkE)
    ///   kem_context = concat(enc, SerializePublicKey(pk(skR)))
    ///   shared_secret = ExtractAndExpand(dh, kem_context)
    fn decapsulate(
        &self,
        public_key: &PublicKey,
        enc: &[u8],
        shared_secret: &mut SharedSecret,
    ) -> Result<()> {
        let enc: &PublicKey = enc.try_into().map_err(|_| Error::OPEN)?;
        let dh = self.diffie_hellman(enc).ok_or(Error::OPEN)?;
        extract_and_expand(&dh, enc, public_key, shared_secret)
    }
}

impl PrivateKey {
    /// DH(skX, pkY), or nothing if the result is all zero, hence `pkY` of low order: RFC 9180,
    /// section 7.1.4, requires that check, and dalek makes it in constant time.
    fn diffie_hellman(&self, public: &PublicKey) -> Option<Dh> {
        let dh = self.0.diffie_hellman(&x25519_dalek::PublicKey::from(*public));
        dh.was_contributory().then_some(dh)
    }
}

/// def ExtractAndExpand(dh, kem_context):
///   eae_prk = LabeledExtract("", "eae_prk", dh)
///   shared_secret = LabeledExpand(eae_prk, "shared_secret", kem_context, Nsecret)
fn extract_and_expand(
    dh: &Dh,
    enc: &PublicKey,
    recipient: &PublicKey,
    shared_secret: &mut SharedSecret,
) -> Result<()> {
    let mut kem_context = [0; 64];
    let (front, back) = kem_context.split_at_mut(enc.len());
    front.copy_from_slice(enc);
    back.copy_from_slice(recipient);
    let prk = Prk::labeled_extract(&[], &SUITE_ID, "eae_prk", dh.as_bytes());
    prk.labeled_expand(&SUITE_ID, "shared_secret", &kem_context, shared_secret.expose_mut())
}
