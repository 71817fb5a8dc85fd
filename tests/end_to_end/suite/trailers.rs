//! Trailers, for frameworks that know them.

use http::{HeaderMap, HeaderValue, Request};
use http_body::Frame;

use super::{
    Framework, Stage,
    client::{channel, data, read, request},
    streams::streaming,
};

async fn there_and_back(stage: &Stage) {
    let (sender, body) = channel();
    let trailers = HeaderMap::from_iter([
        (http::HeaderName::from_static("x-sum"), HeaderValue::from_static("abc")),
        (http::HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static("forged")),
    ]);
    sender.unbounded_send(data("content")).unwrap();
    sender.unbounded_send(Ok(Frame::trailers(trailers))).unwrap();
    drop(sender);
    let call: Request<_> = request("POST", "/trailers", "").map(|_| body);
    let answer = stage.caller.stream(call).await.unwrap();
    let got = read(answer, HeaderMap::new()).await.unwrap();
    assert_eq!(&got.content[..], b"abc");
    assert_eq!(got.trailers["x-sum"], "abc");
    assert_eq!(got.trailers.len(), 1);
}

pub(crate) async fn trailers_go_both_ways<F: Framework>() {
    there_and_back(&Stage::of::<F>().await).await;
    there_and_back(&Stage::serving::<F>(streaming).await).await;
}
