use std::sync::Arc;

use reqwest::Url;
use sealwire::{bhttp::Limits, keys::Recipient};

use crate::{Client, Error, client::Settings};

/// Configures a [`Client`].
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder {
    recipient: Recipient,
    http: reqwest::ClientBuilder,
    settings: Settings,
}

impl ClientBuilder {
    pub(crate) fn new(recipient: Recipient) -> Self {
        Self { recipient, http: reqwest::Client::builder(), settings: Settings::default() }
    }

    /// How to reach the gateway: timeouts, TLS, proxies, resolvers. Default headers and cookies set
    /// here travel outside, unsealed. Redirects, reqwest's own retries and decompression are
    /// switched off whatever it says, since sealed bytes are sent once, to one place, unaltered.
    pub fn http(self, http: reqwest::ClientBuilder) -> Self {
        Self { http, ..self }
    }

    /// Where sealed calls go. Unless this is set, a call goes to `/.well-known/ohttp-gateway`
    /// (RFC 9540) on the origin it is meant for.
    pub fn gateway(mut self, gateway: Url) -> Self {
        self.settings.gateway = Some(gateway);
        self
    }

    /// Allows `http` to a gateway on a loopback address, for development and tests. Anywhere else
    /// `https` is required: sealing does not hide who calls whom, TLS hides a part of it.
    pub fn allow_http_on_loopback(mut self) -> Self {
        self.settings.http_on_loopback = true;
        self
    }

    /// How many bytes a sealed answer may have. Default: 16 MiB.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.settings.response_limit = bytes;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// If reqwest cannot be set up as configured.
    pub fn build(self) -> Result<Client, Error> {
        let http = self
            .http
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .build()?;
        let content = self.settings.response_limit as u64;
        let sealer = sealwire::Client::new(self.recipient)
            .with_limits(Limits { content, ..Limits::default() });
        Ok(Client::new(http, Arc::new((sealer, self.settings))))
    }
}
