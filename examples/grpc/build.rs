//! Describes the service to tonic's generator, which otherwise reads that from a `.proto` file with
//! the program `protoc`.

use tonic_build::manual::{Builder, Method, Service};

fn main() {
    let method = |name: &str, route: &str, output: &str| {
        Method::builder()
            .name(name)
            .route_name(route)
            .input_type("crate::messages::Tea")
            .output_type(output)
            .codec_path("tonic_prost::ProstCodec")
    };
    let quote = method("quote", "Quote", "crate::messages::Price").build();
    let brew = method("brew", "Brew", "crate::messages::Step").server_streaming().build();
    let service =
        Service::builder().package("tea.v1").name("Kitchen").method(quote).method(brew).build();
    Builder::new().compile(&[service]);
    println!("cargo::rerun-if-changed=grpc/build.rs");
}
