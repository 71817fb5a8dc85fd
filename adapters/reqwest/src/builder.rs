use std::fmt;

use reqwest::Url;
use sealwire::{Padding, bhttp::Limits, keys::Recipient};

use crate::{Client, Error, client::Shared, settings::Settings, transport::Transport};

/// Configures a [`Client`].
#[must_use]
pub struct ClientBuilder {
    recipient: Recipient,
    http: reqwest::ClientBuilder,
    settings: Settings,
    limits: Limits,
    padding: Padding,
}

impl ClientBuilder {
    pub(crate) fn new(recipient: Recipient) -> Self {
        let (http, settings) = (reqwest::Client::builder(), Settings::default());
        Self { recipient, http, settings, limits: Limits::default(), padding: Padding::None }
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

    /// Seals each call in one piece (RFC 9458), for a server that does not know Chunked OHTTP.
    ///
    /// Both bodies are then held in memory. That of a request which is a stream is collected first,
    /// 16 MiB at most, and its trailers are dropped; that of a response has 16 MiB at most unless
    /// [`Self::response_limit`] says otherwise.
    pub fn one_shot(mut self) -> Self {
        self.settings.one_shot = true;
        self
    }

    /// How much the size of a request tells. Default: none of it is hidden.
    ///
    /// Only a body in memory is padded, and is sealed in one go for that, however long it is. Of a
    /// stream the size is not known when it begins, and it is not padded.
    pub fn padding(mut self, padding: Padding) -> Self {
        self.settings.is_padded = padding != Padding::None;
        Self { padding, ..self }
    }

    /// How many bytes of content a response may have, all in all. Default: any number, since no
    /// more than 64 KiB of a response are held at a time; whoever collects one, as
    /// [`json`](reqwest::Response::json) does, may want a limit. With [`Self::one_shot`]: 16 MiB.
    ///
    /// What goes beyond is not handed out. It is an error of the response's body, see
    /// [`Error::of_body`]; in one piece, one of the call.
    pub fn response_limit(mut self, bytes: u64) -> Self {
        self.settings.response_limit = Some(bytes);
        self
    }

    /// What a response may hold once it was opened: its header fields, informational responses,
    /// content. Default: [`Limits::default`], which leaves the content to [`Self::response_limit`].
    /// Of two limits of the content the lower one holds.
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
        let content = self.limits.content.min(self.settings.content_limit());
        let sealer = sealwire::Client::new(self.recipient)
            .with_limits(Limits { content, ..self.limits })
            .with_padding(self.padding);
        let http = http.build().map_err(Error::set_up)?;
        let transport = Transport::Http(http.clone());
        Ok(Client::new(http, Shared { sealer, transport, settings: self.settings }))
    }
}

/// reqwest's settings can hold credentials, such as those for a proxy: they are not shown.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("recipient", &self.recipient)
            .field("settings", &self.settings)
            .field("limits", &self.limits)
            .field("padding", &self.padding)
            .finish_non_exhaustive()
    }
}
