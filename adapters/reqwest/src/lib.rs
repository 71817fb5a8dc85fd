//! Sealed calls with reqwest.
