package writ.scopes_test

import data.writ.scopes
import data.writ_test as fixture

# One scope `here` led by the dimension and value, with more in `match`.
_scope(dimension, value, match) := {dimension: {value: {"here": {"priority": 10, "match": match}}}}

_windows := {
	"always": [{"zone": "UTC", "days": ["Tuesday"], "from": 0, "until": 12}, {
		"zone": "UTC",
		"days": ["Tuesday"],
		"from": 12,
		"until": 24,
	}],
	"never": [{"zone": "UTC", "days": ["Monday"], "from": 0, "until": 24}],
}

# CERTAIN, POSSIBLE or NONE.
_holds(declared, patch) := said if {
	some scope in scopes.standing with input as object.union(fixture.item, patch)
		with data.settings as fixture.settings
		with data.settings.scopes as declared
		with data.settings.time_windows as _windows
	said := scope.standing
} else := "NONE"

_touched(declared, patch) := said if {
	said := scopes.touched with input as object.union(fixture.item, patch)
		with data.settings as fixture.settings
		with data.settings.scopes as declared
}

_by_agent := {"asserted_by": "AGENT"}

_operations(patches) := {"action": {"operations": [object.union(fixture.operation, patch) | some patch in patches]}}

# [leading dimension, its value, a patch of the item, what holds].
_cases := [
	["organisation", "example", {}, "CERTAIN"],
	["organisation", "other", {}, "NONE"],
	["agent", "billing-1", {}, "CERTAIN"],
	["agent", "billing-2", {"agent": _by_agent}, "NONE"],
	["unit", "finance", {}, "CERTAIN"],
	["unit", "sales", {}, "NONE"],
	["unit", "finance", {"agent": _by_agent}, "POSSIBLE"],
	["unit", "sales", {"agent": _by_agent}, "POSSIBLE"],
	["role", "billing-assistant", {}, "CERTAIN"],
	["role", "clerk", {}, "NONE"],
	["role", "clerk", {"agent": _by_agent}, "POSSIBLE"],
	["session", "s1", {"context": {"session_id": "s1", "asserted_by": "GATEWAY"}}, "CERTAIN"],
	["session", "s2", {"context": {"session_id": "s1", "asserted_by": "GATEWAY"}}, "NONE"],
	["session", "s2", {"context": {"session_id": "s1"}}, "POSSIBLE"],
	["environment", "production", {}, "CERTAIN"],
	["environment", "sandbox", {}, "NONE"],
	["environment", "production", {"environment": {"claimed": "production"}}, "CERTAIN"],
	["environment", "production", {"environment": {"claimed": "sandbox"}}, "POSSIBLE"],
	["environment", "sandbox", {"environment": {"claimed": "sandbox"}}, "POSSIBLE"],
	["environment", "sandbox", {"environment": {"name": "", "asserted_by": "AGENT"}}, "POSSIBLE"],
	["verb", "READ", {}, "CERTAIN"],
	["verb", "DELETE", {}, "NONE"],
	["verb", "READ", _operations([{}, {"verb": "DELETE"}]), "POSSIBLE"],
	["verb", "DELETE", _operations([{}, {"verb": "DELETE"}]), "POSSIBLE"],
	["verb", "READ", _operations([]), "NONE"],
	["resource_type", "invoice", {}, "CERTAIN"],
	["resource_type", "payment", {}, "NONE"],
	["resource_type", "payment", _operations([{"resource_type": ""}]), "POSSIBLE"],
	["resource_type", "payment", _operations([{}, {"resource_type": "payment"}]), "POSSIBLE"],
	["payload_class", "pii", {}, "NONE"],
	["payload_class", "pii", {"payload": {"state": "OK", "classes": ["phi"]}}, "NONE"],
	["payload_class", "pii", {"payload": {"state": "OK", "classes": ["phi", "pii"]}}, "POSSIBLE"],
	["payload_class", "pii", {"payload": {"state": "NO_DATA", "classes": []}}, "POSSIBLE"],
]

test_a_scope_holds_by_what_somebody_vouches_for_and_may_hold_by_the_rest if {
	every case in _cases {
		[dimension, value, patch, wanted] := case
		declared := _scope(dimension, value, {})
		_holds(declared, patch) == wanted
		_touched(declared, patch) == wanted != "NONE"
	}
}

test_a_scope_holds_where_all_of_its_conditions_hold if {
	_holds(_scope("unit", "finance", {"verb": ["DELETE", "READ"]}), {}) == "CERTAIN"
	_holds(_scope("unit", "finance", {"verb": ["DELETE"]}), {}) == "NONE"
	both := _scope("unit", "finance", {"role": ["billing-assistant"], "payload_class": ["pii"]})
	_holds(both, {"payload": {"state": "OK", "classes": ["pii"]}}) == "POSSIBLE"
}

test_a_time_window_holds_by_the_time_of_the_decision if {
	_holds(_scope("organisation", "example", {"time_window": ["never", "always"]}), {}) == "CERTAIN"
	_holds(_scope("organisation", "example", {"time_window": ["never"]}), {}) == "NONE"
	_holds(_scope("organisation", "example", {"time_window": ["always"]}), {"now_ms": 1749500000000}) == "NONE"
}

# A freeze whose times cannot be read must not end by that.
test_what_cannot_be_read_holds_possibly if {
	_holds(_scope("organisation", "example", {"verb": [], "role": ["clerk"]}), {}) == "NONE"
	hours := _windows.always[0]
	cases := [
		[object.union(hours, {"zone": "Mars/X"})],
		[object.union(hours, {"days": ["Tue"]})],
		[object.union(hours, {"from": "0"})],
		[object.remove(hours, ["until"])],
		hours,
	]
	every night in cases {
		said := _holds(_scope("organisation", "example", {"time_window": ["night"]}), {}) with _windows as {"night": night}
		said == "POSSIBLE"
	}
	every match in [{"time_window": ["noon"]}, {"verb": []}, {"verb": ["read"]}, {"verb": "READ"}, {"weather": ["fair"]}] {
		_holds(_scope("organisation", "example", match), {}) == "POSSIBLE"
	}
}

test_an_item_that_no_scope_names_is_judged_by_the_settings_alone if {
	_touched({}, {"agent": _by_agent}) == false
	_touched(_scope("unit", "sales", {}), {}) == false
}
