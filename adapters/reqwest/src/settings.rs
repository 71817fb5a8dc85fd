use std::fmt;

use http::Uri;
use reqwest::Url;
use sealwire::{Client, server::GATEWAY_PATH};

use crate::Error;

/// How a client makes its calls.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) gateway: Option<Url>,
    pub(crate) http_on_loopback: bool,
    pub(crate) one_shot: bool,
    pub(crate) is_padded: bool,
    /// Content of a response, in bytes.
    pub(crate) response_limit: Option<u64>,
}

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

    /// The configured gateway, or the well-known one of the origin: of the inner URL nothing else
    /// may travel outside.
    pub(crate) fn gateway_for(&self, url: &Url) -> Result<Uri, Error> {
        check_scheme(url)?;
        let gateway = match &self.gateway {
            Some(gateway) => gateway.clone(),
            None => {
                let origin = url.origin().ascii_serialization();
                Url::parse(&origin)
                    .and_then(|origin| origin.join(GATEWAY_PATH))
                    .map_err(|_| Error::target("the URL has no origin to call"))?
            }
        };
        let loopback_http =
            self.http_on_loopback && gateway.scheme() == "http" && is_loopback(&gateway);
        if gateway.scheme() == "https" || loopback_http {
            return Uri::try_from(gateway.as_str())
                .map_err(|_| Error::target("the URL of the gateway is not one of HTTP"));
        }
        Err(Error::insecure("the gateway is reached by https only"))
    }
}

const _: () = assert!(Settings::ONE_SHOT_LIMIT as u64 == Client::DEFAULT_CONTENT_LIMIT);

/// A sealed call is an HTTP request. What other schemes mean, a gateway cannot know.
fn check_scheme(url: &Url) -> Result<(), Error> {
    match url.scheme() {
        "https" | "http" => Ok(()),
        _ => Err(Error::target("the URL is neither an https nor an http one")),
    }
}

/// Literal addresses only: a name can resolve to anything.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Of the gateway its host only: the rest of a URL can hold credentials.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("gateway", &self.gateway.as_ref().and_then(Url::host_str))
            .field("http_on_loopback", &self.http_on_loopback)
            .field("one_shot", &self.one_shot)
            .field("response_limit", &self.response_limit)
            .finish_non_exhaustive()
    }
}
