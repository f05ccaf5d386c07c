package packs.operating_hours_test

import data.writ_test as fixture

_allow := {"matched": {fixture.rule("t.allow", "ALLOW", {})}}

# With the hours of the organisation unless the test has others.
_done_within_hours(verb) := outcome if {
	outcome := data.writ.decision with input as fixture.one({"verb": verb, "resource_type": "thing"})
		with data.packs.test as _allow
		with data.settings as fixture.settings
}

_done(verb) := outcome if {
	outcome := _done_within_hours(verb) with data.packs.operating_hours.hours as []
}

_changes := ["CREATE", "UPDATE", "SEND", "PAY", "EXECUTE", "ADMIN", "DELETE"]

test_without_hours_it_is_always_open if {
	every verb in _changes {
		_done(verb).effect == "ALLOW"
	}
}

# The fixture's time is a Tuesday, 14:30 UTC.
test_changes_are_held_out_of_hours_and_reading_is_not if {
	monday := [{"zone": "UTC", "days": ["Monday"], "from": 0, "until": 24}]
	every verb in _changes {
		outcome := _done_within_hours(verb) with data.packs.operating_hours.hours as monday
		outcome.effect == "REQUIRE_APPROVAL"
		"OUT_OF_HOURS" in fixture.codes(outcome)
	}
	reading := _done_within_hours("READ") with data.packs.operating_hours.hours as monday
	reading.effect == "ALLOW"
}

test_one_of_several_hours_is_enough if {
	outcome := _done_within_hours("UPDATE") with data.packs.operating_hours.hours as [
		{"zone": "UTC", "days": ["Monday"], "from": 0, "until": 24},
		{"zone": "Europe/Berlin", "days": ["Tuesday"], "from": 16, "until": 17},
	]
	outcome.effect == "ALLOW"
}

test_hours_that_nobody_understands_are_closed if {
	outcome := _done_within_hours("UPDATE") with data.packs.operating_hours.hours as [{"zone": "Atlantis"}]
	outcome.effect == "REQUIRE_APPROVAL"
}

test_a_scope_closes_or_freezes_a_window if {
	scopes := {"unit": {"finance": {"night": {
		"priority": 10,
		"match": {"time_window": ["now"]},
		"set": {"packs": {"operating_hours": {"demands": {"frozen": true}}}},
	}}}}
	windows := {"now": [{"zone": "UTC", "days": ["Tuesday"], "from": 14, "until": 15}]}
	frozen := _done("UPDATE") with data.settings as fixture.settings
		with data.settings.scopes as fixture.scopes(scopes)
		with data.settings.time_windows as windows
	frozen.effect == "DENY"
	frozen.rules[0].code == "CHANGES_FROZEN"
	later := {"now": [{"zone": "UTC", "days": ["Tuesday"], "from": 15, "until": 16}]}
	open := _done("UPDATE") with data.settings as fixture.settings
		with data.settings.scopes as fixture.scopes(scopes)
		with data.settings.time_windows as later
	open.effect == "ALLOW"
}

test_a_setting_that_is_missing_or_no_truth_value_closes if {
	every demands in [{}, {"closed": null, "frozen": "no"}, {"closed": false}] {
		outcome := _done("UPDATE") with data.settings as fixture.settings
			with data.settings.packs.operating_hours.demands as demands
		outcome.effect == "DENY"
	}
	held := _done("UPDATE") with data.settings as fixture.settings
		with data.settings.packs.operating_hours.demands as {"frozen": false}
	held.effect == "REQUIRE_APPROVAL"
}
