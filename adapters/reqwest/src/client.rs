use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{
    Method,
    header::{CONTENT_TYPE, HeaderValue},
};
use reqwest::{Body, IntoUrl, Request, Response, ResponseBuilderExt as _, Url};
use sealwire::{
    SystemRandom,
    client::{ClientRequest, ClientResponse},
    keys::Recipient,
    server::GATEWAY_PATH,
};

use crate::{ClientBuilder, Error, RequestBuilder};

/// Makes sealed calls. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    shared: Arc<(sealwire::Client, Settings)>,
}

pub(crate) struct Settings {
    pub(crate) gateway: Option<Url>,
    pub(crate) http_on_loopback: bool,
    pub(crate) response_limit: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { gateway: None, http_on_loopback: false, response_limit: 16 * 1024 * 1024 }
    }
}

impl Client {
    /// Configures a client that seals for `recipient`. Whoever could have replaced that key on its
    /// way to the app can read every call, so ship it with the app.
    pub fn builder(recipient: Recipient) -> ClientBuilder {
        ClientBuilder::new(recipient)
    }

    pub(crate) fn new(http: reqwest::Client, shared: Arc<(sealwire::Client, Settings)>) -> Self {
        Self { http, shared }
    }

    /// A GET request.
    pub fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// A HEAD request.
    pub fn head(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::HEAD, url)
    }

    /// A POST request.
    pub fn post(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// A PUT request.
    pub fn put(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::PUT, url)
    }

    /// A PATCH request.
    pub fn patch(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::PATCH, url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::DELETE, url)
    }

    /// A request with any method.
    pub fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder {
        RequestBuilder::new(self.clone(), self.http.request(method, url))
    }

    /// Seals a request, sends it once, and opens the answer.
    ///
    /// # Errors
    /// See [`Error`]. If [`Error::is_not_sent`], the call was not carried out; if the server's answer
    /// was opened but is not accepted, it was answered; after anything else it is unknown.
    pub async fn execute(&self, request: Request) -> Result<Response, Error> {
        let (sealer, settings) = &*self.shared;
        check_scheme(request.url())?;
        let gateway = settings.gateway_for(request.url())?;
        let (url, timeout) = (request.url().clone(), request.timeout().copied());

        let (body, pending) = seal(sealer, request)?.into_parts();
        let mut outer = self
            .http
            .post(gateway)
            .header(CONTENT_TYPE, HeaderValue::from_static(ClientRequest::MEDIA_TYPE))
            .body(body);
        if let Some(timeout) = timeout {
            outer = outer.timeout(timeout);
        }
        let answer = outer.send().await.map_err(Error::sending)?;
        open(answer, pending, url, settings.response_limit).await
    }
}

impl Settings {
    /// The configured gateway, or the well-known one of the origin: of the inner URL nothing else
    /// may travel outside.
    fn gateway_for(&self, url: &Url) -> Result<Url, Error> {
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
            return Ok(gateway);
        }
        Err(Error::insecure("the gateway is reached by https only"))
    }
}

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

fn seal(sealer: &sealwire::Client, request: Request) -> Result<ClientRequest, Error> {
    let request = http::Request::<Body>::try_from(request).map_err(Error::building)?;
    let (parts, body) = request.into_parts();
    let content = body.as_bytes().ok_or_else(Error::streaming)?;
    sealer.seal_http(&parts, content, &mut SystemRandom).map_err(Error::sealing_failed)
}

async fn open(
    answer: Response,
    pending: ClientResponse,
    url: Url,
    limit: usize,
) -> Result<Response, Error> {
    let status = answer.status();
    let content_type = answer.headers().get(CONTENT_TYPE).cloned();
    let body = collect(answer, limit).await?;
    let content_type = content_type.as_ref().map(HeaderValue::as_bytes);
    let (response, _trailers) = pending
        .open_http(status.as_u16(), content_type, body)
        .map_err(|error| Error::answer(error, status))?;
    Ok(into_reqwest(response, url))
}

async fn collect(mut answer: Response, limit: usize) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(Error::sending)? {
        if chunk.len() > limit.saturating_sub(body.len()) {
            return Err(Error::too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The way reqwest offers to make a response that knows its URL.
fn into_reqwest(response: http::Response<Bytes>, url: Url) -> Response {
    let (mut parts, content) = response.into_parts();
    let (with_url, ()) = http::Response::builder()
        .url(url)
        .body(())
        .map_or_else(|_| http::Response::new(()).into_parts(), http::Response::into_parts);
    parts.extensions.extend(with_url.extensions);
    Response::from(http::Response::from_parts(parts, content))
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sealer, settings) = &*self.shared;
        f.debug_struct("Client")
            .field("sealer", sealer)
            .field("settings", settings)
            .finish_non_exhaustive()
    }
}

/// Of the gateway its host only: the rest of a URL can hold credentials.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("gateway", &self.gateway.as_ref().and_then(Url::host_str))
            .field("http_on_loopback", &self.http_on_loopback)
            .field("response_limit", &self.response_limit)
            .finish()
    }
}
