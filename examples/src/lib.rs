//! Small, runnable examples.
