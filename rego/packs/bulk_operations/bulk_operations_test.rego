package packs.bulk_operations_test

import data.writ_test as fixture

_allow := {fixture.rule("t.allow", "ALLOW", {})}

_done(operation, patch) := fixture.among(
	_allow,
	object.union(fixture.of([object.union(_unbounded, operation)]), patch),
)

# An operation on a thing whose rows nobody knows.
_unbounded := object.remove(object.union(fixture.operation, {"resource_type": "thing", "scope": "ALL"}), ["max_rows"])

_held_for(outcome, code) if {
	outcome.effect == "REQUIRE_APPROVAL"
	code in fixture.codes(outcome)
}

test_changing_many_records_or_nobody_knows_how_many_is_held if {
	every verb in ["UPDATE", "SEND", "ADMIN", "DELETE"] {
		_held_for(_done({"verb": verb}, {}), "ROWS_CHANGED_OVER_LIMIT")
		_held_for(_done({"verb": verb, "max_rows": 1001}, {}), "ROWS_CHANGED_OVER_LIMIT")
		_done({"verb": verb, "max_rows": 1000}, {}).effect == "ALLOW"
		_done({"verb": verb, "scope": "SINGLE"}, {}).effect == "ALLOW"
	}
}

test_reading_many_records_is_held if {
	_held_for(_done({"verb": "LIST", "max_rows": 100001}, {}), "ROWS_READ_OVER_LIMIT")
	_done({"verb": "LIST", "max_rows": 100000}, {}).effect == "ALLOW"
}

test_a_reading_without_a_bound_is_held_where_bounds_are_demanded if {
	_done({"verb": "READ"}, {}).effect == "ALLOW"
	every demand in [true, null] {
		outcome := _done({"verb": "READ"}, {}) with data.settings as fixture.settings
			with data.settings.packs.bulk_operations.demands.bounded_reads as demand
		_held_for(outcome, "ROWS_READ_OVER_LIMIT")
	}
}

test_moving_much_money_is_held if {
	_held_for(_done({"verb": "PAY", "amount_minor": 5000001}, {}), "AMOUNT_OVER_LIMIT")
	_done({"verb": "PAY", "amount_minor": 5000000}, {}).effect == "ALLOW"
}

test_a_payment_of_nobody_knows_how_much_is_held_where_amounts_are_demanded if {
	_done({"verb": "PAY"}, {}).effect == "ALLOW"
	outcome := _done({"verb": "PAY"}, {}) with data.settings as fixture.settings
		with data.settings.packs.bulk_operations.demands.known_amounts as true
	_held_for(outcome, "AMOUNT_OVER_LIMIT")
}

_track := {"state": "OK", "rows": 1000000, "amount_minor": 20000000, "bytes_sent": 104857600}

_totals(patch) := {"session": object.union(
	{"state": "OK", "session": _track, "agent": _track, "principal": _track},
	patch,
)}

test_what_adds_up_to_the_limit_is_allowed_and_reading_is_not_held if {
	_done({"verb": "PAY"}, _totals({})).effect == "ALLOW"
	_done({"verb": "READ"}, _totals({"agent": {"rows": 1000001}})).effect == "ALLOW"
}

test_what_adds_up_to_more_in_any_track_is_held if {
	every track in ["session", "agent", "principal"] {
		every measure in ["rows", "amount_minor", "bytes_sent"] {
			outcome := _done({"verb": "PAY"}, _totals({track: {measure: _track[measure] + 1}}))
			_held_for(outcome, "TOTAL_OVER_LIMIT")
			sprintf("bulk_operations.total_%v", [measure]) in fixture.ids(outcome)
		}
	}
}

test_totals_that_nobody_knows_are_over if {
	_held_for(_done({"verb": "PAY"}, _totals({"principal": {"state": "NO_DATA"}})), "TOTAL_OVER_LIMIT")
	_held_for(_done({"verb": "PAY"}, _totals({"agent": null})), "TOTAL_OVER_LIMIT")
}
