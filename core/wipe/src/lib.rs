//! A heap box whose memory is overwritten when it is dropped.
//!
//! Libraries for cryptography keep expanded keys in types that cannot be wiped from outside: they
//! are opaque, and have no destructor that clears them. [`WipeBox`] holds such a value on the heap,
//! where moving the box does not copy it, runs its destructor, and then overwrites every byte of
//! the allocation before the allocator gets it back.
//!
//! This crate exists to hold the workspace's only `unsafe` code below the language bindings.
//!
//! ```
//! use sealwire_wipe::WipeBox;
//!
//! let key = WipeBox::new_with(|| [7u8; 32]);
//! assert_eq!(key[0], 7);
//! // Dropped here: the 32 bytes are zero before they are freed.
//! ```

#![no_std]
#![allow(unsafe_code)]

extern crate alloc;

use alloc::boxed::Box;
use core::{
    fmt,
    mem::{ManuallyDrop, MaybeUninit},
    ops::{Deref, DerefMut},
    ptr,
    sync::atomic::{Ordering, compiler_fence},
};

/// An owned value on the heap whose bytes, padding included, are zero before they are freed.
///
/// What the value itself points to is not followed: a `WipeBox<Vec<u8>>` wipes three words.
pub struct WipeBox<T>(ManuallyDrop<Box<T>>);

impl<T> WipeBox<T> {
    /// Allocates first, then runs `make`, so that the value can be built where it will stay.
    #[inline]
    pub fn new_with(make: impl FnOnce() -> T) -> Self {
        Self(ManuallyDrop::new(Box::write(Box::new_uninit(), make())))
    }
}

impl<T> Deref for WipeBox<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for WipeBox<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> fmt::Debug for WipeBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WipeBox(..)")
    }
}

impl<T> Drop for WipeBox<T> {
    fn drop(&mut self) {
        // SAFETY: `self.0` is taken exactly once, here, and never used again.
        let value = Box::into_raw(unsafe { ManuallyDrop::take(&mut self.0) });
        // Wipes and frees even if the destructor of `T` panics.
        let _memory = Memory(value);
        // SAFETY: `value` came from `Box::into_raw`, so it holds a valid `T` that nothing else
        // owns; `_memory` neither reads it nor runs its destructor.
        unsafe { ptr::drop_in_place(value) };
    }
}

/// The allocation of a box whose value has been, or is being, destroyed.
struct Memory<T>(*mut T);

impl<T> Drop for Memory<T> {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `Box::into_raw` and is given back once, here;
        // `MaybeUninit<T>` has the layout of `T` and no destructor.
        let mut memory = unsafe { Box::from_raw(self.0.cast::<MaybeUninit<T>>()) };
        wipe(&mut memory);
    }
}

/// Overwrites `memory` with zeros in a way that the compiler may not leave out.
fn wipe<T>(memory: &mut MaybeUninit<T>) {
    const WORD: usize = size_of::<usize>();
    let size = size_of::<T>();
    let start = ptr::from_mut(memory).cast::<u8>();
    // Whole words where the alignment allows it: an expanded key is some hundred bytes.
    let words = if align_of::<T>() >= align_of::<usize>() { size / WORD } else { 0 };
    for i in 0..words {
        // SAFETY: word `i` lies inside the allocation, since `words * WORD <= size`.
        let word = unsafe { start.cast::<usize>().add(i) };
        // SAFETY: `word` is valid for writes through the unique reference `memory`, and aligned,
        // since `start` is aligned for `T` and `T` is at least as aligned as `usize`.
        unsafe { ptr::write_volatile(word, 0) };
    }
    for i in words * WORD..size {
        // SAFETY: `i < size`, so the byte lies inside the allocation.
        let byte = unsafe { start.add(i) };
        // SAFETY: `byte` is valid for writes through the unique reference `memory`.
        unsafe { ptr::write_volatile(byte, 0) };
    }
    compiler_fence(Ordering::SeqCst);
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;

    #[test]
    fn the_value_is_readable_writable_and_dropped_once() {
        struct Count<'a>(&'a Cell<u32>, u64);
        impl Drop for Count<'_> {
            fn drop(&mut self) {
                self.0.set(self.0.get() + 1);
            }
        }
        let drops = Cell::new(0);
        let mut boxed = WipeBox::new_with(|| Count(&drops, 1));
        boxed.1 += 1;
        assert_eq!(boxed.1, 2);
        assert_eq!(drops.get(), 0);
        drop(boxed);
        assert_eq!(drops.get(), 1);
    }

    #[test]
    fn every_byte_is_wiped_for_word_aligned_and_odd_sizes() {
        fn check<const N: usize, A: Copy>(fill: A) {
            let mut memory = MaybeUninit::new((fill, [0xA5u8; N]));
            wipe(&mut memory);
            for i in 0..size_of::<(A, [u8; N])>() {
                // SAFETY: inside the value; `wipe` initialised every byte.
                let byte = unsafe { memory.as_ptr().cast::<u8>().add(i) };
                // SAFETY: as above.
                assert_eq!(unsafe { byte.read() }, 0, "byte {i} of {N}");
            }
        }
        check::<0, ()>(());
        check::<1, ()>(());
        check::<33, ()>(());
        check::<7, u64>(u64::MAX);
        check::<500, u128>(u128::MAX);
    }

    #[test]
    fn debug_shows_nothing() {
        extern crate std;
        assert_eq!(std::format!("{:?}", WipeBox::new_with(|| 0x5ec2e7u32)), "WipeBox(..)");
    }
}
