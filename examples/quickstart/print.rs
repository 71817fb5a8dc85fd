//! The transcript as columns.

use crate::Transcript;

const WIDTH: usize = 42;

pub(crate) fn side_by_side(transcript: &Transcript) {
    let [request, response] = transcript.proxy_saw.each_ref().map(|log| readable(log));
    columns(
        ["WHAT THE APP SENT", "WHAT THE PROXY SAW", "WHAT THE HANDLER GOT"],
        [&transcript.app_sent, &request, &transcript.handler_got],
    );
    columns(
        ["WHAT THE APP RECEIVED", "WHAT THE PROXY SAW", ""],
        [&transcript.app_received, &response, ""],
    );
}

fn columns(titles: [&str; 3], texts: [&str; 3]) {
    let texts = texts.map(wrap);
    let rule = "-".repeat(WIDTH);
    let row = |cells: [&str; 3]| {
        let [a, b, c] = cells;
        println!("{}", format!("{a:WIDTH$} | {b:WIDTH$} | {c}").trim_end());
    };
    row(titles);
    row([&rule; 3]);
    for line in 0..texts.iter().map(Vec::len).max().unwrap_or(0) {
        let [a, b, c] = &texts;
        let cell = |text: &Vec<String>| text.get(line).cloned().unwrap_or_default();
        row([&cell(a), &cell(b), &cell(c)]);
    }
    println!();
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

/// Text as it is, everything else as hex.
fn readable(message: &[u8]) -> String {
    let head = message.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |at| at + 4);
    let (head, body) = message.split_at(head);
    let hex: String = body.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}{hex}", String::from_utf8_lossy(head).replace('\r', ""))
}
