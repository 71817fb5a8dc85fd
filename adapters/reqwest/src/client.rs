use std::{fmt, sync::Arc};

use http::Method;
use reqwest::{Body, IntoUrl, Request, Response};
use sealwire::keys::Recipient;
use tokio::time::Instant;

use crate::{
    ClientBuilder, Error, RequestBuilder,
    call::{open_answer, seal_call},
    settings::Settings,
    transport::Transport,
};

/// Makes sealed calls. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client {
    /// Builds requests, whatever the transport.
    http: reqwest::Client,
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) sealer: sealwire::Client,
    pub(crate) transport: Transport,
    pub(crate) settings: Settings,
}

impl Client {
    /// Configures a client that seals for `recipient`. Whoever could have replaced that key on its
    /// way to the app can read every call, so ship it with the app.
    pub fn builder(recipient: Recipient) -> ClientBuilder {
        ClientBuilder::new(recipient)
    }

    pub(crate) fn new(http: reqwest::Client, shared: Shared) -> Self {
        Self { http, shared: Arc::new(shared) }
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

    /// Seals a request, sends it once, and opens the answer, of which only the head has to be there
    /// for the response to be. Every call is sealed afresh.
    ///
    /// Dropped before it is done, the call is broken off: what the server has got of it by then is
    /// a whole request, or one without an end, which it refuses.
    ///
    /// # Errors
    /// See [`Error`]. If [`Error::is_not_sent`], the call was not carried out; if
    /// [`Error::is_answered`], it was answered; after anything else it is unknown.
    pub async fn execute(&self, request: Request) -> Result<Response, Error> {
        self.call(request).await.map(Response::from)
    }

    pub(crate) async fn call(&self, request: Request) -> Result<http::Response<Body>, Error> {
        let Shared { sealer, transport, settings } = &*self.shared;
        let (url, timeout) = (request.url().clone(), request.timeout().copied());
        let mut request = http::Request::try_from(request).map_err(Error::building)?;
        settings.add_default_headers(request.headers_mut());
        let gateway = settings.destination.outer_uri(request.uri());
        let gateway = gateway.map_err(Error::sealing_failed)?;

        // A body that has to be collected first can take as long as any.
        let began = Instant::now();
        let sealing = seal_call(sealer, settings, request, gateway);
        let (outer, failure, pending) = match timeout {
            Some(timeout) => {
                let sealed = tokio::time::timeout(timeout, sealing).await;
                sealed.unwrap_or_else(|_| Err(Error::timed_out()))?
            }
            None => sealing.await?,
        };
        let timeout = timeout.map(|timeout| timeout.saturating_sub(began.elapsed()));
        let answer = transport.send(outer, timeout).await.map_err(|error| failure.or(error))?;
        open_answer(pending, answer, url).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("sealer", &self.shared.sealer)
            .field("settings", &self.shared.settings)
            .finish_non_exhaustive()
    }
}
