//! What holds for the calls to a part of the paths.

use alloc::{boxed::Box, vec::Vec};

use crate::{
    error::{Code, Error, Result},
    target::{decoded, is_canonical, without_query},
};

/// What holds for the calls to a route: given for a path and everything below it, see
/// [`Server::with_route`](super::Server::with_route). What is not set here is as on the route above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Route {
    streaming: Option<bool>,
    content_limit: Option<u64>,
    require_sealed: Option<RequireSealed>,
}

/// What becomes of requests that are not sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RequireSealed {
    /// They are passed on. The default.
    #[default]
    Off,
    /// They are passed on and counted, to see who still sends them before they are refused.
    Report,
    /// They are refused with a 403.
    On,
}

impl Route {
    /// Nothing is set. Where no route above sets it either, sealed calls are complete before they
    /// reach the handler, and plain ones reach it too.
    #[must_use]
    pub const fn new() -> Self {
        Self { streaming: None, content_limit: None, require_sealed: None }
    }

    /// Whether the handler is called as soon as the head of a call was opened, and gets the content
    /// as it arrives. It must then be ready for content that breaks off, and for being dropped with
    /// the connection. Without a limit of its own or from above such a route takes any amount.
    #[must_use]
    pub const fn streaming(self, streaming: bool) -> Self {
        Self { streaming: Some(streaming), ..self }
    }

    /// How many bytes of content a call may have. A call that was sealed in one piece is limited
    /// by the server's limits too, since it is held in memory.
    #[must_use]
    pub const fn content_limit(self, bytes: u64) -> Self {
        Self { content_limit: Some(bytes), ..self }
    }

    /// What becomes of requests to this route that are not sealed.
    #[must_use]
    pub const fn require_sealed(self, require_sealed: RequireSealed) -> Self {
        Self { require_sealed: Some(require_sealed), ..self }
    }

    pub(super) fn is_streaming(self) -> bool {
        self.streaming.unwrap_or_default()
    }

    fn plain(self) -> RequireSealed {
        self.require_sealed.unwrap_or_default()
    }

    /// This route, below another.
    fn below(self, above: Self) -> Self {
        Self {
            streaming: self.streaming.or(above.streaming),
            content_limit: self.content_limit.or(above.content_limit),
            require_sealed: self.require_sealed.or(above.require_sealed),
        }
    }

    /// What either of two rules demands.
    fn stricter(self, other: Self) -> Self {
        let limit = match (self.content_limit, other.content_limit) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self {
            streaming: Some(self.is_streaming() && other.is_streaming()),
            content_limit: limit,
            require_sealed: Some(self.plain().max(other.plain())),
        }
    }

    /// The content of a call in bytes at most, where the server's limits say `otherwise`.
    pub(super) fn limit_or(self, otherwise: u64) -> u64 {
        let unset = if self.is_streaming() { u64::MAX } else { otherwise };
        self.content_limit.unwrap_or(unset)
    }
}

/// The rules of a server, the longest path first.
#[derive(Debug, Default)]
pub(super) struct Routes(Vec<(Box<str>, Route)>);

impl Routes {
    pub(super) fn add(&mut self, path: &str, route: Route) -> Result<()> {
        const WRONG: Error = Error::new(
            Code::InvalidInput,
            "the path of a route is a canonical one, without patterns and parameters",
        );
        if !is_canonical(path) || path.contains(['?', '*', ';']) {
            return Err(WRONG);
        }
        let path = path.strip_suffix('/').unwrap_or(path);
        if self.0.iter().any(|(other, _)| decoded(other).eq(decoded(path))) {
            return Err(Error::new(Code::InvalidInput, "there is a rule for this path"));
        }
        self.0.push((path.into(), route));
        self.0.sort_by_key(|(path, _)| core::cmp::Reverse(decoded(path).count()));
        Ok(())
    }

    /// Whether it matters which path a call has.
    pub(super) fn depend_on_the_path(&self) -> bool {
        self.0.iter().any(|(path, _)| !path.is_empty())
    }

    /// What holds for this path: of the rules for it and for what is above it, the longest that says
    /// something. Where it depends on the router which rules hold, since some decode a path and cut
    /// parameters off and some do not, what the stricter says of each thing.
    pub(super) fn of(&self, path: &str) -> Route {
        let path = without_query(path);
        let as_it_is = self.all_of(|rule| {
            path.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        let resolved = self.all_of(|rule| {
            let mut rest = decoded(path);
            decoded(rule).all(|byte| rest.next() == Some(byte))
                && matches!(rest.next(), None | Some(b'/'))
        });
        as_it_is.stricter(resolved)
    }

    /// What the rules that hold say together, the longest first.
    fn all_of(&self, holds: impl Fn(&str) -> bool) -> Route {
        // The rule for all holds for `*` of OPTIONS too, which is below nothing else.
        let holding = self.0.iter().filter(|(rule, _)| rule.is_empty() || holds(rule));
        holding.fold(Route::new(), |route, (_, above)| route.below(*above))
    }

    /// What becomes of a plain request to `path`. One that could be taken for another is treated
    /// as the strictest rule says.
    pub(super) fn plain(&self, path: &str) -> RequireSealed {
        if self.depend_on_the_path() && !is_canonical(path) {
            let rules = self.0.iter().map(|(_, route)| route.plain());
            return rules.max().unwrap_or_default();
        }
        self.of(path).plain()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(rules: &[(&str, u64)]) -> Routes {
        let mut routes = Routes::default();
        for (path, limit) in rules {
            routes.add(path, Route::new().content_limit(*limit)).unwrap();
        }
        routes
    }

    #[test]
    fn the_longest_path_decides_and_ends_where_a_segment_does() {
        let routes = routes(&[("/", 1), ("/a/b", 3), ("/a", 2)]);
        for (path, limit) in
            [("/", 1), ("/a", 2), ("/a/", 2), ("/a/b?c", 3), ("/a/b/c", 3), ("/ab", 1), ("*", 1)]
        {
            assert_eq!(routes.of(path).limit_or(9), limit, "{path}");
        }
        assert!(routes.depend_on_the_path());
        assert!(!Routes::default().depend_on_the_path());
    }

    /// Whoever opens a route for streams below one that takes sealed calls only has not opened it for
    /// plain requests.
    #[test]
    fn what_a_rule_does_not_set_is_as_above() {
        let mut routes = Routes::default();
        let on = Route::new().require_sealed(RequireSealed::On);
        routes.add("/v1", on.content_limit(5)).unwrap();
        routes.add("/v1/upload", Route::new().streaming(true)).unwrap();
        routes.add("/v1/upload/big", Route::new().content_limit(50)).unwrap();
        routes.add("/v1/open", Route::new().require_sealed(RequireSealed::Off)).unwrap();
        for (path, streaming, limit, plain) in [
            ("/v1/a", false, 5, RequireSealed::On),
            ("/v1/upload/a", true, 5, RequireSealed::On),
            ("/v1/upload/big", true, 50, RequireSealed::On),
            ("/v1/open", false, 5, RequireSealed::Off),
            ("/v2", false, 9, RequireSealed::Off),
        ] {
            let route = routes.of(path);
            assert_eq!((route.is_streaming(), route.limit_or(9)), (streaming, limit), "{path}");
            assert_eq!(routes.plain(path), plain, "{path}");
        }
    }

    #[test]
    fn a_rule_is_for_a_canonical_path_and_stands_once() {
        let mut routes = routes(&[("/a", 1)]);
        for path in [
            "a", "", "//", "/a//", "/a//b", "/a/../b", "/a", "/a/", "/a?b", "/b/*", "/b/{id}",
            "/b;c", "/%61",
        ] {
            let error = routes.add(path, Route::new()).unwrap_err();
            assert_eq!(error.code(), Code::InvalidInput, "{path}");
        }
    }

    /// Some routers decode before they match, some cut parameters off, some do neither.
    #[test]
    fn spellings_of_one_path_get_the_stricter_rule() {
        let mut routes = Routes::default();
        let route = |rule| Route::new().require_sealed(rule);
        routes.add("/", route(RequireSealed::On)).unwrap();
        routes.add("/open", route(RequireSealed::Off).streaming(true)).unwrap();
        routes
            .add(
                "/open/keys:rotate",
                route(RequireSealed::Report).content_limit(5).streaming(false),
            )
            .unwrap();
        for (path, rule) in [
            ("/open", RequireSealed::Off),
            ("/open/x", RequireSealed::Off),
            ("/open;x", RequireSealed::On),
            ("/open;/x", RequireSealed::On),
            ("/open/x;y", RequireSealed::Off),
            ("/open/keys:rotate", RequireSealed::Report),
            ("/open/keys%3Arotate", RequireSealed::Report),
            ("/open/keys:rotate;x", RequireSealed::Report),
        ] {
            assert_eq!(routes.plain(path), rule, "{path}");
        }
        let odd = routes.of("/open/keys%3Arotate");
        assert_eq!((odd.is_streaming(), odd.limit_or(9)), (false, 5));
        assert!(routes.of("/open/x").is_streaming());
        // A rule that is written in another way is the same rule.
        assert!(routes.add("/open/keys%3Arotate", Route::new()).is_err());
    }

    #[test]
    fn the_limit_is_the_servers_unless_the_route_streams_or_has_its_own() {
        assert_eq!(Route::new().limit_or(9), 9);
        assert_eq!(Route::new().streaming(true).limit_or(9), u64::MAX);
        assert_eq!(Route::new().streaming(true).content_limit(5).limit_or(9), 5);
        assert_eq!(Route::new().content_limit(50).limit_or(9), 50);
    }

    #[test]
    fn a_path_that_could_be_another_gets_the_strictest_rule() {
        let mut routes = Routes::default();
        assert_eq!(routes.plain("/a//b"), RequireSealed::Off);
        let on = Route::new().require_sealed(RequireSealed::On);
        routes.add("/a", on).unwrap();
        assert_eq!(routes.plain("/a/b"), RequireSealed::On);
        assert_eq!(routes.plain("/b"), RequireSealed::Off);
        for path in ["//a", "/%61", "/b/../a", "/A/..;/a", "/a%2Fb"] {
            assert_eq!(routes.plain(path), RequireSealed::On, "{path}");
        }
    }
}
