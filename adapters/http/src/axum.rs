use std::convert::Infallible;

use axum_core::{
    body::Body,
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::request::Parts;
use sealwire::server::Answer;

use crate::Sealed;

/// The request of a handler that takes [`Sealed`] did not come sealed: a 403 with problem details
/// (RFC 9457), as where a route requires sealed calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct NotSealed;

/// A handler that takes it answers sealed calls only.
impl<S: Sync> FromRequestParts<S> for Sealed {
    type Rejection = NotSealed;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NotSealed> {
        parts.extensions.get().cloned().ok_or(NotSealed)
    }
}

/// A handler that takes an `Option` of it answers both, and knows which is which.
impl<S: Sync> OptionalFromRequestParts<S> for Sealed {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned())
    }
}

impl IntoResponse for NotSealed {
    fn into_response(self) -> Response {
        Answer::not_sealed().into_http().map(Body::from)
    }
}
