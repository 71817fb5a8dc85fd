//! What may stand in a message. Every check answers a fixed sentence; whether that is the peer's
//! fault or the caller's is for the decoder or the encoder to say.

use super::head::RequestLine;

/// Nothing, or why not.
pub(crate) type Check = Result<(), &'static str>;

/// Which section a field line stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Header,
    Informational,
    Trailer,
}

/// What becomes of a well-formed field line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    /// Dropped without a word in both directions.
    Drop,
    /// Meant for the next hop of an HTTP/1.1 connection: never encoded, and refused on decode,
    /// where it can only be an attempt to disturb the framing.
    Hop(&'static str),
    /// Refused in both directions.
    Refuse(&'static str),
}

/// token = 1*tchar (RFC 9110, section 5.6.2), and ":" begins pseudo-fields (RFC 9292, section 3.6).
///
/// RFC 9292 would let unknown pseudo-fields pass. None that exists means anything here, and a name
/// with a colon is another field to whoever writes it as HTTP/1.1.
pub(super) fn name(name: &[u8]) -> Check {
    match name.first() {
        None => Err("a field name is empty"),
        Some(b':') => Err("a pseudo-field stands among the fields"),
        Some(_) if name.iter().copied().all(is_token_byte) => Ok(()),
        Some(_) => Err("a field name is not a token"),
    }
}

/// field-value = *( VCHAR / obs-text / SP / HTAB ), neither SP nor HTAB at an end (RFC 9110,
/// section 5.5; RFC 9113, section 8.2.1, which RFC 9292, section 3.6 makes a rule here).
///
/// RFC 9113 only forbids NUL, CR and LF inside; RFC 9110 calls the other control bytes invalid.
pub(super) fn value(value: &[u8]) -> Check {
    let is_space = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    if is_space(value.first()) || is_space(value.last()) {
        return Err("a field value begins or ends with a space");
    }
    match value.iter().any(|&byte| byte != b'\t' && (byte < b' ' || byte == 0x7f)) {
        true => Err("a field value holds a control byte"),
        false => Ok(()),
    }
}

/// The value without the spaces and tabs around it.
pub(super) fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// Decides by name, and where it matters by value. `name` may be in any case.
pub(super) fn field(section: Section, name: &[u8], value: &[u8]) -> Verdict {
    let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
    if is("transfer-encoding") {
        return Verdict::Hop("transfer-encoding has no meaning in a binary message");
    }
    if is("te") && section == Section::Header && value.eq_ignore_ascii_case(b"trailers") {
        return Verdict::Keep;
    }
    if HOP_BY_HOP.iter().any(|other| is(other)) || is_twin(section, name) {
        return Verdict::Drop;
    }
    if section != Section::Header && is("content-length") {
        return Verdict::Refuse("a content-length stands where there is no content");
    }
    if section == Section::Trailer && NOT_IN_TRAILERS.iter().any(|other| is(other)) {
        return Verdict::Drop;
    }
    if is("expect") && expects_continue(value) {
        return Verdict::Hop("a message that is sent whole cannot expect 100-continue");
    }
    Verdict::Keep
}

/// Whether a backend that folds names (CGI has letters, digits and `_` only) takes this one for
/// another that is not let through, or that was checked. A hyphen folds to the same, so it can
/// stand for every sign that does.
fn is_twin(section: Section, name: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    if name.iter().all(is_plain) {
        return false;
    }
    let fold = |byte: &u8| if is_plain(byte) { byte.to_ascii_lowercase() } else { b'-' };
    let trailers = if section == Section::Trailer { &NOT_IN_TRAILERS[..] } else { &[] };
    let others = ["transfer-encoding", "content-length"].iter().chain(&HOP_BY_HOP).chain(trailers);
    others.copied().any(|other| name.iter().map(fold).eq(other.bytes()))
}

/// Fields of one connection (RFC 9110, section 7.6.1; RFC 9113, section 8.2.2).
///
/// What `connection` names stays: else a peer could have any field removed, `authorization` say.
const HOP_BY_HOP: [&str; 5] = ["connection", "keep-alive", "proxy-connection", "upgrade", "te"];

/// Fields whose meaning must be known before the content: routing, authentication, request
/// modifiers, response control and content format (RFC 9110, section 6.5.1). Dropped and not
/// refused, since a recipient may ignore any trailer, and some servers do send these. `trailer`
/// itself is left alone: it does no harm, and RFC 9292, section 5 has an example that sends it.
const NOT_IN_TRAILERS: [&str; 35] = [
    "age",
    "authorization",
    "cache-control",
    "content-encoding",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "expect",
    "expires",
    "forwarded",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "location",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-authenticate",
    "proxy-authorization",
    "range",
    "referer",
    "retry-after",
    "set-cookie",
    "vary",
    "via",
    "warning",
    "www-authenticate",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
];

/// Whether an `expect` asks for a 100, in the eyes of anyone: some readers look for the word alone,
/// between whatever signs, others for the token before parameters (RFC 9110, section 10.1.1).
fn expects_continue(value: &[u8]) -> bool {
    const CONTINUE: &[u8] = b"100-continue";
    value.windows(CONTINUE.len()).any(|part| part.eq_ignore_ascii_case(CONTINUE))
}

/// Content-Length = 1*DIGIT (RFC 9110, section 8.6), at most 2^64 - 1.
///
/// Without needless zeros: they are legal, but nobody sends them, and a backend that reads them as
/// octal, or compares lengths as text, would not see the length that was checked here.
pub(super) fn content_length(value: &[u8]) -> Result<u64, &'static str> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
    let number =
        value.iter().try_fold(0_u64, |sum, byte| sum.checked_mul(10)?.checked_add(digit(byte)?));
    match (value, number) {
        ([], _) | (_, None) => Err("a content-length is not a number"),
        ([b'0', _, ..], _) => Err("a content-length begins with a zero"),
        (_, Some(number)) => Ok(number),
    }
}

/// Method, scheme, authority and path by RFC 9113, sections 8.3.1 and 8.5.
pub(super) fn request_line(line: RequestLine<'_>) -> Check {
    method(line.method)?;
    if line.method == "CONNECT" {
        return connect(line);
    }
    scheme(line.scheme)?;
    if !line.authority.is_empty() {
        authority(line.authority)?;
    }
    path(line)
}

fn method(method: &str) -> Check {
    match !method.is_empty() && method.bytes().all(is_token_byte) {
        true => Ok(()),
        false => Err("the method is not a token"),
    }
}

/// CONNECT names a host and a port, and nothing else (RFC 9110, section 9.3.6).
fn connect(line: RequestLine<'_>) -> Check {
    if !line.scheme.is_empty() || !line.path.is_empty() {
        return Err("CONNECT has neither scheme nor path");
    }
    authority(line.authority)?;
    match split_port(line.authority).1 {
        Some(_) => Ok(()),
        None => Err("CONNECT names no port"),
    }
}

/// scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) (RFC 3986, section 3.1)
fn scheme(scheme: &str) -> Check {
    let follows = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    match scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.bytes().all(follows) {
        true => Ok(()),
        false => Err("the scheme is not one"),
    }
}

/// authority = ( reg-name / IPv4address / "[" IPv6address "]" ) [ ":" 1*DIGIT ]
///
/// Narrower than RFC 3986, section 3.2: no user information (RFC 9110, section 4.2.4), no
/// percent-encoding, which no DNS name needs, and no empty host or port.
pub(crate) fn authority(authority: &str) -> Check {
    let (host, port) = split_port(authority);
    let host_is_valid = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(ip) => {
            !ip.is_empty()
                && ip.bytes().all(|byte| byte.is_ascii_hexdigit() || b":.".contains(&byte))
        }
        None => !host.is_empty() && host.bytes().all(is_name_byte),
    };
    let port_is_valid =
        port.is_none_or(|port| port.parse::<u16>().is_ok() && !port.starts_with('+'));
    match host_is_valid && port_is_valid {
        true => Ok(()),
        false => Err("the authority is not a host with an optional port"),
    }
}

/// Splits at the last colon behind which no bracket follows.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// absolute-path [ "?" query ], or "*" for OPTIONS; empty where the scheme is not HTTP's.
///
/// Any printable ASCII may follow: what routers make of `//`, `%2F` or `#` is for a policy on
/// paths to decide, and for the conversion to the crate `http`, which refuses a fragment.
fn path(line: RequestLine<'_>) -> Check {
    if !line.path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the path holds a byte that is not printable ASCII");
    }
    let is_http = ["http", "https"].iter().any(|http| line.scheme.eq_ignore_ascii_case(http));
    match line.path {
        "" if !is_http => Ok(()),
        "*" if line.method == "OPTIONS" => Ok(()),
        path if path.starts_with('/') => Ok(()),
        _ => Err("the path does not begin with a slash"),
    }
}

/// `Host` stands at most once, is an authority or empty, and agrees with the authority of the
/// control data, if there is one (RFC 9113, section 8.3.1).
///
/// Names are compared without regard to case; the scheme's default port counts as none.
pub(super) fn host<'a>(line: RequestLine<'_>, mut hosts: impl Iterator<Item = &'a [u8]>) -> Check {
    let Some(host) = hosts.next() else {
        return Ok(());
    };
    if hosts.next().is_some() {
        return Err("the host field stands twice");
    }
    let host = core::str::from_utf8(host).map_err(|_| "the host field is not an authority")?;
    if !host.is_empty() {
        authority(host)?;
    }
    match line.authority.is_empty() || same_authority(line.scheme, line.authority, host) {
        true => Ok(()),
        false => Err("the host field contradicts the authority"),
    }
}

/// Whether two valid authorities name the same host and port under this scheme.
pub(crate) fn same_authority(scheme: &str, a: &str, b: &str) -> bool {
    let default = match scheme {
        _ if scheme.eq_ignore_ascii_case("https") => Some(443),
        _ if scheme.eq_ignore_ascii_case("http") => Some(80),
        _ => None,
    };
    let normal = |authority| {
        let (host, port) = split_port(authority);
        (host, port.map(str::parse::<u16>).filter(|port| port.as_ref().ok() != default.as_ref()))
    };
    let ((host_a, port_a), (host_b, port_b)) = (normal(a), normal(b));
    host_a.eq_ignore_ascii_case(host_b) && port_a == port_b
}

/// tchar (RFC 9110, section 5.6.2)
const fn is_token_byte(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'!' | b'#' | b'$' | b'%' | b'&'
        | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
}

/// unreserved / sub-delims (RFC 3986, section 2)
const fn is_name_byte(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' | b'!'
        | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}
