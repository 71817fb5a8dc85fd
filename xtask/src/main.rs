//! The one entry to every toolchain of this repository.

fn main() {}
