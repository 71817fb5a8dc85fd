//! What `prost-build` would make of the messages in a `.proto` file.

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Tea {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Price {
    #[prost(uint32, tag = "1")]
    pub(crate) pence: u32,
    #[prost(string, tag = "2")]
    pub(crate) remark: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Step {
    #[prost(string, tag = "1")]
    pub(crate) text: String,
}
