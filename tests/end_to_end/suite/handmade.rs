//! Messages that no client of ours would seal.

use sealwire::{
    SystemRandom,
    bhttp::{Limits, decode_response},
    envelope::{self, Labels, chunked},
    keys::Recipient,
};
use sealwire_tests::{
    chunks,
    messages::{self, section},
    rig,
};

use super::{
    Stage,
    client::{Form, Plain},
};
use crate::AUTHORITY;

/// The forms that make a difference once the message is there.
pub(super) const FORMS: [Form; 2] = [Form::OneShot, Form::Chunked];

/// A response that was opened.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) status: u16,
    pub(super) content: Vec<u8>,
}

enum Opener {
    OneShot(envelope::ResponseOpener),
    Chunked(chunked::ResponseOpener),
}

/// A POST to that path of the app, in Binary HTTP.
pub(super) fn message(path: &str, fields: &[(&str, &str)], content: &str) -> Vec<u8> {
    messages::request(AUTHORITY, path, &section(fields), content.as_bytes())
}

fn seal(recipient: &Recipient, form: Form, message: &[u8]) -> (Vec<u8>, Opener) {
    match form {
        Form::OneShot => {
            let (wire, opener) =
                rig::seal(recipient, Labels::BHTTP, message, &mut SystemRandom).unwrap();
            (wire, Opener::OneShot(opener))
        }
        Form::Chunked | Form::Streamed => {
            let mut parts: Vec<&[u8]> = message.chunks(16_384).collect();
            parts.push(b"");
            let (wire, opener) =
                chunks::seal(recipient, chunks::LABELS, &parts, &mut SystemRandom).unwrap();
            (wire, Opener::Chunked(opener))
        }
    }
}

impl Stage {
    /// Sends a message that holds this; its answer has to be sealed.
    pub(super) async fn send_message(&self, form: Form, message: &[u8]) -> Opened {
        let (wire, opener) = seal(self.caller.client.recipient(), form, message);
        let Plain { status, body, .. } = self.caller.raw(form, wire).await;
        assert_eq!(status, 200, "{body:?}");
        let response = match opener {
            Opener::OneShot(opener) => rig::open_answer(opener, &body).unwrap(),
            Opener::Chunked(opener) => chunks::open_answer(opener, &body).complete(),
        };
        let response = decode_response(&response, Limits::default()).unwrap();
        Opened { status: response.head.status(), content: response.content.into_owned() }
    }
}

impl Opened {
    /// It is this problem (RFC 9457).
    #[track_caller]
    pub(super) fn is_problem(&self, status: u16, kind: &str) {
        let problem: serde_json::Value = serde_json::from_slice(&self.content).unwrap();
        assert_eq!(self.status, status, "{problem}");
        assert_eq!((&problem["status"], &problem["type"]), (&status.into(), &kind.into()));
    }
}
