//! One call: the request is sealed, and the answer opened.

use std::mem;

use bytes::Bytes;
use http::{Request, Response, Uri};
use reqwest::{Body, ResponseBuilderExt as _, Url};
use sealwire_http::{
    Incomplete,
    client::{Pending, seal, seal_one_shot, seal_stream},
    collect,
};

use crate::{
    Error,
    outgoing::{Failure, Outgoing},
    settings::Settings,
};

/// Content up to this size is sealed before it is sent; what is longer, as it is sent.
const WHOLE: usize = 64 * 1024;

/// The outer request, why its body failed if it did, and what opens the answer.
pub(crate) async fn seal_call(
    client: &sealwire::Client,
    settings: &Settings,
    request: Request<Body>,
    gateway: Uri,
) -> Result<(Request<Body>, Failure, Pending), Error> {
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
    let (parts, body) = outer.into_parts();
    let (body, failure) = Outgoing::wrap(body);
    Ok((Request::from_parts(parts, body), failure, pending))
}

/// The whole content. What is in memory is not copied.
async fn in_one(body: Body, limit: usize) -> Result<Bytes, Error> {
    match collect(body, limit).await {
        Ok((content, _trailers)) => Ok(content.into()),
        Err(Incomplete::TooLarge) => Err(Error::content_too_large()),
        Err(Incomplete::BrokenOff(error)) => Err(Error::content(error)),
    }
}

/// The response, which knows its URL in the way that reqwest offers for that.
pub(crate) async fn open_answer(
    pending: Pending,
    answer: Response<Body>,
    url: Url,
) -> Result<Response<Body>, Error> {
    let response = pending.open(answer).await.map_err(Error::answer)?;
    let (mut parts, body) = response.map(Body::wrap).into_parts();
    let mut builder = Response::builder();
    if let Some(extensions) = builder.extensions_mut() {
        *extensions = mem::take(&mut parts.extensions);
    }
    if let Ok(with_url) = builder.url(url).body(()) {
        parts.extensions = with_url.into_parts().0.extensions;
    }
    Ok(Response::from_parts(parts, body))
}
