//! Where the outer request of a sealed call goes.

use alloc::{borrow::Cow, boxed::Box, format};

use crate::{
    error::{Code, Error, Result},
    server::GATEWAY_PATH,
};

/// Which path the outer requests of sealed calls have. Both ends must be told the same.
///
/// Method, query, fields and content of a call are inside in either case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// One path for all calls.
    Gateway(Cow<'static, str>),
    /// What is put before the path of the call.
    Mirror(Box<str>),
}

impl Target {
    /// All calls go to [`GATEWAY_PATH`], so that the outer request tells nothing of the inner path.
    /// The default.
    pub const GATEWAY: Self = Self(Kind::Gateway(Cow::Borrowed(GATEWAY_PATH)));

    /// All calls go to this path.
    ///
    /// # Errors
    /// `InvalidInput` if it is not a [canonical](is_canonical) path without a query.
    pub fn gateway_at(path: &str) -> Result<Self> {
        check(path)?;
        Ok(Self(Kind::Gateway(Cow::Owned(path.into()))))
    }

    /// A call goes to `prefix` followed by the path of the call, for those who route by path. The
    /// prefix is empty, or a path such as `/sealed`. Everyone on the way reads the path; the server
    /// refuses a call whose inner path is another one.
    ///
    /// # Errors
    /// `InvalidInput` if the prefix is neither empty nor a [canonical](is_canonical) path that does
    /// not end with a slash.
    pub fn mirror(prefix: &str) -> Result<Self> {
        if !prefix.is_empty() {
            check(prefix)?;
            if prefix.ends_with('/') {
                return Err(Error::new(Code::InvalidInput, "the prefix ends with a slash"));
            }
        }
        Ok(Self(Kind::Mirror(prefix.into())))
    }

    /// The path of the outer request for a call with this path, whose query is left out.
    ///
    /// # Errors
    /// `InvalidInput` for a mirror target if the path is not [canonical](is_canonical): the server
    /// would refuse the call.
    pub fn outer_path(&self, inner: &str) -> Result<Cow<'_, str>> {
        match &self.0 {
            Kind::Gateway(path) => Ok(Cow::Borrowed(path)),
            Kind::Mirror(prefix) => {
                let path = without_query(inner);
                check(path)?;
                Ok(Cow::Owned(format!("{prefix}{path}")))
            }
        }
    }

    /// The path that serves key configurations.
    pub(crate) fn keys_path(&self) -> &str {
        match &self.0 {
            Kind::Gateway(path) => path,
            Kind::Mirror(_) => GATEWAY_PATH,
        }
    }

    /// Whether outer requests have the path of their call.
    #[must_use]
    pub const fn is_mirror(&self) -> bool {
        matches!(self.0, Kind::Mirror(_))
    }

    /// What a mirrored outer path has behind the prefix: the path that the call must have inside.
    pub(crate) fn mirrored<'a>(&self, outer_path: &'a str) -> Option<&'a str> {
        match &self.0 {
            Kind::Gateway(_) => None,
            Kind::Mirror(prefix) => {
                outer_path.strip_prefix(&**prefix).filter(|path| path.starts_with('/'))
            }
        }
    }
}

impl Default for Target {
    fn default() -> Self {
        Self::GATEWAY
    }
}

/// Whether everyone who reads this path, up to a `?`, takes it for the same: it begins with a slash;
/// no segment is `.` or `..` (also with parameters, as in `..;a`), none but the last is empty; there
/// is no backslash and no encoded slash, backslash or NUL; and what is percent-encoded has to be, in
/// upper-case hex.
///
/// Where a path decides something (a mirror target, a rule for a route), a call with any other path
/// is refused: one router's `/a/%2e%2e/admin` is the next one's `/admin`.
#[must_use]
pub fn is_canonical(path: &str) -> bool {
    let Some(segments) = without_query(path).strip_prefix('/') else { return false };
    let last = segments.split('/').count().saturating_sub(1);
    segments.split('/').enumerate().all(|(number, segment)| {
        let name = segment.split(';').next().unwrap_or_default();
        (number == last || !segment.is_empty()) && !matches!(name, "." | "..") && is_plain(segment)
    })
}

/// The path up to the first `?`.
pub(crate) fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or_default()
}

/// pct-encoded = "%" HEXDIG HEXDIG, with nothing encoded that needs not be or must not be.
fn is_plain(segment: &str) -> bool {
    let (mut bytes, mut plain) = (segment.bytes(), true);
    while let Some(byte) = bytes.next() {
        plain &= match byte {
            b'%' => match (hex(bytes.next()), hex(bytes.next())) {
                (Some(high), Some(low)) => needs_encoding(high << 4 | low),
                _ => false,
            },
            b'\\' | b'#' => false,
            _ => byte.is_ascii_graphic(),
        };
    }
    plain
}

/// HEXDIG, upper case only.
fn hex(digit: Option<u8>) -> Option<u8> {
    match digit? {
        digit @ b'0'..=b'9' => Some(digit - b'0'),
        digit @ b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Neither unreserved (RFC 3986, section 2.3) nor one that would change where segments end.
const fn needs_encoding(byte: u8) -> bool {
    let unreserved = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    !unreserved && !matches!(byte, b'/' | b'\\' | 0)
}

fn check(path: &str) -> Result<()> {
    match is_canonical(path) && !path.contains('?') {
        true => Ok(()),
        false => Err(Error::new(Code::InvalidInput, "the path is not canonical")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_paths() {
        for path in ["/", "/a", "/a/", "/a/b.c/..d", "/%20", "/caf%C3%A9", "/a;b=c", "/a?x=//%2f#"]
        {
            assert!(is_canonical(path), "{path}");
        }
        for path in [
            "", "a", "*", "//", "//a", "/a//b", "/.", "/..", "/a/./b", "/a/../b", "/a/..",
            "/..;a/b", "/.;/b", "/a\\b", "/%2F", "/%2f", "/%5C", "/%00", "/%61", "/%7E", "/%2E%2E",
            "/%c3%a9", "/%", "/%2", "/%2G", "/a#b", "/é", "/a b",
        ] {
            assert!(!is_canonical(path), "{path}");
        }
    }

    #[test]
    fn where_a_call_goes() {
        let target = |target: Result<Target>| target.unwrap();
        let outer = |target: &Target| target.outer_path("/v1/a?x=1").unwrap().into_owned();
        assert_eq!(outer(&Target::default()), GATEWAY_PATH);
        assert_eq!(outer(&target(Target::gateway_at("/in"))), "/in");
        assert_eq!(outer(&target(Target::mirror(""))), "/v1/a");
        assert_eq!(outer(&target(Target::mirror("/sealed"))), "/sealed/v1/a");
        for wrong in ["x", "/", "/a/", "/../a", "/a?b"] {
            assert_eq!(Target::mirror(wrong).unwrap_err().code(), Code::InvalidInput, "{wrong}");
        }
        let mirror = target(Target::mirror(""));
        assert_eq!(mirror.outer_path("/a/../b").unwrap_err().code(), Code::InvalidInput);
        assert!(Target::gateway_at("no slash").is_err());
    }

    #[test]
    fn a_prefix_ends_where_a_segment_does() {
        let mirror = Target::mirror("/sealed").unwrap();
        assert_eq!(mirror.mirrored("/sealed/a"), Some("/a"));
        assert_eq!(mirror.mirrored("/sealeda"), None);
        assert_eq!(mirror.mirrored("/sealed"), None);
        assert_eq!(Target::GATEWAY.mirrored("/a"), None);
    }
}
