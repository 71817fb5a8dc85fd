//! A transcript as columns: what each party saw, side by side.

use crate::proxy::Direction;

const WIDTH: usize = 42;

/// Prints three texts beside each other, each under its title.
pub fn print(titles: [&str; 3], texts: [&str; 3]) {
    let texts = texts.map(wrap);
    let rule = "-".repeat(WIDTH);
    row(titles);
    row([&rule; 3]);
    for line in 0..texts.iter().map(Vec::len).max().unwrap_or(0) {
        let [a, b, c] = &texts;
        let cell = |text: &Vec<String>| text.get(line).cloned().unwrap_or_default();
        row([&cell(a), &cell(b), &cell(c)]);
    }
    println!();
}

fn row([a, b, c]: [&str; 3]) {
    println!("{}", format!("{a:WIDTH$} | {b:WIDTH$} | {c}").trim_end());
}

fn wrap(text: &str) -> Vec<String> {
    let pieces = |line: &str| -> Vec<String> {
        let characters: Vec<char> = line.chars().collect();
        match characters.is_empty() {
            true => vec![String::new()],
            false => characters.chunks(WIDTH).map(|piece| piece.iter().collect()).collect(),
        }
    };
    text.lines().flat_map(pieces).collect()
}

/// An HTTP message: its head as it is, its body as hex.
#[must_use]
pub fn readable(message: &[u8]) -> String {
    let (head, body) = split(message);
    format!("{head}{}", hex(body))
}

/// An HTTP message in brief: its first line, its media type, how long its body is and how it begins.
/// Of several messages on one connection that is the first, and all that followed its head.
#[must_use]
pub fn brief(seen: &Direction) -> String {
    let (head, body) = split(&seen.bytes);
    let field = |name: &str| head.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    let length = seen.total - (seen.bytes.len() - body.len()) as u64;
    let body = if field("transfer-encoding").is_empty() { body } else { without_chunk_size(body) };
    let (begin, rest) = body.split_at(body.len().min(16));
    let more = if rest.is_empty() { "" } else { "…" };
    let first = head.lines().next().unwrap_or_default();
    format!("{first}\n{}\n{length} bytes: {}{more}\n", field("content-type"), hex(begin))
}

fn split(message: &[u8]) -> (String, &[u8]) {
    let head = message.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |at| at + 4);
    let (head, body) = message.split_at(head);
    (String::from_utf8_lossy(head).replace('\r', ""), body)
}

/// What follows the first line, in which chunked transfer coding says how long a chunk is.
fn without_chunk_size(body: &[u8]) -> &[u8] {
    let end = body.windows(2).position(|window| window == b"\r\n").map_or(0, |at| at + 2);
    &body[end..]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_shown_as_text_and_hex() {
        let mut message = b"POST /x HTTP/1.1\r\ncontent-type: a/b\r\n\r\n".to_vec();
        message.extend([0xab; 17]);
        let hex = "ab".repeat(17);
        assert_eq!(readable(&message), format!("POST /x HTTP/1.1\ncontent-type: a/b\n\n{hex}"));
    }

    #[test]
    fn a_message_in_brief_is_its_beginning_and_its_length() {
        for (field, size) in [("content-length: 17", ""), ("transfer-encoding: chunked", "11\r\n")]
        {
            let mut bytes =
                format!("GET /\r\ncontent-type: a/b\r\n{field}\r\n\r\n{size}").into_bytes();
            bytes.extend([0xab; 17]);
            let total = bytes.len() as u64 + 1000;
            let length = 17 + size.len() + 1000;
            let expected =
                format!("GET /\ncontent-type: a/b\n{length} bytes: {}…\n", "ab".repeat(16));
            assert_eq!(brief(&Direction { bytes, total }), expected);
        }
    }
}
