//! Known answers kept with the project: RFC 9292, section 5.

use sealwire::bhttp::{Limits, decode_request, decode_response};

const FIGURE_8: &str = "0003474554056874747073000a2f68656c6c6f2e747874406c0a757365722d6167656e74346375726c2f372e31362e33206c69626375726c2f372e31362e33204f70656e53534c2f302e392e376c207a6c69622f312e322e3304686f73740f7777772e6578616d706c652e636f6d0f6163636570742d6c616e677561676506656e2c206d690000";

#[test]
fn smoke() {
    let bytes = hex::decode(FIGURE_8).unwrap();
    let request = decode_request(&bytes, Limits::default()).unwrap();
    assert_eq!(request.head.method(), "GET");
    assert_eq!(request.head.host(), "www.example.com");
    assert_eq!(request.head.fields().len(), 3);
    assert!(decode_response(&bytes, Limits::default()).is_err());
    let mut out = Vec::new();
    let head = &request.head;
    sealwire::bhttp::encode_request(
        head.line(),
        head.fields().lines(),
        &request.content,
        request.trailers.lines(),
        &mut out,
    )
    .unwrap();
    assert_eq!(out, bytes);
}
