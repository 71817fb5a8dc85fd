use std::fmt;

use http::{HeaderMap, header::Entry};
use sealwire::Client;
use sealwire_http::client::Destination;

/// How a client makes its calls.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) destination: Destination,
    pub(crate) one_shot: bool,
    pub(crate) is_padded: bool,
    /// Content of a response, in bytes.
    pub(crate) response_limit: Option<u64>,
    /// Fields of every request that has none of that name.
    pub(crate) default_headers: HeaderMap,
}

const _: () = assert!(Settings::ONE_SHOT_LIMIT as u64 == Client::DEFAULT_CONTENT_LIMIT);

impl Settings {
    /// What is held in memory of a call that is sealed in one piece: 16 MiB of content, as much as
    /// the core's default is for the same.
    pub(crate) const ONE_SHOT_LIMIT: usize = 16 * 1024 * 1024;

    pub(crate) fn add_default_headers(&self, headers: &mut HeaderMap) {
        for name in self.default_headers.keys() {
            let mut values = self.default_headers.get_all(name).iter();
            if let (Entry::Vacant(vacant), Some(first)) = (headers.entry(name), values.next()) {
                let mut entry = vacant.insert_entry(first.clone());
                values.for_each(|value| entry.append(value.clone()));
            }
        }
    }

    /// The content that is accepted.
    pub(crate) fn content_limit(&self) -> u64 {
        let unset = if self.one_shot { Client::DEFAULT_CONTENT_LIMIT } else { u64::MAX };
        self.response_limit.unwrap_or(unset)
    }

    /// The sealed bytes of an answer in one piece: its content, and room for all that is around.
    pub(crate) fn answer_limit(&self) -> usize {
        const AROUND: usize = 256 * 1024;
        usize::try_from(self.content_limit()).unwrap_or(usize::MAX).saturating_add(AROUND)
    }
}

/// Of the default headers their number only: they can hold tokens.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("destination", &self.destination)
            .field("one_shot", &self.one_shot)
            .field("is_padded", &self.is_padded)
            .field("response_limit", &self.response_limit)
            .field("default_headers", &self.default_headers.len())
            .finish()
    }
}
