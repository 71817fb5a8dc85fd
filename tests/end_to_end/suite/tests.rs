//! The list of the tests, and what makes `#[test]`s of them for a framework.

/// Every test of the suite but those about trailers, for this [`Framework`](super::Framework).
macro_rules! suite {
    ($framework:ty) => {
        $crate::suite::tests::suite_of! { $framework:
            calls {
                a_call_reaches_its_handler_and_the_answer_its_caller,
                the_answer_has_the_form_of_the_request,
                a_path_without_a_handler_is_a_sealed_404,
                head_and_204_have_no_content,
                megabytes_up_and_down,
                a_plain_request_passes_and_is_not_taken_for_sealed,
                sealwire_fields_of_an_answer_do_not_reach_the_caller,
            }
            streams {
                a_handler_that_streams_is_called_before_the_request_has_ended,
                a_handler_that_does_not_stream_waits_for_the_end,
                what_is_sent_comes_back_before_more_is_sent,
                an_event_arrives_before_the_next_one_is_made,
            }
            cut {
                fault_02_a_request_cut_anywhere_never_reaches_a_handler_that_waits,
                fault_02_a_handler_that_streams_sees_that_the_request_was_cut,
                fault_02_an_answer_ends_in_an_error_where_its_request_does,
                a_body_that_fails_is_no_answer,
                a_handler_that_panics_takes_no_other_call_with_it,
            }
        }
    };
}

/// The tests about trailers.
macro_rules! suite_of_trailers {
    ($framework:ty) => {
        $crate::suite::tests::suite_of! { $framework:
            trailers { trailers_go_both_ways, }
        }
    };
}

/// Makes a `#[test]` of each of these, for this framework. One that hangs fails.
macro_rules! suite_of {
    ($framework:ty: $($module:ident { $($name:ident,)* })*) => {
        $(mod $module {
            $(#[tokio::test]
            async fn $name() {
                let test = $crate::suite::$module::$name::<$framework>();
                let limit = std::time::Duration::from_secs(60);
                tokio::time::timeout(limit, test).await.expect("it hangs");
            })*
        })*
    };
}

pub(crate) use {suite, suite_of, suite_of_trailers};
