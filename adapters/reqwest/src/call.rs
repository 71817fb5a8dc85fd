//! One call: the request is sealed, and the answer opened.

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body::Body as _;
use reqwest::{Body, ResponseBuilderExt as _, Url};
use sealwire_http::{
    Incomplete, OpenedBody, SealedBody,
    client::{Pending, seal, seal_one_shot, seal_stream},
    collect,
};

use crate::{Error, settings::Settings};

/// Content up to this size is sealed before it is sent; what is longer, as it is sent.
const WHOLE: usize = 64 * 1024;

/// The outer request, and what opens its answer.
pub(crate) async fn seal_call(
    client: &sealwire::Client,
    settings: &Settings,
    request: Request<Body>,
    gateway: Uri,
) -> Result<(Request<Body>, Pending), Error> {
    let (parts, body) = request.into_parts();
    let in_memory = body.as_bytes().map(<[u8]>::len);
    let sealed = match in_memory {
        _ if settings.one_shot => {
            let limit = if in_memory.is_some() { usize::MAX } else { Settings::ONE_SHOT_LIMIT };
            let request = Request::from_parts(parts, in_one(body, limit).await?);
            seal_one_shot(client, request, gateway, settings.answer_limit())
        }
        // What is sealed as it is sent cannot be padded.
        Some(length) if length <= WHOLE || settings.is_padded => {
            seal(client, Request::from_parts(parts, in_one(body, usize::MAX).await?), gateway)
        }
        _ => seal_stream(client, Request::from_parts(parts, body), gateway),
    };
    let (outer, pending) = sealed.map_err(Error::sealing_failed)?;
    Ok((outer.map(outer_body), pending))
}

/// The whole content. What is in memory is not copied.
async fn in_one(body: Body, limit: usize) -> Result<Bytes, Error> {
    match collect(body, limit).await {
        Ok((content, _trailers)) => Ok(content.into()),
        Err(Incomplete::TooLarge) => Err(Error::content_too_large()),
        Err(Incomplete::BrokenOff(error)) => Err(Error::content(error)),
    }
}

/// To reqwest it is a stream, be it whole: that it does not know how to send twice.
fn outer_body(body: SealedBody<Body>) -> Body {
    match body.is_end_stream() {
        true => Body::default(),
        false => Body::wrap(body),
    }
}

pub(crate) async fn open_answer(
    pending: Pending,
    answer: Response<Body>,
    url: Url,
) -> Result<reqwest::Response, Error> {
    let response = pending.open(answer).await.map_err(Error::answer)?;
    Ok(into_reqwest(response, url))
}

/// The way reqwest offers to make a response that knows its URL.
fn into_reqwest(response: Response<OpenedBody<Body>>, url: Url) -> reqwest::Response {
    let (mut parts, body) = response.into_parts();
    let (with_url, ()) = Response::builder()
        .url(url)
        .body(())
        .map_or_else(|_| Response::new(()).into_parts(), Response::into_parts);
    parts.extensions.extend(with_url.extensions);
    reqwest::Response::from(Response::from_parts(parts, Body::wrap(body)))
}
