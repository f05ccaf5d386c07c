package writ.lib.counters_test

import data.writ.lib.counters

_with(change) := {"counters": {"rows": object.union(
	{"state": "OK", "value": 10, "committed": 7, "pending": 2, "amount": 1, "unbounded": false},
	change,
)}}

test_a_counter_is_within_its_limit_up_to_the_limit_itself if {
	counters.within("rows", 10) == true with input as _with({})
	counters.over("rows", 10) == false with input as _with({})
	counters.within("rows", 9) == false with input as _with({})
	counters.over("rows", 9) == true with input as _with({})
}

test_lost_data_an_amount_without_bound_and_garbage_are_over_every_limit if {
	changes := [
		{"state": "NO_DATA"},
		{"state": "UNSPECIFIED"},
		{"unbounded": true},
		{"unbounded": null},
		{"value": "1"},
		{"value": null},
	]
	every change in changes {
		counters.within("rows", 1000) == false with input as _with(change)
		counters.over("rows", 1000) == true with input as _with(change)
	}
}

test_an_undeclared_counter_and_a_limit_that_is_no_number_are_over if {
	counters.over("calls", 1000) == true with input as _with({})
	every limit in ["1000", null, [1000], {}] {
		counters.within("rows", limit) == false with input as _with({})
		counters.over("rows", limit) == true with input as _with({})
		counters.contended("rows", limit) == false with input as _with({})
	}
	every item in [{}, {"counters": null}, {"counters": []}, {"counters": {"rows": 7}}] {
		counters.over("rows", 1000) == true with input as item
		counters.unknown("rows") == true with input as item
		counters.contended("rows", 0) == false with input as item
	}
}

test_a_counter_is_unknown_unless_its_state_says_ok if {
	counters.unknown("rows") == false with input as _with({})
	counters.unknown("rows") == true with input as _with({"state": "NO_DATA"})
	counters.unknown("calls") == true with input as _with({})
}

test_contended_is_over_only_by_what_others_reserved if {
	counters.contended("rows", 9) == true with input as _with({})
	counters.contended("rows", 8) == true with input as _with({})
	counters.contended("rows", 7) == false with input as _with({})
	counters.contended("rows", 10) == false with input as _with({})
	counters.contended("rows", 9) == false with input as _with({"state": "NO_DATA"})
	counters.contended("rows", 9) == false with input as _with({"unbounded": true})
}
