use std::{fmt, net::IpAddr};

use http::{
    Uri,
    uri::{Authority, PathAndQuery, Scheme},
};
use sealwire::Target;

use super::CallError;

/// Where the outer requests of sealed calls go: by default to
/// [`GATEWAY_PATH`](sealwire::server::GATEWAY_PATH) on the origin that a call is meant for, by
/// https.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Destination {
    target: Target,
    gateway: Option<Uri>,
    http_on_loopback: bool,
}

impl Destination {
    /// The default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Which path the outer requests have: [`Target::GATEWAY`] unless set, as at the server.
    #[must_use]
    pub fn target(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// The absolute URI that all outer requests go to, whatever origin a call is meant for. With a
    /// mirror target it is the origin only, and the target's path follows it.
    #[must_use]
    pub fn gateway(self, gateway: Uri) -> Self {
        Self { gateway: Some(gateway), ..self }
    }

    /// Allows `http` to a gateway on a loopback address, for development and tests. Anywhere else
    /// `https` is required: sealing does not hide who calls whom, TLS hides a part of it. Only literal
    /// addresses count, since a name can resolve to anything.
    ///
    /// Whoever sends the outer request must then use no proxy: it would get the plain call, and take
    /// the loopback address for its own.
    #[must_use]
    pub fn allow_http_on_loopback(self) -> Self {
        Self { http_on_loopback: true, ..self }
    }

    /// Whether [`Self::allow_http_on_loopback`] was called.
    #[must_use]
    pub const fn allows_http_on_loopback(&self) -> bool {
        self.http_on_loopback
    }

    /// The URI of the outer request for a call to `inner`. Of that nothing is in it but its host and
    /// port where no gateway is set, and its path where the target is a mirror.
    ///
    /// # Errors
    /// [`CallError::is_insecure`] if it is not reached by https, and
    /// [`CallError::is_not_sent`] too if there is no such URI: `inner` is neither an https nor an
    /// http one, names no origin where no gateway is set, or has a path that no
    /// mirror target accepts.
    pub fn outer_uri(&self, inner: &Uri) -> Result<Uri, CallError> {
        // A sealed call is an HTTP request. What other schemes mean, a gateway cannot know.
        if !matches!(inner.scheme_str(), None | Some("https" | "http")) {
            return Err(CallError::target("the URI is neither an https nor an http one"));
        }
        let path = self.target.outer_path(inner.path()).map_err(CallError::sealing_failed)?;
        let outer = match &self.gateway {
            Some(gateway) if !self.target.is_mirror() => gateway.clone(),
            Some(gateway) => on_origin_of(gateway, &path)?,
            None => on_origin_of(inner, &path)?,
        };
        let loopback_http = self.http_on_loopback && is_loopback_http(&outer);
        match outer.scheme() == Some(&Scheme::HTTPS) || loopback_http {
            true => Ok(outer),
            false => Err(CallError::insecure("the gateway is reached by https only")),
        }
    }
}

/// A path on the origin of another URI, whose user information is left out.
fn on_origin_of(uri: &Uri, path: &str) -> Result<Uri, CallError> {
    const NO_ORIGIN: CallError = CallError::target("the URI has no origin to call");
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
        return Err(NO_ORIGIN);
    };
    let (_, host) = authority.as_str().rsplit_once('@').unwrap_or(("", authority.as_str()));
    let authority = Authority::try_from(host).map_err(|_| NO_ORIGIN)?;
    let path = PathAndQuery::try_from(path).map_err(|_| NO_ORIGIN)?;
    let uri = Uri::builder().scheme(scheme.clone()).authority(authority).path_and_query(path);
    uri.build().map_err(|_| NO_ORIGIN)
}

fn is_loopback_http(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    uri.scheme() == Some(&Scheme::HTTP)
        && host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Of the gateway its host only: the rest of a URI can hold credentials.
impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Destination")
            .field("target", &self.target)
            .field("gateway", &self.gateway.as_ref().and_then(Uri::host))
            .field("http_on_loopback", &self.http_on_loopback)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outer(destination: &Destination, inner: &'static str) -> Result<String, CallError> {
        destination.outer_uri(&Uri::from_static(inner)).map(|uri| uri.to_string())
    }

    #[test]
    fn of_the_call_only_host_and_port_are_outside() {
        let destination = Destination::new();
        let uri = outer(&destination, "https://user:secret@api.example.com:8443/a?b").unwrap();
        assert_eq!(uri, "https://api.example.com:8443/.well-known/ohttp-gateway");
        let set = destination.gateway(Uri::from_static("https://edge.example.com/in?key=1"));
        let uri = outer(&set, "http://api.example.com/a?b").unwrap();
        assert_eq!(uri, "https://edge.example.com/in?key=1");
        assert_eq!(outer(&set, "/a").unwrap(), "https://edge.example.com/in?key=1");
        assert!(!format!("{set:?}").contains("key"));
    }

    #[test]
    fn a_mirror_shows_the_path_and_no_query() {
        let mirror = Destination::new().target(Target::mirror("/sealed").unwrap());
        let uri = outer(&mirror, "https://api.example.com/a/b?c").unwrap();
        assert_eq!(uri, "https://api.example.com/sealed/a/b");
        let edge = mirror.clone().gateway(Uri::from_static("https://u:p@edge.example.com/x?y"));
        let uri = outer(&edge, "https://api.example.com/a/b?c").unwrap();
        assert_eq!(uri, "https://edge.example.com/sealed/a/b");
        let error = outer(&mirror, "https://api.example.com/a//b").unwrap_err();
        assert!(error.is_not_sent() && error.sealing().is_some());
    }

    #[test]
    fn http_only_goes_to_a_literal_loopback_address_and_only_if_allowed() {
        let strict = Destination::new();
        let allowing = strict.clone().allow_http_on_loopback();
        assert!(allowing.allows_http_on_loopback() && !strict.allows_http_on_loopback());
        for uri in ["http://127.0.0.1:80/", "http://127.9.9.9/", "http://[::1]:8080/"] {
            assert!(outer(&strict, uri).unwrap_err().is_insecure(), "{uri}");
            assert!(outer(&allowing, uri).is_ok(), "{uri}");
        }
        for uri in ["http://localhost/", "http://10.0.0.1/", "http://127.0.0.1.example.com/"] {
            let error = outer(&allowing, uri).unwrap_err();
            assert!(error.is_insecure() && error.is_not_sent(), "{uri}");
        }
    }

    #[test]
    fn what_is_no_http_call_is_not_sent() {
        for uri in ["ftp://api.example.com/", "/a", "api.example.com:443", "*"] {
            let error = outer(&Destination::new(), uri).unwrap_err();
            assert!(error.is_not_sent() && !error.is_insecure(), "{uri}");
        }
    }
}
