//! The suite of all adapters, for actix behind its middleware.

use std::{io, panic};

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Bytes, BytesMut, Data, Payload, ServiceConfig},
};
use futures::{StreamExt as _, stream};
use sealwire_actix::{Sealed, Sealwire};

use super::serving::Serving;
use crate::suite::{
    Framework, Note, PIECE, PIECES, Running, Setup, Told, ToldSealed, Witness, tests::suite,
};

suite!(crate::actix::suite::Actix);

struct Actix;

impl Framework for Actix {
    async fn serve(setup: Setup) -> Running {
        let sealwire = Sealwire::new(setup.server)
            .concurrent_opens(setup.concurrent_opens)
            .memory_limit(setup.memory_limit)
            .response_limit(setup.response_limit);
        let witness = setup.witness;
        let serving = Serving::start(sealwire, move |config| app(config, &witness));
        Running { address: serving.address, _stop: Box::new(serving) }
    }
}

const PATHS: [&str; 10] = [
    "/echo", "/stream", "/sink", "/events", "/big", "/fail", "/panic", "/hello", "/empty", "/ours",
];

fn app(config: &mut ServiceConfig, witness: &Witness) {
    config.app_data(Data::new(witness.clone()));
    for path in PATHS {
        // Actix decodes a path before it compares, so that it is not what the request says.
        config.route(
            path,
            web::to(move |witness, sealed, request, payload| {
                answer(path, witness, sealed, request, payload)
            }),
        );
    }
}

async fn answer(
    path: &'static str,
    witness: Data<Witness>,
    sealed: Option<Sealed>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    witness.note(Note::called(path));
    let mut response = HttpResponse::Ok();
    match path {
        "/echo" => echo(&witness, sealed, &request, payload).await,
        "/stream" => response.streaming(payload),
        "/sink" => sink(&witness, payload).await,
        "/events" => response
            .content_type("text/event-stream")
            .streaming(witness.events().map(|event| io::Result::Ok(event.into()))),
        "/big" => response.streaming(stream::iter((0..PIECES).map(|_| io::Result::Ok(PIECE)))),
        "/fail" => response.streaming(failing(&witness)),
        "/panic" => panic::panic_any("as it was asked to"),
        "/hello" => response.body("hello"),
        "/empty" => HttpResponse::NoContent().finish(),
        "/ours" => response
            .append_header(("sealwire-call", "forged"))
            .append_header(("x-answer", "1"))
            .append_header(("x-answer", "2"))
            .finish(),
        other => unreachable!("{other} has no handler"),
    }
}

async fn echo(
    witness: &Witness,
    sealed: Option<Sealed>,
    request: &HttpRequest,
    mut payload: Payload,
) -> HttpResponse {
    let mut content = BytesMut::new();
    while let Some(piece) = payload.next().await {
        let Ok(piece) = piece else {
            witness.note(Note::Broken(content.len()));
            return HttpResponse::BadRequest().finish();
        };
        content.extend_from_slice(&piece);
    }
    let text = |value: &actix_web::http::header::HeaderValue| value.to_str().unwrap().to_owned();
    let host = request.headers().get("host").map(text);
    let authority = request.uri().authority().map(ToString::to_string);
    HttpResponse::Ok().json(Told {
        method: request.method().to_string(),
        authority: authority.or(host).unwrap_or_default(),
        path: request.uri().path_and_query().unwrap().to_string(),
        fields: request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        content: content.into(),
        sealed: sealed.map(|sealed| ToldSealed::of(&sealed)),
    })
}

async fn sink(witness: &Witness, mut payload: Payload) -> HttpResponse {
    let mut total = 0;
    while let Some(piece) = payload.next().await {
        let Ok(piece) = piece else {
            witness.note(Note::Broken(total));
            return HttpResponse::BadRequest().finish();
        };
        total += piece.len();
        witness.note(Note::Content(piece.len()));
    }
    witness.note(Note::Complete(total));
    HttpResponse::Ok().body(total.to_string())
}

fn failing(witness: &Witness) -> impl futures::Stream<Item = io::Result<Bytes>> + use<> {
    let failure = witness.events().map(|_| Err(io::Error::other("as it was asked to")));
    stream::iter([Ok(Bytes::from_static(b"the beginning"))]).chain(failure)
}
