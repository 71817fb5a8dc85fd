//! The media types on the outside.

/// A sealed request in one piece (RFC 9458, section 4).
pub(crate) const REQUEST: &str = "message/ohttp-req";
/// A sealed response in one piece (RFC 9458, section 4).
pub(crate) const RESPONSE: &str = "message/ohttp-res";
/// A sealed request in chunks (Chunked OHTTP).
pub(crate) const CHUNKED_REQUEST: &str = "message/ohttp-chunked-req";
/// A sealed response in chunks (Chunked OHTTP).
pub(crate) const CHUNKED_RESPONSE: &str = "message/ohttp-chunked-res";
/// A list of key configurations (RFC 9458, section 3.2).
pub(crate) const KEYS: &str = "application/ohttp-keys";
/// Problem details (RFC 9457).
pub(crate) const PROBLEM: &str = "application/problem+json";

/// Whether a `content-type` names `media_type`, with whatever parameters and in whatever case.
pub(crate) fn is(content_type: Option<&[u8]>, media_type: &str) -> bool {
    let essence = content_type.unwrap_or_default().split(|&byte| byte == b';').next();
    essence.unwrap_or_default().trim_ascii().eq_ignore_ascii_case(media_type.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_case_do_not_matter() {
        assert!(is(Some(b"message/ohttp-req"), REQUEST));
        assert!(is(Some(b" Message/OHTTP-Req ; a=b"), REQUEST));
        assert!(!is(Some(b"message/ohttp-req2"), REQUEST));
        assert!(!is(Some(b"message/ohttp-res"), REQUEST));
        assert!(!is(None, REQUEST));
    }
}
