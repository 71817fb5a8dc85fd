/// What a [`Decoder`](super::Decoder) accepts at most. Crossing a limit is
/// [`Code::TooLarge`](crate::Code::TooLarge), found before the bytes in question are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one header or trailer section, counted as encoded, with the length prefixes of
    /// names and values at their shortest. Default: 65,536.
    pub section: usize,
    /// Field lines in one section, those that are dropped included. Default: 256.
    pub lines: usize,
    /// Informational responses before the final one. Default: 16.
    pub informational: usize,
    /// Bytes of a request's method. Default: 64.
    pub method: usize,
    /// Bytes of a request's scheme. Default: 64.
    pub scheme: usize,
    /// Bytes of a request's authority and path (with its query) together. Default: 16,384.
    pub target: usize,
    /// Bytes of content in total. Default: [`u64::MAX`], since a decoder keeps none. Whoever collects
    /// content should set what it can hold.
    pub content: u64,
    /// Bytes of padding, of which there are no more than of content in any case. Default:
    /// [`u64::MAX`].
    pub padding: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            section: 64 * 1024,
            lines: 256,
            informational: 16,
            method: 64,
            scheme: 64,
            target: 16 * 1024,
            content: u64::MAX,
            padding: u64::MAX,
        }
    }
}
