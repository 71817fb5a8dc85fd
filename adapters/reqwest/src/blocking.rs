//! The same client for code that is not async: [`ClientBuilder::build_blocking`] makes it, and a call
//! returns a [`reqwest::blocking::Response`].
//!
//! ```no_run
//! # fn run(recipient: sealwire::keys::Recipient) -> Result<(), Box<dyn std::error::Error>> {
//! let client = sealwire_reqwest::Client::builder(recipient).build_blocking()?;
//! let response = client.get("https://api.example.com/v1/orders").send()?;
//! println!("{}", response.text()?);
//! # Ok(())
//! # }
//! ```
//!
//! A call waits on the thread that makes it, and needs no runtime there: a thread of the client's own
//! does the work, and ends once the client, its clones and their responses are dropped. As with
//! [`reqwest::blocking`], it is not for async code, whose thread would wait, too, and where reading a
//! response panics, in reqwest itself and in builds with debug assertions. Unlike there, a call
//! has no timeout unless one is set.

mod background;
mod body;

use std::sync::Arc;

use http::Method;
use reqwest::{IntoUrl, Request, blocking::Response};

use crate::{ClientBuilder, Error};
use background::Background;
pub use body::Body;

/// Builds one sealed call. All that is set here travels inside.
pub type RequestBuilder = crate::RequestBuilder<Client>;

/// Makes sealed calls, and waits for them. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    inner: crate::Client,
    background: Arc<Background>,
}

impl ClientBuilder {
    /// The client, for code that is not async.
    ///
    /// # Errors
    /// As [`Self::build`], or if there is no thread to be had.
    pub fn build_blocking(self) -> Result<Client, Error> {
        let background = Background::start().map_err(Error::no_background)?;
        Ok(Client { inner: self.build()?, background: Arc::new(background) })
    }
}

impl Client {
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
        let (_, inner) = self.inner.request(method, url).into_inner();
        RequestBuilder::new(self.clone(), inner)
    }

    /// Seals a request, sends it once, and waits for the head of its answer: see
    /// [`Client::execute`](crate::Client::execute).
    ///
    /// # Errors
    /// See [`Error`].
    pub fn execute(&self, request: Request) -> Result<Response, Error> {
        let client = self.inner.clone();
        let call = async move { client.call(request).await };
        let response = self.background.run(call).unwrap_or_else(|| Err(Error::stopped()))?;
        Ok(Response::from(response.map(|body| self.background.keep_for(body))))
    }
}

impl RequestBuilder {
    /// Seals the request, sends it once, and waits for the head of its answer.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn send(self) -> Result<Response, Error> {
        let (client, request) = self.split();
        client.execute(request?)
    }
}
