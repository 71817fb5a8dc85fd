//! Fields that only the edge may set: what a proxy says of a connection, a client could say inside.

use alloc::{boxed::Box, vec::Vec};

use super::Outer;
use crate::{
    bhttp::{Fields, RequestHead},
    error::{Code, Error, Result},
    ours::{fold, is_ours},
};

/// Which fields of a sealed call are dropped, because handlers take them for the word of the edge,
/// and which are put in their place, as they stand on the outer request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeFields {
    dropped: Vec<Pattern>,
    trusted: Vec<Box<str>>,
}

/// A name in lower case, with `-` for every sign but letters and digits.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    name: Box<str>,
    /// Whether it is only how the name begins.
    is_prefix: bool,
}

/// What proxies and CDNs tell of the client's address, its certificate and its request.
const BY_THE_EDGE: [&str; 22] = [
    "cf-connecting-ip*",
    "client-cert*",
    "client-ip",
    "fastly-client-ip",
    "forwarded*",
    "fly-client-ip",
    "remote-addr",
    "remote-user",
    "ssl-client-*",
    "true-client-ip",
    "x-amzn-mtls-*",
    "x-arr-clientcert",
    "x-azure-clientip",
    "x-azure-socketip",
    "x-client-*",
    "x-cluster-client-ip",
    "x-envoy-*",
    "x-forwarded*",
    "x-original-*",
    "x-real-ip",
    "x-remote-*",
    "x-ssl-*",
];

/// What was checked in the inner message, or has no meaning beyond the outer one.
const NEVER_TRUSTED: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

impl EdgeFields {
    /// Drops `Forwarded`, `X-Forwarded-*`, `X-Real-IP`, `X-Client-Cert`, `Client-Cert` and their like,
    /// in every spelling that CGI takes for the same (`x_forwarded_for`), and puts nothing in their
    /// place.
    #[must_use]
    pub fn new() -> Self {
        let dropped = BY_THE_EDGE.iter().map(|name| Pattern::new(name)).collect();
        Self { dropped, trusted: Vec::new() }
    }

    /// Drops none by itself.
    #[must_use]
    pub const fn none() -> Self {
        Self { dropped: Vec::new(), trusted: Vec::new() }
    }

    /// Drops this field too, or with `*` at the end of `name` all that begin so.
    ///
    /// # Errors
    /// `InvalidInput` if it is no field name.
    pub fn drop(mut self, name: &str) -> Result<Self> {
        check(name.strip_suffix('*').unwrap_or(name))?;
        self.dropped.push(Pattern::new(name));
        Ok(self)
    }

    /// Puts this field of the outer request, as often as it stands there, in the place of what a
    /// call says of it. Do so only where a proxy of yours sets it on every request.
    ///
    /// # Errors
    /// `InvalidInput` if it is no field name, or one that frames a message, says whom it is for
    /// (`host`), belongs to a connection, or is named `Sealwire-…`.
    pub fn trust(mut self, name: &str) -> Result<Self> {
        check(name)?;
        if name.ends_with('*') {
            return Err(Error::new(Code::InvalidInput, "a trusted field is named in full"));
        }
        if is_ours(name.as_bytes()) || NEVER_TRUSTED.iter().any(|it| Pattern::new(it).matches(name))
        {
            return Err(Error::new(Code::InvalidInput, "the inner message alone says this"));
        }
        self.trusted.push(name.to_ascii_lowercase().into());
        self.drop(name)
    }

    /// The trusted fields of an outer request.
    pub(super) fn trusted(&self, outer: &Outer<'_>) -> Vec<(Box<str>, Vec<u8>)> {
        let mut found = Vec::new();
        for name in &self.trusted {
            (outer.fields)(name, &mut |value| found.push((name.clone(), value.to_vec())));
        }
        found
    }

    /// Leaves in a header section what a handler may see, and adds what was `trusted`.
    pub(super) fn filter_head(
        &self,
        head: &mut RequestHead,
        trusted: &[(Box<str>, Vec<u8>)],
    ) -> Result<()> {
        head.retain(|name, _| self.keeps(name));
        trusted.iter().try_for_each(|(name, value)| head.push(name, value))
    }

    pub(super) fn filter(&self, trailers: &mut Fields) {
        trailers.retain(|name, _| self.keeps(name));
    }

    fn keeps(&self, name: &str) -> bool {
        !is_ours(name.as_bytes()) && !self.dropped.iter().any(|pattern| pattern.matches(name))
    }
}

impl Default for EdgeFields {
    fn default() -> Self {
        Self::new()
    }
}

impl Pattern {
    fn new(name: &str) -> Self {
        let (name, is_prefix) = match name.strip_suffix('*') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let name = name.bytes().map(fold).map(char::from).collect();
        Self { name, is_prefix }
    }

    fn matches(&self, name: &str) -> bool {
        let mut folded = name.bytes().map(fold);
        let begins = self.name.bytes().all(|byte| folded.next() == Some(byte));
        begins && (self.is_prefix || folded.next().is_none())
    }
}

fn check(name: &str) -> Result<()> {
    Fields::new()
        .push(name, [])
        .map_err(|_| Error::new(Code::InvalidInput, "the name of an edge field is not a token"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_edge_says_is_dropped_in_every_spelling() {
        let edge = EdgeFields::new();
        for name in [
            "forwarded",
            "x-forwarded-for",
            "X-Forwarded-Host",
            "x_forwarded_for",
            "x.real.ip",
            "x-real-ip",
            "x-client-cert",
            "client-cert-chain",
            "x-original-url",
            "sealwire-call",
            "sealwire_call",
            "true-client-ip",
            "x-ssl-client-verify",
        ] {
            assert!(!edge.keeps(name), "{name}");
        }
        for name in
            ["authorization", "cookie", "x-real-ipv6-wish", "for", "x-request-id", "sealwire"]
        {
            assert!(edge.keeps(name), "{name}");
        }
    }

    #[test]
    fn the_list_is_the_operators() {
        let edge = EdgeFields::none().drop("x-edge-*").unwrap().trust("X-Country").unwrap();
        assert!(!edge.keeps("x-edge-a") && !edge.keeps("x-country") && edge.keeps("x-real-ip"));
        assert!(!EdgeFields::none().keeps("sealwire-call"));
        for wrong in ["", "*", "a b", "é"] {
            assert_eq!(EdgeFields::none().drop(wrong).unwrap_err().code(), Code::InvalidInput);
            assert_eq!(EdgeFields::none().trust(wrong).unwrap_err().code(), Code::InvalidInput);
        }
        for wrong in ["x-*", "Host", "content_length", "te", "Sealwire-Call", "sealwire_call"] {
            assert_eq!(EdgeFields::none().trust(wrong).unwrap_err().code(), Code::InvalidInput);
        }
    }
}
