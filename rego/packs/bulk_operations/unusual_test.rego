package packs.bulk_operations_test

import data.writ_test as fixture

_usual := {"state": "OK", "new_agent": false, "new_version": false, "new_definition": false, "deviations": []}

# What comes of a verb whose deviation from the baseline is so many points.
_deviating(verb, points, baseline) := _done(
	{"verb": verb, "scope": "SINGLE", "max_rows": 1},
	{
		"signals": {"baseline_deviation": fixture.signal(points)},
		"baseline": object.union(_usual, baseline),
	},
)

_times(measure, value, mean) := {"of": "agent", "measure": measure, "value": value, "mean": mean, "deviation_centi": 9000}

test_what_is_far_from_usual_is_held_where_it_is_grave if {
	every verb in ["PAY", "ADMIN", "DELETE"] {
		_held_for(_deviating(verb, 100, {}), "ACTION_UNUSUAL")
		_deviating(verb, 99, {}).effect == "ALLOW"
	}
	every verb in ["READ", "LIST", "CREATE", "UPDATE", "SEND"] {
		_deviating(verb, 100, {}).effect == "ALLOW"
	}
}

test_a_deviation_that_was_lost_counts_as_the_highest if {
	# Of an agent whose baseline is gone the decision point says NO_DATA, and that it is not new.
	gone := {"state": "NO_DATA", "new_version": true, "new_definition": true}
	every baseline in [_usual, object.union(_usual, gone)] {
		lost := {"signals": {"baseline_deviation": fixture.no_signal}, "baseline": baseline}
		_held_for(_done({"verb": "PAY"}, lost), "ACTION_UNUSUAL")
		_held_for(_deviating("PAY", 100, baseline), "ACTION_UNUSUAL")
	}
}

test_a_new_agent_is_new_in_everything if {
	_deviating("PAY", 100, {"new_agent": true}).effect == "ALLOW"
	_done({"verb": "PAY"}, {"signals": {"baseline_deviation": fixture.signal(100)}}).effect == "ALLOW"
}

test_many_times_what_is_usual_is_held_of_new_agents_too if {
	every measure in ["amount", "rows"] {
		_held_for(_deviating("PAY", 50, {"new_agent": true, "deviations": [_times(measure, 1001, 100)]}), "ACTION_UNUSUAL")
		_deviating("PAY", 50, {"new_agent": true, "deviations": [_times(measure, 1000, 100)]}).effect == "ALLOW"
	}
}

test_what_is_usual_for_the_role_is_not_far if {
	excused := [_times("amount", 5000, 100), object.union(_times("amount", 5000, 4000), {"of": "role"})]
	_deviating("PAY", 50, {"new_agent": true, "deviations": excused}).effect == "ALLOW"
}

test_long_arguments_are_no_measure_of_what_is_moved if {
	_deviating("PAY", 50, {"deviations": [_times("bytes", 5000, 100)]}).effect == "ALLOW"
}

test_an_organisation_says_what_is_far if {
	outcome := _deviating("UPDATE", 60, {}) with data.settings as fixture.settings
		with data.settings.packs.bulk_operations.limits.baseline_deviation as 59
		with data.settings.packs.bulk_operations.guarded.unusual as ["UPDATE"]
	_held_for(outcome, "ACTION_UNUSUAL")
}
