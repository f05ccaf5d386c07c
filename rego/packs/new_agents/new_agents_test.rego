package packs.new_agents_test

import data.writ_test as fixture

_allow := {fixture.rule("t.allow", "ALLOW", {})}

_known := {"state": "OK", "new_agent": false, "new_version": false, "new_definition": false, "tool_known": true}

# What comes of the operation by an agent of this baseline when another pack allows it.
_done(operation, baseline) := fixture.among(
	_allow,
	object.union(
		fixture.one(object.union({"resource_type": "thing"}, operation)),
		{"baseline": object.union(_known, baseline)},
	),
)

_held_for(outcome, code) if {
	outcome.effect == "REQUIRE_APPROVAL"
	code in fixture.codes(outcome)
}

test_a_known_agent_does_what_it_is_allowed_to_do if {
	every verb in ["READ", "PAY", "ADMIN", "DELETE"] {
		_done({"verb": verb, "amount_minor": 4000000, "max_rows": 99999}, {}).effect == "ALLOW"
	}
}

test_without_behaviour_the_pack_is_silent if {
	outcome := fixture.among(_allow, fixture.one({"resource_type": "thing", "verb": "ADMIN"}))
	outcome.effect == "ALLOW"
}

test_a_new_agent_does_nothing_grave_alone if {
	_held_for(_done({"verb": "ADMIN"}, {"new_agent": true}), "AGENT_NEW")
	_done({"verb": "UPDATE"}, {"new_agent": true}).effect == "ALLOW"
}

test_an_agent_of_which_the_record_was_lost_is_new if {
	every state in ["NO_DATA", "UNSPECIFIED"] {
		_held_for(_done({"verb": "ADMIN"}, {"state": state}), "AGENT_NEW")
	}
}

test_a_new_agent_does_nothing_large_alone if {
	new := {"new_agent": true}
	large := "AGENT_NEW_ACTION_LARGE"
	_held_for(_done({"verb": "PAY", "amount_minor": 1000001}, new), large)
	_done({"verb": "PAY", "amount_minor": 1000000}, new).effect == "ALLOW"
	_held_for(_done({"verb": "READ", "max_rows": 10001}, new), large)
	_done({"verb": "READ", "max_rows": 10000}, new).effect == "ALLOW"
}

test_a_change_by_a_new_agent_without_a_bound_is_large if {
	unbounded := object.remove(object.union(fixture.operation, {"resource_type": "thing", "verb": "UPDATE"}), ["max_rows"])
	outcome := fixture.among(
		_allow,
		object.union(fixture.of([unbounded]), {"baseline": object.union(_known, {"new_agent": true})}),
	)
	_held_for(outcome, "AGENT_NEW_ACTION_LARGE")
}

test_a_new_version_of_a_known_agent_does_nothing_grave_alone if {
	every verb in ["PAY", "EXECUTE", "ADMIN", "DELETE"] {
		_held_for(_done({"verb": verb}, {"new_version": true}), "AGENT_VERSION_NEW")
	}
}

test_a_new_version_of_a_known_agent_does_the_rest if {
	_done({"verb": "UPDATE"}, {"new_version": true}).effect == "ALLOW"
}

test_a_tool_whose_definition_changed_changes_nothing_alone if {
	_held_for(_done({"verb": "UPDATE"}, {"new_definition": true}), "DEFINITION_NEW")
	_done({"verb": "READ"}, {"new_definition": true}).effect == "ALLOW"
	_done({"verb": "UPDATE"}, {"new_definition": true, "tool_known": false}).effect == "ALLOW"
}
