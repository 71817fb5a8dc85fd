use std::{fmt, sync::Arc};

use reqwest::Url;
use sealwire::{bhttp::Limits, keys::Recipient};

use crate::{Client, Error, client::Settings};

/// Configures a [`Client`].
#[must_use]
pub struct ClientBuilder {
    recipient: Recipient,
    http: reqwest::ClientBuilder,
    settings: Settings,
    limits: Limits,
}

impl ClientBuilder {
    pub(crate) fn new(recipient: Recipient) -> Self {
        let (http, settings) = (reqwest::Client::builder(), Settings::default());
        Self { recipient, http, settings, limits: Limits::default() }
    }

    /// How to reach the gateway: timeouts, TLS, proxies, resolvers. Default headers and cookies set
    /// here travel outside, unsealed. Redirects, reqwest's own retries and decompression are
    /// switched off whatever it says, since sealed bytes are sent once, to one place, and opened as
    /// they came.
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
    ///
    /// It also switches proxies off, for all calls of the client: those that [`Self::http`] was
    /// given and those that the environment names. A proxy would get the plain call, and take the
    /// loopback address for its own.
    pub fn allow_http_on_loopback(mut self) -> Self {
        self.settings.http_on_loopback = true;
        self
    }

    /// How many bytes a sealed answer may have, all in all. Default: 16 MiB.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.settings.response_limit = bytes;
        self
    }

    /// What a response may hold once it was opened: its header fields, informational responses,
    /// content. Default: [`Limits::default`], which leaves the content to [`Self::response_limit`].
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The client.
    ///
    /// # Errors
    /// If reqwest cannot be set up as configured.
    pub fn build(self) -> Result<Client, Error> {
        // No `referer(false)`: reqwest sends one after a redirect only.
        let mut http = self
            .http
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate();
        if self.settings.http_on_loopback {
            http = http.no_proxy();
        }
        let sealer = sealwire::Client::new(self.recipient).with_limits(self.limits);
        let http = http.build().map_err(Error::set_up)?;
        Ok(Client::new(http, Arc::new((sealer, self.settings))))
    }
}

/// reqwest's settings can hold credentials, such as those for a proxy: they are not shown.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("recipient", &self.recipient)
            .field("settings", &self.settings)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
