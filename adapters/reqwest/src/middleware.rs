//! For those who have a chain of [`reqwest_middleware`]: the sealed client as its last link.

use std::pin::Pin;

use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};

use crate::Client;

impl Client {
    /// This client as the last link of a chain: what comes to it is sealed and sent by it, and the
    /// links behind it, the client of the chain included, are never called.
    ///
    /// What retries stands before it, and each attempt is then sealed afresh. It should retry only
    /// what may happen twice, unless [`Error::is_not_sent`](crate::Error::is_not_sent): the chain's
    /// error is `Middleware`, and downcasts to [`Error`](crate::Error).
    ///
    /// ```
    /// # fn chain(client: sealwire_reqwest::Client) -> reqwest_middleware::ClientWithMiddleware {
    /// reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
    ///     // Tracing, retries and so on come first.
    ///     .with(client.into_middleware())
    ///     .build()
    /// # }
    /// ```
    #[must_use]
    pub fn into_middleware(self) -> impl Middleware {
        as_middleware(move |request, _: &mut Extensions, _: Next<'_>| {
            let client = self.clone();
            Box::pin(async move { client.execute(request).await.map_err(Error::middleware) })
        })
    }
}

type Sent<'a> = Pin<Box<dyn Future<Output = Result<Response>> + Send + 'a>>;

/// Tells the compiler what kind of function the closure is.
fn as_middleware<F>(link: F) -> F
where
    F: for<'a> Fn(Request, &'a mut Extensions, Next<'a>) -> Sent<'a> + Send + Sync + 'static,
{
    link
}
