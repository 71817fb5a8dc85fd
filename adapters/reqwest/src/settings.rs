use sealwire::Client;
use sealwire_http::client::Destination;

/// How a client makes its calls.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) destination: Destination,
    pub(crate) one_shot: bool,
    pub(crate) is_padded: bool,
    /// Content of a response, in bytes.
    pub(crate) response_limit: Option<u64>,
}

const _: () = assert!(Settings::ONE_SHOT_LIMIT as u64 == Client::DEFAULT_CONTENT_LIMIT);

impl Settings {
    /// What is held in memory of a call that is sealed in one piece: 16 MiB of content, as much as
    /// the core's default is for the same.
    pub(crate) const ONE_SHOT_LIMIT: usize = 16 * 1024 * 1024;

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
