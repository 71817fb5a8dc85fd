//! What carries the outer request to the gateway, and its answer back.

use std::time::Duration;

use http::{Request, Response};
use reqwest::Body;

use crate::Error;

/// A request is sent once, or not at all.
pub(crate) enum Transport {
    Http(reqwest::Client),
}

impl Transport {
    /// Until the head of the answer is there. `timeout` covers the answer's body, too.
    pub(crate) async fn send(
        &self,
        outer: Request<Body>,
        timeout: Option<Duration>,
    ) -> Result<Response<Body>, Error> {
        match self {
            Self::Http(http) => send(http, outer, timeout).await,
        }
    }
}

async fn send(
    http: &reqwest::Client,
    outer: Request<Body>,
    timeout: Option<Duration>,
) -> Result<Response<Body>, Error> {
    let (parts, body) = outer.into_parts();
    let mut request =
        http.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body);
    if let Some(timeout) = timeout {
        request = request.timeout(timeout);
    }
    request.send().await.map(Response::from).map_err(Error::sending)
}
