//! Binary HTTP: the vectors of others, a peer on the other end, properties, and hostile messages.

mod decoder;
mod encoders;
mod heads;
mod http;
mod known;
mod llhttp;
mod props;
mod strict;
mod support;
mod vectors;
