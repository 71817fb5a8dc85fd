//! What carries the outer request to the gateway, and its answer back.

use std::time::Duration;
#[cfg(feature = "test-util")]
use std::{future::Future, pin::Pin};

use http::{Method, Request, Response, Uri};
use reqwest::{Body, RequestBuilder, Url};

use crate::Error;

/// A request is sent once, or not at all.
pub(crate) enum Transport {
    Http(Http),
    #[cfg(feature = "test-util")]
    Double(Double),
}

/// What a test has put in place of a network.
#[cfg(feature = "test-util")]
pub(crate) type Double = Box<
    dyn Fn(Request<Body>) -> Pin<Box<dyn Future<Output = crate::test_util::Answer> + Send>>
        + Send
        + Sync,
>;

impl Transport {
    /// Until the head of the answer is there. `timeout` covers the answer's body, too.
    pub(crate) async fn send(
        &self,
        outer: Request<Body>,
        timeout: Option<Duration>,
    ) -> Result<Response<Body>, Error> {
        match self {
            Self::Http(http) => http.send(outer, timeout).await,
            #[cfg(feature = "test-util")]
            Self::Double(double) => double(outer).await.map_err(Error::double_failed),
        }
    }
}

pub(crate) struct Http {
    client: reqwest::Client,
    /// The gateway if one is set, for HTTP and for reqwest: parsed once, and not for each call.
    gateway: Option<(Uri, Url)>,
}

impl Http {
    pub(crate) const fn new(client: reqwest::Client, gateway: Option<(Uri, Url)>) -> Self {
        Self { client, gateway }
    }

    async fn send(
        &self,
        outer: Request<Body>,
        timeout: Option<Duration>,
    ) -> Result<Response<Body>, Error> {
        let (parts, body) = outer.into_parts();
        let request = self.request(parts.method, &parts.uri);
        let mut request = request.headers(parts.headers).body(body);
        if let Some(timeout) = timeout {
            request = request.timeout(timeout);
        }
        request.send().await.map(Response::from).map_err(Error::sending)
    }

    fn request(&self, method: Method, uri: &Uri) -> RequestBuilder {
        match &self.gateway {
            Some((gateway, url)) if gateway == uri => self.client.request(method, url.clone()),
            _ => self.client.request(method, uri.to_string()),
        }
    }
}
