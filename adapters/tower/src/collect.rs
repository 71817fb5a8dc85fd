//! Bodies, whole, in memory, and within a limit.

use std::pin::pin;

use bytes::Bytes;
use http::HeaderMap;
use http_body::Body;
use http_body_util::BodyExt as _;

/// Why there is no whole body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incomplete {
    /// It has more bytes than the limit. What lies beyond was not asked for.
    TooLarge,
    /// It ended in an error.
    BrokenOff,
}

/// The content of `body` in one buffer, and its trailers.
pub(crate) async fn collect<B>(body: B, limit: usize) -> Result<(Vec<u8>, HeaderMap), Incomplete>
where
    B: Body<Data = Bytes>,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(Incomplete::TooLarge);
    }
    let mut body = pin!(body);
    let (mut content, mut trailers) = (Vec::new(), HeaderMap::new());
    while let Some(frame) = body.frame().await {
        match frame.map_err(|_| Incomplete::BrokenOff)?.into_data() {
            Ok(data) if data.len() > limit - content.len() => return Err(Incomplete::TooLarge),
            Ok(data) => append(&mut content, data, announced),
            Err(frame) => trailers.extend(frame.into_trailers().unwrap_or_default()),
        }
    }
    Ok((content, trailers))
}

/// A body that is one frame is taken over, where it can be, and not copied.
fn append(content: &mut Vec<u8>, data: Bytes, announced: usize) {
    if content.is_empty() && data.len() >= announced {
        *content = data.into();
    } else {
        content.reserve(announced.saturating_sub(content.len()));
        content.extend_from_slice(&data);
    }
}
