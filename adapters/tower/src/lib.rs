//! A tower layer that opens sealed calls.
