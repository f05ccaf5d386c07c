package writ.lib.facts_test

import data.writ.lib.facts
import data.writ_test as fixture

_key := ["billing-1", "7"]

_with(entries) := {"facts": {"assignment": {"entries": entries}}}

test_a_known_and_vouched_fact_holds_for_its_key_and_value if {
	facts.holds("assignment", _key, true) with input as fixture.item
	facts.holds("assignment", _key, false) == false with input as fixture.item
	facts.holds("assignment", ["billing-1", "8"], true) == false with input as fixture.item
	facts.holds("assignment", "7", true) == false with input as fixture.item
	facts.holds("severity", _key, true) == false with input as fixture.item
}

test_the_second_entry_counts_as_the_first if {
	other := object.union(fixture.serves, {"key": ["billing-1", "8"]})
	facts.holds("assignment", _key, true) with input as _with([other, fixture.serves])
	facts.holds("assignment", ["billing-1", "8"], true) with input as _with([other, fixture.serves])
}

test_a_fact_without_data_or_trust_does_not_hold_and_is_unknown if {
	every change in [{"state": "NO_DATA"}, {"state": "UNSPECIFIED"}, {"asserted_by": "AGENT"}] {
		item := _with([object.union(fixture.serves, change)])
		facts.holds("assignment", _key, true) == false with input as item
		facts.unknown("assignment", _key) == true with input as item
	}
}

test_entries_of_one_key_that_differ_hold_nothing if {
	item := _with([fixture.serves, object.union(fixture.serves, {"value": false})])
	facts.holds("assignment", _key, true) == false with input as item
	facts.holds("assignment", _key, false) == false with input as item
}

test_a_known_fact_is_not_unknown if {
	facts.unknown("assignment", _key) == false with input as fixture.item
	facts.unknown("assignment", ["billing-1", "8"]) == true with input as fixture.item
}

test_garbage_in_place_of_facts_holds_nothing if {
	every item in [{}, {"facts": null}, {"facts": {"assignment": "yes"}}, _with(["yes", null, {}])] {
		facts.holds("assignment", _key, true) == false with input as item
		facts.unknown("assignment", _key) == true with input as item
	}
}
