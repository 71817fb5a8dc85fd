//! Sections and heads, put together and changed by a caller.

use crate::support::lines;
use sealwire::Code;
use sealwire::bhttp::{Fields, RequestHead, RequestLine, ResponseHead};

const LINE: RequestLine<'static> =
    RequestLine { method: "PUT", scheme: "https", authority: "a.example", path: "/p?q" };

#[test]
fn fields_can_be_changed() {
    let mut fields = Fields::new();
    fields.push("X-A", " 1 ").unwrap();
    fields.push("x-b", b"\xff2").unwrap();
    fields.push("x-a", "3").unwrap();
    for (name, value) in [("", "v"), ("a:", "v"), (":a", "v"), ("a", "\n"), ("a", "\0")] {
        assert_eq!(fields.push(name, value).unwrap_err().code(), Code::InvalidInput);
    }
    assert_eq!((fields.len(), fields.get("X-a")), (3, Some(&b"1"[..])));
    assert_eq!(fields.get_all("x-A").collect::<Vec<_>>(), [b"1", b"3"]);
    assert!(fields.remove("X-A") && !fields.remove("x-a"));
    assert_eq!(lines(&fields), [("x-b".to_owned(), b"\xff2".to_vec())]);
    fields.retain(|_, _| false);
    assert!(fields.is_empty() && fields == Fields::new());
}

/// The control data shares a buffer with the fields, and must survive whatever becomes of them.
#[test]
fn changed_fields_leave_the_control_data_alone() {
    let mut head = RequestHead::new(LINE).unwrap();
    head.push("X-A", "1").unwrap();
    head.push("x-b", "2").unwrap();
    assert_eq!(head.push("x-c", "\n").unwrap_err().code(), Code::InvalidInput);
    assert!(head.remove("x-A") && !head.remove("x-a"));
    assert_eq!((head.line(), lines(head.fields())), (LINE, vec![("x-b".into(), b"2".into())]));
    head.retain(|_, _| false);
    assert!(head.fields().is_empty());
    head.push("x-d", "4").unwrap();
    assert_eq!(head.line(), LINE);
    let fields = head.clone().into_fields();
    let parts = head.into_http().unwrap();
    assert_eq!(
        (parts.method.as_str(), parts.uri.to_string()),
        ("PUT", "https://a.example/p?q".into())
    );
    assert_eq!((parts.headers.len(), &parts.headers["x-d"]), (1, &"4".parse().unwrap()));

    // A section taken from a request is as good as any other for a response.
    let mut head = ResponseHead::new(200, Fields::new()).unwrap();
    *head.fields_mut() = fields;
    head.fields_mut().push("x-e", "5").unwrap();
    let parts = head.into_http().unwrap();
    assert_eq!(parts.headers["x-d"], "4");
    assert_eq!((parts.status.as_u16(), &parts.headers["x-e"]), (200, &"5".parse().unwrap()));
}
