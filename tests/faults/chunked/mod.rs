//! The same and more for chunked envelopes, where a message is released before it is complete: what
//! was released until then is asserted in every case.

mod altered;
mod any_split;
mod elsewhere;
mod in_place;
mod limits;
mod moved;
mod random_source;

use sealwire::{Aead, Result};
use sealwire_tests::{
    chunks::{
        LABELS, Opened, answer, independent_keys, open, open_whole, seal, start, start_answer,
    },
    independent::Chunks,
    random::{Deterministic, Scripted},
    rig::{Rig, key_pair},
};

const KEY_ID: u8 = 0x36;
const SEED: u8 = 1;

/// What precedes the chunks of a request: header and encapsulated key.
const FRONT: usize = 39;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Response,
}

const SIDES: [Side; 2] = [Side::Request, Side::Response];

/// A message with all of its chunks at hand.
#[derive(Clone)]
struct Message {
    /// What precedes the chunks.
    front: Vec<u8>,
    /// Each chunk with its length, the final one as the last.
    chunks: Vec<Vec<u8>>,
    plaintexts: Vec<Vec<u8>>,
}

impl Message {
    fn wire(&self) -> Vec<u8> {
        [&self.front[..], &self.chunks.concat()].concat()
    }
}

/// An exchange that can be had again and again: the same ephemeral key, so the same bytes. What
/// its ends sealed is what the independent code seals, which gives the keys for forgeries that only
/// the ends could make.
struct Exchange {
    rig: Rig,
    ephemeral: Vec<u8>,
    request: Message,
    response: Message,
    request_keys: Chunks,
    response_keys: Chunks,
}

impl Exchange {
    /// The exchange of the usual chunks: of one byte, of lengths in one byte and in two, and a
    /// final chunk that is not empty.
    fn usual(aead: Aead) -> Self {
        let mut random = Deterministic::new(0xE5);
        let mut message = || [1, 11, 70, 9].map(|length| random.bytes(length)).to_vec();
        Self::new(aead, message(), message(), &[9; 32])
    }

    /// An exchange of up to five random chunks each way.
    fn random(aead: Aead, random: &mut Deterministic) -> Self {
        let mut message = || -> Vec<Vec<u8>> {
            let count = 1 + random.below(5);
            let mut chunks: Vec<_> = (0..count)
                .map(|_| {
                    let length = 1 + random.below(80);
                    random.bytes(length)
                })
                .collect();
            let length = random.below(20);
            chunks.push(random.bytes(length));
            chunks
        };
        let (request, response) = (message(), message());
        Self::new(aead, request, response, &random.bytes(32))
    }

    fn new(aead: Aead, request: Vec<Vec<u8>>, response: Vec<Vec<u8>>, ephemeral: &[u8]) -> Self {
        let rig = Rig::new(KEY_ID, SEED, aead);
        let mut random = Scripted::new(ephemeral);
        let (wire, _) = seal(&rig.recipient, LABELS, &request, &mut random).unwrap();
        let (front, sealed_request) = wire.split_at(FRONT);
        let (opened, sealer) = open_whole(&rig.ring, LABELS, &wire).unwrap();
        assert_eq!(opened.chunks(), request);
        let mut random = Deterministic::new(0xE6);
        let answer = answer(sealer, &response, &mut random);
        let (nonce, sealed_response) = answer.split_at(aead.key_len());
        let private = key_pair(SEED).expose_private_key().to_vec();
        let [request_keys, response_keys] =
            independent_keys(&private, aead.id(), front, LABELS, nonce);
        let message = |front: &[u8], keys: &Chunks, plaintexts: Vec<Vec<u8>>| {
            let chunks = keys.message(&plaintexts);
            Message { front: front.to_vec(), chunks, plaintexts }
        };
        let request = message(front, &request_keys, request);
        let response = message(nonce, &response_keys, response);
        assert!(request.chunks.concat() == sealed_request);
        assert!(response.chunks.concat() == sealed_response);
        Self { rig, ephemeral: ephemeral.to_vec(), request, response, request_keys, response_keys }
    }

    fn message(&self, side: Side) -> &Message {
        match side {
            Side::Request => &self.request,
            Side::Response => &self.response,
        }
    }

    fn keys(&self, side: Side) -> &Chunks {
        match side {
            Side::Request => &self.request_keys,
            Side::Response => &self.response_keys,
        }
    }

    /// What opens chunks behind the front of that message.
    fn opener(&self, side: Side) -> sealwire::envelope::chunked::ChunkOpener {
        match side {
            Side::Request => start(&self.rig.ring, LABELS, &self.request.front).unwrap().0,
            Side::Response => self.pending().start(&self.response.front).unwrap(),
        }
    }

    /// What opens the response of that exchange, had again.
    fn pending(&self) -> sealwire::envelope::chunked::ResponseOpener {
        let mut wire = Vec::new();
        let mut random = Scripted::new(&self.ephemeral);
        let recipient = &self.rig.recipient;
        let sealing = sealwire::envelope::chunked::seal_request;
        let (_, opener) = sealing(recipient, LABELS, &mut wire, &mut random).unwrap();
        assert_eq!(wire, self.request.front);
        opener
    }

    /// Opens these chunks in place of those of that message.
    fn open(&self, side: Side, chunks: &[u8]) -> Opened {
        open(self.opener(side), [chunks])
    }

    /// Opens `wire` in place of that message.
    fn open_wire(&self, side: Side, wire: &[u8]) -> Result<Opened> {
        let (opener, chunks) = match side {
            Side::Request => {
                let (opener, _, chunks) = start(&self.rig.ring, LABELS, wire)?;
                (opener, chunks)
            }
            Side::Response => start_answer(self.pending(), wire)?,
        };
        Ok(open(opener, [chunks]))
    }

    /// That the message did not open, and what was released of it is its first `count` chunks.
    fn refused(&self, side: Side, opened: &Opened, count: usize) {
        assert!(opened.end.is_err(), "{side:?}");
        assert_eq!(opened.released, self.message(side).plaintexts[..count], "{side:?}");
    }
}

/// How many chunks a message has in common with the good one at the front, the final one not
/// counted.
fn common(chunks: &[Vec<u8>], good: &[Vec<u8>]) -> usize {
    let (_, before) = good.split_last().expect("a final chunk");
    before.iter().zip(chunks).take_while(|(good, chunk)| good == chunk).count()
}
