use std::fmt;

use http::{HeaderMap, Uri};
use reqwest::Url;
use sealwire::{Padding, Target, bhttp::Limits, keys::Recipient};
use sealwire_http::client::Destination;

use crate::{
    Client, Error,
    client::Shared,
    settings::Settings,
    transport::{Http, Transport},
};

/// Configures a [`Client`].
#[must_use]
pub struct ClientBuilder {
    recipient: Recipient,
    http: reqwest::ClientBuilder,
    gateway: Option<Url>,
    settings: Settings,
    limits: Limits,
    padding: Padding,
    tls_1_3_only: bool,
    #[cfg(feature = "test-util")]
    double: Option<crate::transport::Double>,
}

impl ClientBuilder {
    pub(crate) fn new(recipient: Recipient) -> Self {
        let (http, settings) = (reqwest::Client::builder(), Settings::default());
        let (limits, padding) = (Limits::default(), Padding::None);
        Self {
            recipient,
            http,
            gateway: None,
            settings,
            limits,
            padding,
            tls_1_3_only: false,
            #[cfg(feature = "test-util")]
            double: None,
        }
    }

    #[cfg(feature = "test-util")]
    pub(crate) fn with_double(self, double: crate::transport::Double) -> Self {
        Self { double: Some(double), ..self }
    }

    /// How to reach the gateway: timeouts, TLS, proxies, resolvers. **Default headers and cookies set
    /// here travel outside, unsealed**: a token belongs into [`Self::default_headers`]. What pins
    /// certificates (`tls_certs_only`) and what shows one of the client (`identity`) is kept.
    ///
    /// Redirects, reqwest's own retries and decompression are switched off whatever it says, since
    /// sealed bytes are sent once, to one place, and opened as they came. **A minimum of the TLS
    /// version set here is replaced**, be it lower or higher: see [`Self::tls_1_3_only`].
    pub fn http(self, http: reqwest::ClientBuilder) -> Self {
        Self { http, ..self }
    }

    /// Fields of every call that has none of the same name, sealed inside it, such as a token. What
    /// reqwest's own builder has under this name would travel outside.
    pub fn default_headers(mut self, headers: HeaderMap) -> Self {
        self.settings.default_headers = headers;
        self
    }

    /// Speaks TLS 1.3 with the gateway and nothing older. Otherwise TLS 1.2 is the least, and cannot
    /// be lowered. Neither holds for a TLS configuration that reqwest was given ready-made, by
    /// `tls_backend_preconfigured`.
    #[cfg(feature = "rustls")]
    pub fn tls_1_3_only(self) -> Self {
        Self { tls_1_3_only: true, ..self }
    }

    /// Which path the outer requests have, as at the server. Default: [`Target::GATEWAY`]. With
    /// [`Target::mirror`] a call goes to its own path, without the query, which then everyone on the
    /// way reads.
    pub fn target(self, target: Target) -> Self {
        self.destination(|destination| destination.target(target))
    }

    /// Where sealed calls go, whatever origin they are meant for. Unless this is set, a call goes to
    /// the path of [`Self::target`] on the origin that it is meant for: by default to
    /// `/.well-known/ohttp-gateway` (RFC 9540).
    ///
    /// Of this URL the path and the query are used as they are; if the target is a mirror, its origin
    /// only.
    pub fn gateway(self, gateway: Url) -> Self {
        Self { gateway: Some(gateway), ..self }
    }

    /// Allows `http` to a gateway on a loopback address, for development and tests. Anywhere else
    /// `https` is required: sealing does not hide who calls whom, TLS hides a part of it.
    ///
    /// It also switches proxies off, for all calls of the client: those that [`Self::http`] was
    /// given and those that the environment names. A proxy would get the plain call, and take the
    /// loopback address for its own.
    pub fn allow_http_on_loopback(self) -> Self {
        self.destination(Destination::allow_http_on_loopback)
    }

    fn destination(mut self, change: impl FnOnce(Destination) -> Destination) -> Self {
        self.settings.destination = change(std::mem::take(&mut self.settings.destination));
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
    /// [`bytes`](reqwest::Response::bytes) does, may want a limit. With [`Self::one_shot`]: 16 MiB.
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
    /// If reqwest cannot be set up as configured, or the gateway has no URL of HTTP.
    pub fn build(mut self) -> Result<Client, Error> {
        let gateway = self.gateway.take().map(with_uri).transpose()?;
        if let Some((uri, _)) = &gateway {
            self = self.destination(|destination| destination.gateway(uri.clone()));
        }
        let content = self.limits.content.min(self.settings.content_limit());
        let sealer = sealwire::Client::new(self.recipient)
            .with_limits(Limits { content, ..self.limits })
            .with_padding(self.padding);
        let no_proxy = self.settings.destination.allows_http_on_loopback();
        let http = restrict(self.http, no_proxy, self.tls_1_3_only);
        let http = http.build().map_err(Error::set_up)?;
        let transport = Transport::Http(Http::new(http.clone(), gateway));
        #[cfg(feature = "test-util")]
        let transport = self.double.map_or(transport, Transport::Double);
        Ok(Client::new(http, Shared { sealer, transport, settings: self.settings }))
    }
}

fn with_uri(gateway: Url) -> Result<(Uri, Url), Error> {
    let uri = Uri::try_from(gateway.as_str()).map_err(|_| Error::gateway())?;
    Ok((uri, gateway))
}

/// What must not be otherwise, whatever was configured.
fn restrict(
    http: reqwest::ClientBuilder,
    no_proxy: bool,
    tls_1_3_only: bool,
) -> reqwest::ClientBuilder {
    // No `referer(false)`: reqwest sends one after a redirect only.
    let mut http = http
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate();
    if no_proxy {
        http = http.no_proxy();
    }
    with_tls_floor(http, tls_1_3_only)
}

#[cfg(feature = "rustls")]
fn with_tls_floor(http: reqwest::ClientBuilder, tls_1_3_only: bool) -> reqwest::ClientBuilder {
    use reqwest::tls::Version;
    http.tls_version_min(if tls_1_3_only { Version::TLS_1_3 } else { Version::TLS_1_2 })
}

/// Without a feature that brings TLS, reqwest has no setting for it.
#[cfg(not(feature = "rustls"))]
fn with_tls_floor(http: reqwest::ClientBuilder, _: bool) -> reqwest::ClientBuilder {
    http
}

/// reqwest's settings can hold credentials, such as those for a proxy: they are not shown.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("recipient", &self.recipient)
            .field("gateway", &self.gateway.as_ref().and_then(Url::host_str))
            .field("settings", &self.settings)
            .field("limits", &self.limits)
            .field("padding", &self.padding)
            .finish_non_exhaustive()
    }
}
