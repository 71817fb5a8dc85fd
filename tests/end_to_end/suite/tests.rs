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
            outside {
                the_gateway_publishes_its_keys,
                other_methods_are_a_405_that_names_those_allowed,
                another_media_type_is_a_415,
                a_message_that_is_too_long_is_not_waited_for,
                a_message_in_one_piece_has_a_limit,
                the_gateway_is_no_path_of_the_app,
            }
            opening {
                fault_28_six_causes_of_a_failed_open_look_the_same,
                a_key_or_an_algorithm_that_is_not_there_is_told_apart,
            }
            refused {
                another_authority_is_a_sealed_421,
                a_route_limits_content,
                a_server_limits_content,
                where_a_path_decides_it_has_to_be_canonical,
                fault_19_oversized_heads_are_refused,
            }
            mirror {
                a_call_sent_to_its_own_path_is_handled,
                a_call_sent_to_another_path_is_a_sealed_400,
                a_query_outside_is_refused,
                keys_stay_at_the_gateway_and_calls_do_not_go_there,
                plain_requests_pass_a_mirror,
            }
            plain {
                a_route_that_takes_sealed_calls_only_refuses_plain_ones,
                off_is_the_default_and_passes,
                a_route_that_reports_plain_requests_counts_and_passes_them,
            }
            edge {
                a_client_cannot_speak_for_the_edge,
                trusted_fields_come_from_outside,
                sealwire_fields_of_a_call_do_not_reach_the_handler,
                a_plain_request_cannot_claim_to_be_sealed,
            }
            cors {
                a_page_that_is_listed_may_call,
                answers_and_problems_are_for_the_pages_that_are_listed,
                nobody_is_listed_unless_configured,
                a_mirror_answers_preflights_on_every_path,
            }
            limits {
                calls_beyond_those_that_may_be_opened_at_a_time_are_a_503,
                handlers_and_streams_take_no_place,
                an_answer_that_is_held_in_memory_has_a_limit,
                calls_beyond_the_memory_that_is_shared_are_a_503,
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
