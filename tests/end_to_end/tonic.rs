//! gRPC, sealed: a tonic client over the client's layer, a tonic service behind the server's, HTTP/2
//! between them on a loopback port. The service is written by hand, as tonic's generator would.

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};

use futures::{
    Stream, StreamExt as _,
    channel::mpsc::{UnboundedSender, unbounded},
    stream,
};
use http::{Uri, uri::PathAndQuery};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use sealwire::server::Route;
use sealwire_tower::{
    Sealed, SealedBody, SealwireLayer,
    client::{SealLayer, SealService},
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tonic::{
    Code, Request, Response, Status, Streaming, body::Body, client, server, service::Routes,
    transport,
};
use tonic_prost::ProstCodec;
use tower::service_fn;
use tower_layer::Layer as _;
use tower_service::Service;

use super::{client as sealing_client, server as sealing_server};

#[derive(Clone, PartialEq, prost::Message)]
struct Number {
    #[prost(int64, tag = "1")]
    value: i64,
}

type Numbers = Pin<Box<dyn Stream<Item = Result<Number, Status>> + Send>>;
type Codec = ProstCodec<Number, Number>;

/// Doubles a number, counts to one, and adds up those that come.
#[derive(Clone)]
struct Calculator;

impl server::NamedService for Calculator {
    const NAME: &'static str = "test.Calculator";
}

impl Service<http::Request<Body>> for Calculator {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<http::Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let mut grpc = server::Grpc::new(Codec::default());
            Ok(match request.uri().path() {
                "/test.Calculator/Double" => grpc.unary(service_fn(double), request).await,
                "/test.Calculator/CountTo" => {
                    grpc.server_streaming(service_fn(count_to), request).await
                }
                "/test.Calculator/Sums" => grpc.streaming(service_fn(sums), request).await,
                _ => Status::unimplemented("no such method").into_http(),
            })
        })
    }
}

async fn double(request: Request<Number>) -> Result<Response<Number>, Status> {
    if request.extensions().get::<Sealed>().is_none() {
        return Err(Status::unauthenticated("it was not sealed"));
    }
    let id = request.metadata().get("x-id").cloned();
    let value = request.into_inner().value;
    if value < 0 {
        return Err(Status::out_of_range("negative"));
    }
    let mut response = Response::new(Number { value: 2 * value });
    if let Some(id) = id {
        response.metadata_mut().insert("x-id", id);
    }
    Ok(response)
}

/// Fails behind three.
async fn count_to(request: Request<Number>) -> Result<Response<Numbers>, Status> {
    let numbers = (1..=request.into_inner().value).map(|value| match value {
        1..=3 => Ok(Number { value }),
        _ => Err(Status::resource_exhausted("three is enough")),
    });
    Ok(Response::new(stream::iter(numbers).boxed()))
}

async fn sums(request: Request<Streaming<Number>>) -> Result<Response<Numbers>, Status> {
    let sums = request.into_inner().scan(0, |sum, number| {
        let next = number.map(|Number { value }| {
            *sum += value;
            Number { value: *sum }
        });
        std::future::ready(Some(next))
    });
    Ok(Response::new(sums.boxed()))
}

/// A service behind the layer, until what is returned is dropped.
struct Serving(SocketAddr, JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.1.abort();
    }
}

async fn serve() -> Serving {
    let server = sealing_server().0.with_route("/", Route::new().streaming(true)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let accepting = stream::unfold(listener, |listener| async {
        Some((listener.accept().await.map(|(stream, _): (TcpStream, _)| stream), listener))
    });
    let serving = transport::Server::builder()
        .layer(SealwireLayer::new(server))
        .add_service(Calculator)
        .serve_with_incoming(accepting);
    Serving(address, tokio::spawn(async move { serving.await.unwrap() }))
}

type Http = HttpClient<HttpConnector, SealedBody<Body>>;
type Grpc = client::Grpc<SealService<Http>>;

fn connect(address: SocketAddr) -> Grpc {
    let http: Http = HttpClient::builder(TokioExecutor::new())
        .http2_only(true)
        .retry_canceled_requests(false)
        .build_http();
    let gateway = format!("http://{address}/.well-known/ohttp-gateway").parse::<Uri>().unwrap();
    let layer = SealLayer::new(sealing_client(&sealing_server().1))
        .gateway(gateway)
        .allow_http_on_loopback();
    client::Grpc::with_origin(layer.layer(http), Uri::from_static("https://api.example.com"))
}

fn method(name: &'static str) -> PathAndQuery {
    PathAndQuery::from_static(name)
}

async fn ask_double(grpc: &mut Grpc, value: i64) -> Result<Response<Number>, Status> {
    grpc.ready().await.unwrap();
    let mut request = Request::new(Number { value });
    request.metadata_mut().insert("x-id", "17".parse().unwrap());
    grpc.unary(request, method("/test.Calculator/Double"), Codec::default()).await
}

#[tokio::test]
async fn a_unary_call_its_metadata_and_its_errors() {
    let serving = serve().await;
    let mut grpc = connect(serving.0);
    let response = ask_double(&mut grpc, 21).await.unwrap();
    assert_eq!(response.metadata().get("x-id").unwrap(), "17");
    assert_eq!(response.metadata().get("grpc-status").unwrap(), "0", "what is in the trailers");
    assert_eq!(response.into_inner().value, 42);
    let status = ask_double(&mut grpc, -1).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::OutOfRange, "negative"));

    let request = Request::new(Number::default());
    let unknown =
        grpc.unary::<_, Number, _>(request, method("/test.Calculator/No"), Codec::default());
    assert_eq!(unknown.await.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test]
async fn a_server_streams_and_its_trailers_tell_how_it_ended() {
    let serving = serve().await;
    let mut grpc = connect(serving.0);
    for (to, code) in [(3, None), (4, Some(Code::ResourceExhausted))] {
        grpc.ready().await.unwrap();
        let request = Request::new(Number { value: to });
        let path = method("/test.Calculator/CountTo");
        let answer = grpc.server_streaming(request, path, Codec::default()).await.unwrap();
        let mut numbers: Streaming<Number> = answer.into_inner();
        for value in 1..=3 {
            assert_eq!(numbers.message().await.unwrap(), Some(Number { value }));
        }
        match code {
            None => assert_eq!(numbers.message().await.unwrap(), None),
            Some(code) => assert_eq!(numbers.message().await.unwrap_err().code(), code),
        }
    }
}

#[tokio::test]
async fn both_stream_each_number_before_the_next() {
    let serving = serve().await;
    let mut grpc = connect(serving.0);
    grpc.ready().await.unwrap();
    let (sender, numbers): (UnboundedSender<Number>, _) = unbounded();
    let path = method("/test.Calculator/Sums");
    let answer = grpc.streaming(Request::new(numbers), path, Codec::default()).await.unwrap();
    let mut sums: Streaming<Number> = answer.into_inner();
    for (value, sum) in [(1, 1), (10, 11), (100, 111), (1000, 1111)] {
        sender.unbounded_send(Number { value }).unwrap();
        assert_eq!(sums.message().await.unwrap(), Some(Number { value: sum }));
    }
    drop(sender);
    assert_eq!(sums.message().await.unwrap(), None);
    assert_eq!(sums.trailers().await.unwrap().unwrap().get("grpc-status").unwrap(), "0");
}

/// Positive control: the same service, called in plain, knows that it was.
#[tokio::test]
async fn a_plain_call_is_known_to_be_plain() {
    let serving = serve().await;
    let http: HttpClient<HttpConnector, Body> =
        HttpClient::builder(TokioExecutor::new()).http2_only(true).build_http();
    let origin = format!("http://{}", serving.0).parse::<Uri>().unwrap();
    let mut grpc = client::Grpc::with_origin(http, origin);
    grpc.ready().await.unwrap();
    let request = Request::new(Number::default());
    let path = method("/test.Calculator/Double");
    let answer = grpc.unary::<_, Number, _>(request, path, Codec::default()).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unauthenticated);
}

/// The numbers of a streamed answer that lacks its last bytes, and how it ended.
async fn count_without(missing: usize) -> Result<Vec<i64>, Status> {
    let (server, pinned) = sealing_server();
    let inner = SealwireLayer::new(server).layer(Routes::new(Calculator));
    let cutting = service_fn(move |request: http::Request<SealedBody<Body>>| {
        let mut inner = inner.clone();
        async move {
            let Ok(answer) = inner.call(request).await;
            let (parts, body) = answer.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes();
            let body = Full::new(bytes.slice(..bytes.len() - missing));
            Ok::<_, Infallible>(http::Response::from_parts(parts, body))
        }
    });
    let sealed = SealLayer::new(sealing_client(&pinned)).layer(cutting);
    let mut grpc = client::Grpc::with_origin(sealed, Uri::from_static("https://api.example.com"));
    grpc.ready().await.unwrap();
    let request = Request::new(Number { value: 3 });
    let path = method("/test.Calculator/CountTo");
    let answer = grpc.server_streaming(request, path, Codec::default()).await?;
    let (mut numbers, mut counted): (Streaming<Number>, _) = (answer.into_inner(), Vec::new());
    while let Some(Number { value }) = numbers.message().await? {
        counted.push(value);
    }
    Ok(counted)
}

/// The grpc-status is in the last chunk: whoever is between cannot make up another.
#[tokio::test]
async fn an_answer_that_was_cut_is_no_success() {
    assert_eq!(count_without(0).await.unwrap(), [1, 2, 3], "positive control");
    for missing in [1, 17, 40] {
        assert_eq!(count_without(missing).await.unwrap_err().code(), Code::Unknown);
    }
}
