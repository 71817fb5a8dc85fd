//! Sections and heads, put together and changed by a caller.

use crate::support::lines;
use sealwire::Code;
use sealwire::bhttp::Fields;

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
