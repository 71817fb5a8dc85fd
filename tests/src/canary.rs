//! Searches what an outsider saw for words that only the two ends may know, in every form in which
//! a careless layer might have written them.

/// A secret word and the form in which it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The word as it was planted.
    pub canary: String,
    /// How it was written where it was found.
    pub form: &'static str,
}

/// All sightings of any of `canaries` in `haystack`: raw, in base64 of both alphabets at each of the
/// three alignments, in hex of both cases, percent-encoded byte for byte, and reversed in no way:
/// these are encodings that logs use, not ciphers.
///
/// # Panics
/// If a canary has fewer than 8 bytes, since short words occur by chance.
#[must_use]
pub fn search(haystack: &[u8], canaries: &[&str]) -> Vec<Sighting> {
    canaries
        .iter()
        .flat_map(|canary| {
            assert!(canary.len() >= 8, "{canary:?} is too short to search for");
            forms(canary.as_bytes())
                .into_iter()
                .filter(|(_, needle)| contains(haystack, needle))
                .map(|(form, _)| Sighting { canary: (*canary).to_owned(), form })
        })
        .collect()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn forms(word: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let hex: String = word.iter().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = word.iter().map(|byte| format!("%{byte:02X}")).collect();
    let mut forms = vec![
        ("raw", word.to_vec()),
        ("hex", hex.to_uppercase().into_bytes()),
        ("hex", hex.into_bytes()),
        ("percent", percent.to_lowercase().into_bytes()),
        ("percent", percent.into_bytes()),
        ("percent, reserved bytes only", percent_reserved(word)),
    ];
    for skip in 0..3 {
        let base64 = base64_inside(word, skip);
        let url_safe = base64.replace('+', "-").replace('/', "_");
        forms.push(("base64", base64.into_bytes()));
        forms.push(("base64url", url_safe.into_bytes()));
    }
    forms
}

fn percent_reserved(word: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for &byte in word {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte),
            _ => out.extend(format!("%{byte:02X}").bytes()),
        }
    }
    out
}

/// The base64 characters that depend on `word` alone when `skip` bytes of something else precede
/// it: the groups that the word fills.
fn base64_inside(word: &[u8], skip: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let whole_groups = &word[(3 - skip) % 3..];
    let mut out = String::new();
    for group in whole_groups.chunks_exact(3) {
        let bits = group.iter().fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        for shift in [18, 12, 6, 0] {
            out.push(char::from(ALPHABET[bits >> shift & 63]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_found_and_an_innocent_text_is_not() {
        let canary = "s3cr3t/w0rd+with?marks";
        let hex = |upper: bool| {
            let text = canary.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
            if upper { text.to_uppercase() } else { text }
        };
        let percent: String = canary.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let texts = [
            ("raw", format!("x{canary}y")),
            ("hex", format!("x{}y", hex(false))),
            ("hex", format!("x{}y", hex(true))),
            ("percent", percent),
            ("percent, reserved bytes only", "s3cr3t%2Fw0rd%2Bwith%3Fmarks".to_owned()),
            // printf 's3cr3t/w0rd+with?marks' | base64, then with one and two bytes before it
            ("base64", "czNjcjN0L3cwcmQrd2l0aD9tYXJrcw==".to_owned()),
            ("base64", "eHMzY3IzdC93MHJkK3dpdGg/bWFya3M=".to_owned()),
            ("base64", "eHhzM2NyM3QvdzByZCt3aXRoP21hcmtz".to_owned()),
        ];
        for (form, text) in texts {
            let found = search(text.as_bytes(), &[canary]);
            assert!(found.iter().any(|sighting| sighting.form == form), "{form}: {found:?}");
        }
        assert_eq!(search(b"nothing to see here", &[canary]), []);
    }
}
