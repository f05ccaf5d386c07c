package packs.data_protection_test

import data.writ_test as fixture

_allow := {fixture.rule("t.allow", "ALLOW", {})}

# A sending to the destinations that another pack allows, changed by `patch`.
_sent(destinations, patch) := outcome if {
	sending := object.union(
		fixture.one({
			"verb": "SEND",
			"resource_type": "thing",
			"destinations": destinations,
		}),
		patch,
	)
	outcome := fixture.among(_allow, sending)
}

_outside := [{"kind": "email", "value": "a@example.net", "external": true}]

_inside := [{"kind": "email", "value": "a@example.com", "external": false}]

_holds(classes) := {"payload": {"state": "OK", "classes": classes, "threats": [], "findings": []}}

_codes(outcome) := {code | some code in fixture.codes(outcome)} - {"SAID_BY_TEST"}

test_what_holds_nothing_guarded_leaves if {
	_sent(_outside, {}).effect == "ALLOW"
	_sent(_outside, _holds(["pii"])).effect == "ALLOW"
}

test_credentials_never_leave if {
	outcome := _sent(_outside, _holds(["credential", "phi", "pii"]))
	outcome.effect == "DENY"
	_codes(outcome) == {"DATA_MUST_NOT_LEAVE", "DATA_LEAVES"}
	outcome.rules[0].message == "the arguments hold credential, and a destination is outside"
}

test_guarded_data_leaves_when_somebody_approves if {
	every class in ["government_id", "payment_card", "phi"] {
		outcome := _sent(_outside, _holds([class]))
		outcome.effect == "REQUIRE_APPROVAL"
		outcome.approval.roles == ["data-protection-officer", "finance-manager"]
	}
}

test_inside_the_trust_boundary_data_goes_where_it_is_allowed if {
	every class in ["credential", "phi"] {
		_sent(_inside, _holds([class])).effect == "ALLOW"
	}
}

test_one_destination_outside_is_enough_and_a_sending_to_nowhere_is_outside if {
	_sent(array.concat(_inside, _outside), _holds(["credential"])).effect == "DENY"
	_sent([{"kind": "email", "value": "a@example.com"}], _holds(["credential"])).effect == "DENY"
	_sent([], _holds(["credential"])).effect == "DENY"
}

test_a_class_that_is_taken_out_leaves_redacted if {
	outcome := _sent(_outside, _holds(["phi", "pii"])) with data.settings as fixture.settings
		with data.settings.packs.data_protection.guarded as {
			"denied": [],
			"held": [],
			"redacted": ["phi", "credential"],
			"read": [],
		}
	outcome.effect == "TRANSFORM"
	outcome.transforms == [{"id": "data_protection.redact", "type": "redact", "params": {"classes": ["phi"]}}]
}

test_what_could_not_be_inspected_does_not_leave if {
	every state in ["NO_DATA", "UNSPECIFIED"] {
		cut := {"payload": {"state": state, "classes": [], "threats": []}}
		outcome := _sent(_outside, cut)
		outcome.effect == "DENY"
		"PAYLOAD_NOT_INSPECTED" in _codes(outcome)
		not "PAYLOAD_NOT_INSPECTED" in _codes(_sent(_inside, cut))
	}
}

test_the_pack_allows_nothing_itself if {
	sending := object.union(
		fixture.one({"verb": "SEND", "resource_type": "thing", "destinations": _outside}),
		_holds(["phi"]),
	)
	outcome := fixture.decided(sending)
	outcome.effect == "DENY"
}

_track := {"state": "OK", "classes": [], "rows": 1, "amount_minor": 0, "bytes_sent": 1}

_read(state, classes) := {"session": {
	"state": state,
	"session": _track,
	"agent": object.union(_track, {"classes": classes}),
	"principal": _track,
}}

_with_reading(destinations, patch) := outcome if {
	outcome := _sent(destinations, patch) with data.settings as fixture.settings
		with data.settings.packs.data_protection.guarded.read as ["phi"]
}

test_after_guarded_data_was_read_what_leaves_is_held if {
	_with_reading(_outside, _read("OK", ["phi"])).effect == "REQUIRE_APPROVAL"
	_with_reading(_outside, _read("OK", ["pii"])).effect == "ALLOW"
	_with_reading(_inside, _read("OK", ["phi"])).effect == "ALLOW"
	_with_reading(_outside, {}).effect == "ALLOW"
	_sent(_outside, _read("OK", ["phi"])).effect == "ALLOW"
}

test_a_reading_that_nobody_remembers_counts_as_guarded if {
	_with_reading(_outside, _read("NO_DATA", [])).effect == "REQUIRE_APPROVAL"
	lost := object.union(_read("OK", []), {"session": {"agent": {"state": "NO_DATA"}}})
	_with_reading(_outside, lost).effect == "REQUIRE_APPROVAL"
}
