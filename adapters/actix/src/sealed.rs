use std::{
    error, fmt,
    future::{Ready, ready},
    ops::Deref,
};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError, body::BoxBody,
    dev::Payload, http::StatusCode,
};
use sealwire::server::Answer;

/// That a request came sealed, and how: see [`sealwire_http::Sealed`], which it derefs to.
///
/// As an argument of a handler it refuses requests that did not, with 403; an `Option<Sealed>` tells
/// them apart. It is an extension of every request that came sealed, too, and of no other.
#[derive(Clone, Debug)]
pub struct Sealed(sealwire_http::Sealed);

impl Sealed {
    pub(crate) const fn new(sealed: sealwire_http::Sealed) -> Self {
        Self(sealed)
    }
}

impl Deref for Sealed {
    type Target = sealwire_http::Sealed;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl FromRequest for Sealed {
    type Error = NotSealed;
    type Future = Ready<Result<Self, NotSealed>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(NotSealed))
    }
}

/// A request did not come sealed, and the handler takes sealed ones only: 403, of the type
/// `https://sealwire.dev/problems#not-sealed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSealed;

impl fmt::Display for NotSealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this route takes sealed calls only")
    }
}

impl error::Error for NotSealed {}

impl ResponseError for NotSealed {
    fn status_code(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let answer = Answer::not_sealed();
        let mut response = HttpResponse::build(self.status_code());
        for field in answer.fields() {
            response.append_header(field);
        }
        response.body(answer.into_body())
    }
}
