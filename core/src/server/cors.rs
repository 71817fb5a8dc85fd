//! Which pages may make sealed calls: CORS (Fetch standard, section 3.3) of the outer requests.

use alloc::{boxed::Box, vec::Vec};

/// From which origins browsers may make sealed calls and fetch keys. What the handlers say about
/// CORS is inside, where no browser looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors(Origins);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Origins {
    Any,
    Listed(Vec<Box<str>>),
}

impl Default for Origins {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

impl Cors {
    /// From none but the server's own, which needs no leave. The default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From these, such as `https://app.example.com`, compared byte for byte with what browsers
    /// send: in lower case, without a path, and without the scheme's own port.
    pub fn origins<'a>(origins: impl IntoIterator<Item = &'a str>) -> Self {
        Self(Origins::Listed(origins.into_iter().map(Into::into).collect()))
    }

    /// From any. Who may call is then for the credentials inside to say.
    #[must_use]
    pub const fn any_origin() -> Self {
        Self(Origins::Any)
    }

    /// The origin to allow, if this one is.
    pub(super) fn allow(&self, origin: Option<&[u8]>) -> Option<Box<str>> {
        let origin = core::str::from_utf8(origin?).ok()?;
        let allowed = match &self.0 {
            Origins::Any => origin.bytes().all(|byte| byte.is_ascii_graphic()),
            Origins::Listed(origins) => origins.iter().any(|listed| **listed == *origin),
        };
        allowed.then(|| origin.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_origins_are_allowed() {
        let cors = Cors::origins(["https://app.example.com"]);
        assert_eq!(
            cors.allow(Some(b"https://app.example.com")).unwrap(),
            "https://app.example.com".into()
        );
        for other in ["https://app.example.com.evil.example", "http://app.example.com", "null", ""]
        {
            assert_eq!(cors.allow(Some(other.as_bytes())), None, "{other}");
        }
        assert_eq!(cors.allow(None), None);
        assert_eq!(Cors::new().allow(Some(b"https://app.example.com")), None);
        assert!(Cors::any_origin().allow(Some(b"https://x.example")).is_some());
        assert!(Cors::any_origin().allow(Some(b"a\r\nb: c")).is_none());
    }
}
