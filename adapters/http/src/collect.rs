//! Bodies, whole, in memory, and within a limit.

use std::{future::poll_fn, pin::pin};

use bytes::Bytes;
use http::HeaderMap;
use http_body::Body;

/// Why there is no whole body.
#[derive(Debug, PartialEq, Eq)]
pub enum Incomplete<E> {
    /// It has more bytes than the limit. What lies beyond was not asked for.
    TooLarge,
    /// It ended in this error.
    BrokenOff(E),
}

/// The content of `body` in one buffer, and its trailers. `limit` is in bytes of content.
///
/// # Errors
/// [`Incomplete`]; of the body no more is read.
pub async fn collect<B>(body: B, limit: usize) -> Result<(Vec<u8>, HeaderMap), Incomplete<B::Error>>
where
    B: Body<Data = Bytes>,
{
    collect_if(body, limit, |_| true).await
}

/// As [`collect`], as long as `may_hold` agrees to each number of further bytes, and `TooLarge` when it
/// does not.
pub(crate) async fn collect_if<B>(
    body: B,
    limit: usize,
    mut may_hold: impl FnMut(usize) -> bool,
) -> Result<(Vec<u8>, HeaderMap), Incomplete<B::Error>>
where
    B: Body<Data = Bytes>,
{
    if body.size_hint().lower() > limit as u64 {
        return Err(Incomplete::TooLarge);
    }
    let mut body = pin!(body);
    let (mut content, mut trailers) = (Vec::new(), HeaderMap::new());
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        match frame.map_err(Incomplete::BrokenOff)?.into_data() {
            Ok(data) if data.len() > limit - content.len() => return Err(Incomplete::TooLarge),
            Ok(data) if !may_hold(data.len()) => return Err(Incomplete::TooLarge),
            Ok(data) => append(&mut content, data, limit),
            Err(frame) => trailers.extend(frame.into_trailers().unwrap_or_default()),
        }
    }
    Ok((content, trailers))
}

/// The first frame, often the only one, is taken over where it can be, and not copied.
///
/// Room is made for what has arrived, whatever was announced: a thousand strangers who announce
/// megabytes and send a byte each hold a thousand bytes. It doubles as it grows, but not beyond the
/// limit.
fn append(content: &mut Vec<u8>, data: Bytes, limit: usize) {
    if content.is_empty() {
        *content = data.into();
        return;
    }
    let needed = content.len() + data.len();
    if needed > content.capacity() {
        let goal = content.capacity().saturating_mul(2).clamp(needed, limit.max(needed));
        content.reserve_exact(goal - content.len());
    }
    content.extend_from_slice(&data);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        pin::Pin,
        task::{Context, Poll},
    };

    use futures::executor::block_on;
    use http_body::{Frame, SizeHint};

    /// Announces a length and sends single bytes.
    struct Drops(u64, usize);

    impl Body for Drops {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            let Some(left) = self.1.checked_sub(1) else { return Poll::Ready(None) };
            self.1 = left;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(self.0)
        }
    }

    #[test]
    fn memory_grows_with_what_arrives_and_not_with_what_is_announced() {
        let (content, _) = block_on(collect(Drops(2_000_000, 100), 2_000_000)).unwrap();
        assert_eq!(content, [b'x'; 100]);
        assert!(content.capacity() <= 256, "{}", content.capacity());
    }

    #[test]
    fn what_is_announced_beyond_the_limit_is_not_read() {
        assert_eq!(block_on(collect(Drops(11, 0), 10)).unwrap_err(), Incomplete::TooLarge);
        assert!(block_on(collect(Drops(10, 10), 10)).is_ok());
        assert_eq!(block_on(collect(Drops(0, 11), 10)).unwrap_err(), Incomplete::TooLarge);
    }
}
