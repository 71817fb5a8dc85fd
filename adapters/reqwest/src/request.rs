use std::{fmt, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Body, Request, Response};

use crate::{Client, Error};

/// Builds one sealed call. All that is set here travels inside.
#[must_use]
pub struct RequestBuilder<C = Client> {
    client: C,
    inner: reqwest::RequestBuilder,
}

impl<C> RequestBuilder<C> {
    pub(crate) fn new(client: C, inner: reqwest::RequestBuilder) -> Self {
        Self { client, inner }
    }

    /// Adds a header field.
    pub fn header<K, V>(self, name: K, value: V) -> Self
    where
        HeaderName: TryFrom<K>,
        <HeaderName as TryFrom<K>>::Error: Into<http::Error>,
        HeaderValue: TryFrom<V>,
        <HeaderValue as TryFrom<V>>::Error: Into<http::Error>,
    {
        self.map(|inner| inner.header(name, value))
    }

    /// Merges these header fields into those that were set.
    pub fn headers(self, headers: HeaderMap) -> Self {
        self.map(|inner| inner.headers(headers))
    }

    /// Sets `authorization` to a bearer token.
    pub fn bearer_auth(self, token: impl fmt::Display) -> Self {
        self.map(|inner| inner.bearer_auth(token))
    }

    /// Sets `authorization` to a name and a password.
    pub fn basic_auth(
        self,
        username: impl fmt::Display,
        password: Option<impl fmt::Display>,
    ) -> Self {
        self.map(|inner| inner.basic_auth(username, password))
    }

    /// Sets the body: what is in memory, or a stream, such as that of [`Body::wrap`] or, with the
    /// feature `stream`, `Body::wrap_stream`. A stream is sealed as it is sent, and never collected.
    ///
    /// If the stream ends in an error the call is broken off, and the server refuses what it got.
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.map(|inner| inner.body(body))
    }

    /// Sets the body to JSON, and `content-type` unless it was set.
    #[cfg(feature = "json")]
    pub fn json(self, json: &(impl serde::Serialize + ?Sized)) -> Self {
        self.map(|inner| inner.json(json))
    }

    /// Sets the body to a form (`application/x-www-form-urlencoded`), and `content-type` unless it
    /// was set.
    #[cfg(feature = "form")]
    pub fn form(self, form: &(impl serde::Serialize + ?Sized)) -> Self {
        self.map(|inner| inner.form(form))
    }

    /// Sets the body to a form of several parts (`multipart/form-data`), which may be streams.
    #[cfg(feature = "multipart")]
    pub fn multipart(self, form: reqwest::multipart::Form) -> Self {
        self.map(|inner| inner.multipart(form))
    }

    /// Adds to the query.
    #[cfg(feature = "query")]
    pub fn query(self, query: &(impl serde::Serialize + ?Sized)) -> Self {
        self.map(|inner| inner.query(query))
    }

    /// How long the call may take, from connecting until the body of its response is complete.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.map(|inner| inner.timeout(timeout))
    }

    /// The request, for [`Client::execute`]. Nothing is sealed yet.
    ///
    /// # Errors
    /// If what was set is not a valid request; [`Error::is_not_sent`].
    pub fn build(self) -> Result<Request, Error> {
        self.inner.build().map_err(Error::building)
    }

    pub(crate) fn split(self) -> (C, Result<Request, Error>) {
        (self.client, self.inner.build().map_err(Error::building))
    }

    /// The same call to be made again, unless its body is a stream.
    #[must_use]
    pub fn try_clone(&self) -> Option<Self>
    where
        C: Clone,
    {
        Some(Self { client: self.client.clone(), inner: self.inner.try_clone()? })
    }

    fn map(self, f: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder) -> Self {
        Self { inner: f(self.inner), client: self.client }
    }
}

impl RequestBuilder {
    /// Seals the request, sends it once, and opens the answer: see [`Client::execute`].
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send(self) -> Result<Response, Error> {
        let (client, request) = self.split();
        client.execute(request?).await
    }
}

/// A request holds tokens, a target and a body: none of it is shown.
impl<C> fmt::Debug for RequestBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBuilder").finish_non_exhaustive()
    }
}
