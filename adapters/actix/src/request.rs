//! The outer request as the core asks for it, and the inner one as actix has requests.

use actix_web::{
    HttpMessage as _,
    dev::{RequestHead, ServiceRequest, Url},
    http::{Method, Uri},
};
use sealwire::server::Outer;
use sealwire_http::OpenedBody;

use crate::{
    Sealed,
    fields::to_actix,
    payload::{OuterBody, payload},
};

/// Shows a request to `sort`, converting nothing.
pub(crate) fn with_outer<T>(request: &ServiceRequest, sort: impl FnOnce(Outer<'_>) -> T) -> T {
    let head = request.head();
    let fields = |name: &str, each: &mut dyn FnMut(&[u8])| {
        head.headers.get_all(name).for_each(|value| each(value.as_bytes()));
    };
    let path = head.uri.path_and_query().map_or("", |path| path.as_str());
    sort(Outer { method: head.method.as_str(), path, fields: &fields })
}

/// Puts the inner request in the place of the outer one. Of that stay what is known of the
/// connection and of the app, and its extensions. Nothing if it is none that actix could have: to
/// it `#` is no method.
pub(crate) fn enter(
    request: &mut ServiceRequest,
    opened: http::Request<OpenedBody<OuterBody>>,
) -> Option<()> {
    let (parts, body) = opened.into_parts();
    let mut head = RequestHead::default();
    head.method = Method::from_bytes(parts.method.as_str().as_bytes()).ok()?;
    head.uri = Uri::try_from(parts.uri.to_string()).ok()?;
    head.headers = to_actix(&parts.headers)?;
    head.peer_addr = request.peer_addr();
    // The router goes by this one.
    request.match_info_mut().set(Url::new(head.uri.clone()));
    *request.head_mut() = head;
    request.set_payload(payload(body));
    if let Some(sealed) = parts.extensions.get::<sealwire_http::Sealed>() {
        request.extensions_mut().insert(Sealed::new(sealed.clone()));
    }
    Some(())
}
