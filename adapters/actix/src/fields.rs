//! Header fields of the crate `http` 1, and of 0.2 as actix has them, which takes whatever names and
//! values the former takes.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// The fields as actix has them: of one name in the order that they came in.
pub(crate) fn to_actix(fields: &http::HeaderMap) -> Option<HeaderMap> {
    let mut converted = HeaderMap::with_capacity(fields.keys_len());
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        let mut copy = HeaderValue::from_bytes(value.as_bytes()).ok()?;
        copy.set_sensitive(value.is_sensitive());
        converted.append(name, copy);
    }
    Some(converted)
}

/// The fields as the crate `http` has them: of one name in the order that they came in.
pub(crate) fn from_actix(fields: &HeaderMap) -> Option<http::HeaderMap> {
    let mut converted = http::HeaderMap::try_with_capacity(fields.len_keys()).ok()?;
    for (name, value) in fields {
        let name = http::HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        let mut copy = http::HeaderValue::from_bytes(value.as_bytes()).ok()?;
        copy.set_sensitive(value.is_sensitive());
        converted.try_append(name, copy).ok()?;
    }
    Some(converted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::Uri;

    const BYTES: std::ops::RangeInclusive<u8> = 0..=255;

    /// What the core lets through is a part of what the crate `http` 1 takes.
    #[test]
    fn whatever_is_a_name_a_value_or_a_path_there_is_one_here() {
        for byte in BYTES {
            let name = [b'a', byte];
            let there = http::HeaderName::from_bytes(&name).is_ok();
            assert!(!there || HeaderName::from_bytes(&name).is_ok(), "{byte}");
            let there = http::HeaderValue::from_bytes(&[byte]).is_ok();
            assert!(!there || HeaderValue::from_bytes(&[byte]).is_ok(), "{byte}");
        }
        for byte in BYTES.filter(u8::is_ascii) {
            for before in ["/a", "/a?b"] {
                let path = format!("https://a.example{before}{}", char::from(byte));
                let there = path.parse::<http::Uri>().is_ok();
                assert!(!there || path.parse::<Uri>().is_ok(), "{path}");
            }
        }
    }

    #[test]
    fn many_values_of_a_name_and_signs_beyond_ascii_survive_both_ways() {
        let mut fields = http::HeaderMap::new();
        let all: Vec<u8> = BYTES.filter(|byte| *byte >= 32 && *byte != 127).collect();
        for value in [&b"1"[..], b"", &all, b"1"] {
            fields.append("x-many", http::HeaderValue::from_bytes(value).unwrap());
        }
        let mut secret = http::HeaderValue::from_static("secret");
        secret.set_sensitive(true);
        fields.append("authorization", secret);

        let there = to_actix(&fields).unwrap();
        assert_eq!(there.get_all("x-many").count(), 4);
        assert!(there.get("authorization").unwrap().is_sensitive());
        let back = from_actix(&there).unwrap();
        assert_eq!(back, fields);
        assert!(back["authorization"].is_sensitive());
        let values: Vec<_> = back.get_all("x-many").iter().map(|value| value.as_bytes()).collect();
        assert_eq!(values, [&b"1"[..], b"", &all, b"1"]);
    }
}
