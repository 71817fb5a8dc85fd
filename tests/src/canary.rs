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

/// Those of `canaries` that are in `haystack`, each with the first form in which it was found: as
/// it is, percent-encoded or form-encoded in whole or in part, with the escapes of JSON and of
/// program texts, in UTF-16, all of these in any case; in hex of either case and base64 of either
/// alphabet at each of its alignments, these two also where white space breaks their lines.
///
/// # Panics
/// If a canary has fewer than 8 bytes, since short words occur by chance.
#[must_use]
pub fn search(haystack: &[u8], canaries: &[&str]) -> Vec<Sighting> {
    let views = Views::of(haystack);
    let sighting = |canary: &&str| {
        assert!(canary.len() >= 8, "{canary:?} is too short to search for");
        let form = views.find(canary.as_bytes())?;
        Some(Sighting { canary: (*canary).to_owned(), form })
    };
    canaries.iter().filter_map(sighting).collect()
}

/// A haystack with its encodings undone. Undoing them finds words of which any part was encoded,
/// which a list of encoded words would not. All but the last are in lower case.
struct Views {
    raw: Vec<u8>,
    percent: Vec<u8>,
    form: Vec<u8>,
    escapes: Vec<u8>,
    unwrapped_lower: Vec<u8>,
    unwrapped: Vec<u8>,
}

impl Views {
    fn of(haystack: &[u8]) -> Self {
        let spaces = haystack.iter().map(|&byte| if byte == b'+' { b' ' } else { byte });
        let unwrapped: Vec<u8> =
            haystack.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        Self {
            raw: haystack.to_ascii_lowercase(),
            percent: undo(haystack, percent).to_ascii_lowercase(),
            form: undo(&spaces.collect::<Vec<u8>>(), percent).to_ascii_lowercase(),
            escapes: undo(haystack, escape).to_ascii_lowercase(),
            unwrapped_lower: unwrapped.to_ascii_lowercase(),
            unwrapped,
        }
    }

    fn find(&self, word: &[u8]) -> Option<&'static str> {
        let lower = word.to_ascii_lowercase();
        // With the last zero byte left out this is little-endian and big-endian alike.
        let utf_16 = lower.iter().flat_map(|&byte| [byte, 0]).collect::<Vec<_>>();
        let hex = |word: &[u8]| word.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let any_case = [&hex(word), &hex(&lower)]
            .iter()
            .any(|hex| contains(&self.unwrapped_lower, hex.as_bytes()));
        let base64 = |swap: fn(String) -> String| {
            (0..3).any(|skip| contains(&self.unwrapped, swap(base64_inside(word, skip)).as_bytes()))
        };
        [
            ("raw", contains(&self.raw, &lower)),
            ("percent", contains(&self.percent, &lower)),
            ("form", contains(&self.form, &lower)),
            ("escapes", contains(&self.escapes, &lower)),
            ("UTF-16", contains(&self.raw, &utf_16[..utf_16.len() - 1])),
            ("hex", any_case),
            ("base64", base64(|text| text)),
            ("base64url", base64(|text| text.replace('+', "-").replace('/', "_"))),
        ]
        .into_iter()
        .find_map(|(form, found)| found.then_some(form))
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// `text` with each sequence replaced that `sequence` knows: it answers the byte and how many bytes
/// of the text stand for it.
fn undo(text: &[u8], sequence: fn(&[u8]) -> Option<(u8, usize)>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(&first) = rest.first() {
        let (byte, length) = sequence(rest).unwrap_or((first, 1));
        out.push(byte);
        rest = &rest[length..];
    }
    out
}

/// `%2F`.
fn percent(text: &[u8]) -> Option<(u8, usize)> {
    Some((hex(text.strip_prefix(b"%")?, 2)?, 3))
}

/// `\u002f`, `\x2f`, and `\/`: a byte that stands for itself.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    match text.strip_prefix(b"\\")? {
        [b'u', digits @ ..] => Some((hex(digits, 4)?, 6)),
        [b'x', digits @ ..] => Some((hex(digits, 2)?, 4)),
        [itself, ..] if itself.is_ascii_punctuation() => Some((*itself, 2)),
        _ => None,
    }
}

fn hex(text: &[u8], digits: usize) -> Option<u8> {
    let digits = text.get(..digits)?;
    let value = digits
        .iter()
        .try_fold(0, |value: u32, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))?;
    u8::try_from(value).ok()
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

    const CANARY: &str = "s3cr3t/w0rd+with?Marks on it";

    /// What `encode` makes of the canary, byte by byte.
    fn each(encode: impl Fn(u8) -> String) -> String {
        CANARY.bytes().map(encode).collect()
    }

    fn reserved_only(encode: impl Fn(u8) -> String) -> String {
        each(|byte| match byte.is_ascii_alphanumeric() {
            true => char::from(byte).into(),
            false => encode(byte),
        })
    }

    #[test]
    fn every_form_is_found_as_what_it_is() {
        let texts = [
            ("raw", CANARY.to_owned()),
            ("raw", CANARY.to_uppercase()),
            ("percent", each(|byte| format!("%{byte:02X}"))),
            ("percent", each(|byte| format!("%{byte:02x}"))),
            ("percent", "s3cr3t%2Fw0rd%2Bwith%3FMarks%20on%20it".to_owned()),
            ("percent", "s3cr3t%2fw0rd%2bwith%3fMarks%20on%20it".to_owned()),
            // What a path leaves as it is.
            ("percent", "s3cr3t/w0rd+with%3FMarks%20on%20it".to_owned()),
            ("form", "s3cr3t%2Fw0rd%2Bwith%3FMarks+on+it".to_owned()),
            ("escapes", each(|byte| format!("\\u{byte:04x}"))),
            ("escapes", reserved_only(|byte| format!("\\u{byte:04X}"))),
            ("escapes", each(|byte| format!("\\x{byte:02x}"))),
            ("escapes", reserved_only(|byte| format!("\\x{byte:02X}"))),
            ("escapes", "s3cr3t\\/w0rd+with?Marks on it".to_owned()),
            ("UTF-16", each(|byte| format!("{}\0", char::from(byte)))),
            ("UTF-16", each(|byte| format!("\0{}", char::from(byte)))),
            ("hex", each(|byte| format!("{byte:02x}"))),
            ("hex", each(|byte| format!("{byte:02X}"))),
            ("hex", each(|byte| format!("{byte:02x} "))),
        ];
        for (form, text) in texts {
            assert_eq!(search(format!("x{text}y").as_bytes(), &[CANARY]), [sighting(form)]);
        }
    }

    /// `printf 's3cr3t/w0rd+with?Marks on it' | base64`, then with one and two bytes before it.
    #[test]
    fn base64_is_found_at_each_alignment_and_across_lines() {
        let texts = [
            "czNjcjN0L3cwcmQrd2l0aD9NYXJrcyBvbiBpdA==",
            "eHMzY3IzdC93MHJkK3dpdGg/TWFya3Mgb24gaXQ=",
            "eHhzM2NyM3QvdzByZCt3aXRoP01hcmtzIG9uIGl0",
        ];
        for text in texts {
            let (first, rest) = text.split_at(17);
            for text in [text.to_owned(), format!("{first}\r\n{rest}"), format!("{first}\n {rest}")]
            {
                assert_eq!(search(text.as_bytes(), &[CANARY]), [sighting("base64")], "{text}");
            }
        }
        let url_safe = texts[1].replace('/', "_");
        assert_eq!(search(url_safe.as_bytes(), &[CANARY]), [sighting("base64url")]);
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for text in ["nothing to see here", "s3cr3t/w0rd", "%", "\\", "\\u00", "%2", "", "%zz\\xqq"]
        {
            assert_eq!(search(text.as_bytes(), &[CANARY]), [], "{text}");
        }
    }

    fn sighting(form: &'static str) -> Sighting {
        Sighting { canary: CANARY.into(), form }
    }
}
