//! The primitives, each behind one small interface: nothing above this module names a library.

pub(crate) mod aead;
pub(crate) mod kdf;

/// Overwrites the stack that the calls before this one have used.
///
/// The libraries below leave copies of keys there that nobody else can reach: ring moves keys while
/// it expands them, hkdf returns blocks in arrays, curve arithmetic takes scalars by value. Call it
/// where a message has begun, and not for every chunk: it costs about 0.1 microseconds.
#[inline(never)]
pub(crate) fn scrub_stack() {
    /// With this depth a scan of the stack found none of the copies that it found without.
    const DEPTH: usize = 6 * 1024;
    let mut stack = [0_u8; DEPTH];
    stack.fill(0);
    core::hint::black_box(&mut stack);
}
#[cfg(test)]
mod wycheproof;
