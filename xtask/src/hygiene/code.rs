//! Rust source without its comments and literals.

/// `source` with every comment, string and character literal left out; lines keep their numbers.
pub(super) fn only_code(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let skipped = comment(rest).or_else(|| string(rest)).or_else(|| character(rest));
        let length = skipped.unwrap_or_else(|| word(rest).max(c.len_utf8()));
        let (piece, after) = rest.split_at(length);
        if skipped.is_none() {
            code.push_str(piece);
        } else {
            code.extend(piece.chars().filter(|c| *c == '\n'));
            code.push(' ');
        }
        rest = after;
    }
    code
}

/// The length of the identifier or number that `text` begins with, so that the `r` in `for"` is
/// not taken for the start of a raw string.
fn word(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
}

/// The length of the comment that `text` begins with; block comments nest.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    text.strip_prefix("/*")?;
    let mut depth = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    Some(text.len())
}

/// The length of the string, plain, raw, byte or C, that `text` begins with.
fn string(text: &str) -> Option<usize> {
    let kind = word(text);
    let (prefix, body) = text.split_at(kind);
    match prefix {
        "" | "b" | "c" => {
            let body = body.strip_prefix('"')?;
            Some(kind + 1 + escaped(body, '"'))
        }
        "r" | "br" | "cr" => {
            let hashes = body.len() - body.trim_start_matches('#').len();
            let opening = hashes + 1;
            let inside = body.get(hashes..)?.strip_prefix('"')?;
            let closing = format!("\"{}", "#".repeat(hashes));
            let end = inside.find(&closing).map_or(inside.len(), |at| at + closing.len());
            Some(kind + opening + end)
        }
        _ => None,
    }
}

/// The length of the character literal that `text` begins with; `None` for a lifetime.
fn character(text: &str) -> Option<usize> {
    let body = text.strip_prefix('\'')?;
    let first = body.chars().next()?;
    if first != '\\' && !body.get(first.len_utf8()..)?.starts_with('\'') {
        return None;
    }
    Some(1 + escaped(body, '\''))
}

/// How far it is past the first `end` that no backslash stands before.
fn escaped(body: &str, end: char) -> usize {
    let mut backslash = false;
    for (at, c) in body.char_indices() {
        if c == end && !backslash {
            return at + c.len_utf8();
        }
        backslash = c == '\\' && !backslash;
    }
    body.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> String {
        only_code(source).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_go_and_nest() {
        assert_eq!(words("a // b\nc /* d /* e */ f */ g"), "a c g");
        assert_eq!(words("a /* never closed é"), "a");
    }

    #[test]
    fn strings_of_every_kind_go() {
        assert_eq!(words(r##"a "b \" c \\" d"##), "a d");
        assert_eq!(words(r###"a r#"b " c"# d br"\" e"###), "a d e");
        assert_eq!(words(r#"a b"x" c c"y" "// no comment" d"#), "a c d");
        assert_eq!(words("r#type for r#fn"), "r#type for r#fn");
    }

    #[test]
    fn characters_go_and_lifetimes_stay() {
        assert_eq!(words(r#"a '"' b '\'' c 'é' d b'x' <'e>"#), "a b c d b <'e>");
        assert_eq!(words("&'a str, &'static str"), "&'a str, &'static str");
    }

    #[test]
    fn lines_keep_their_numbers() {
        assert_eq!(only_code("\"a\nb\"\n/* c\n\n*/ d").lines().count(), 5);
    }

    #[test]
    fn nothing_is_lost_from_plain_code() {
        let code = "fn f<'a>(x: &'a [u8; 3]) -> u8 { x[0] / 2 * 0xff_u8 }";
        assert_eq!(only_code(code), code);
    }
}
