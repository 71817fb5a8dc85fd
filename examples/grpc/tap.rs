//! What whoever ends TLS in front of the server sees, frame by frame: on the wire HTTP/2 would
//! compress heads, and nobody could read the transcript.

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use sealwire_examples::proxy::Log;
use sealwire_tower::BodyError;

pub(crate) fn request<B>(log: &Log, request: Request<B>) -> Request<tonic::body::Body>
where
    B: Body<Data = Bytes, Error = tonic::Status> + Send + 'static,
{
    let (parts, body) = request.into_parts();
    let line = format!("{} {} {:?}", parts.method, parts.uri.path(), parts.version);
    log.add_request(head(&line, &parts.headers).as_bytes());
    let log = log.clone();
    let body = body.map_frame(move |frame| see(frame, |bytes| log.add_request(bytes)));
    Request::from_parts(parts, tonic::body::Body::new(body))
}

pub(crate) fn response<B>(log: &Log, response: Response<B>) -> Response<tonic::body::Body>
where
    B: Body<Data = Bytes, Error = BodyError> + Send + 'static,
{
    let (parts, body) = response.into_parts();
    log.add_response(head(parts.status.as_str(), &parts.headers).as_bytes());
    let log = log.clone();
    let body = body.map_frame(move |frame| see(frame, |bytes| log.add_response(bytes)));
    Response::from_parts(parts, tonic::body::Body::new(body))
}

fn head(line: &str, fields: &HeaderMap) -> String {
    let mut head = format!("{line}\r\n");
    for (name, value) in fields {
        head += &format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()));
    }
    head + "\r\n"
}

fn see(frame: Frame<Bytes>, log: impl Fn(&[u8])) -> Frame<Bytes> {
    if let Some(data) = frame.data_ref() {
        log(data);
    }
    if let Some(trailers) = frame.trailers_ref() {
        log(head("", trailers).as_bytes());
    }
    frame
}
