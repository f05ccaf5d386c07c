package writ.scopes_test

import data.writ.scopes
import data.writ_test as fixture

# The setting that the scopes give to the item changed by `patch`.
_given(declared, path, patch) := said if {
	said := scopes.given[path] with input as object.union(fixture.item, patch)
		with data.settings as object.union(_settings, {"scopes": declared})
}

_settings := {
	"risk": {
		"weights": {"threat_signals": 20},
		"floors": {"from": 80, "scores": {"threat_signals": 75}},
		"deny_from": 95,
	},
	"tiers": {"base": {"READ": {"SINGLE": 1}}, "environments": {"production": 0}, "from_score": {"T1": 60}},
	"permit_ttl_s": {"T0": 30},
	"acknowledgement": {"tiers": {"T0": "SIGNED"}},
	"packs": {"invoices": {
		"limits": {"rows_read": 100, "of": {"class": 4}},
		"demands": {"approved": false},
		"allowed": {"domains": ["a", "b", "c"]},
		"guarded": {"domains": ["x"]},
	}},
}

# Two scopes of the item, one by its unit and one by its role.
_two(unit_priority, unit_set, role_priority, role_set) := {
	"unit": {"finance": {"by_unit": {"priority": unit_priority, "set": unit_set}}},
	"role": {"billing-assistant": {"by_role": {"priority": role_priority, "set": role_set}}},
}

_rows(limit) := {"packs": {"invoices": {"limits": {"rows_read": limit}}}}

_path := ["packs", "invoices", "limits", "rows_read"]

test_the_scope_of_the_highest_priority_decides_whichever_way if {
	_given(_two(1, _rows(50), 2, _rows(500)), _path, {}) == {"value": 500, "base": 100, "scopes": ["by_role"]}
	_given(_two(2, _rows(50), 1, _rows(500)), _path, {}) == {"value": 50, "base": 100, "scopes": ["by_unit"]}
}

test_of_one_priority_the_stricter_value_decides if {
	_given(_two(1, _rows(50), 1, _rows(500)), _path, {}) == {"value": 50, "base": 100, "scopes": ["by_unit"]}
	_given(_two(1, _rows(50), 1, _rows(50)), _path, {}).scopes == ["by_role", "by_unit"]
}

test_a_scope_that_only_the_agent_vouches_for_makes_stricter_and_never_milder if {
	agent := {"agent": {"asserted_by": "AGENT"}}
	_given(_two(1, _rows(50), 9, _rows(500)), _path, agent) == {"value": 50, "base": 100, "scopes": ["by_unit"]}
	_given({"role": {"clerk": {"other": {"priority": 9, "set": _rows(7)}}}}, _path, agent).value == 7
	_given({"role": {"clerk": {"other": {"priority": 9, "set": _rows(700)}}}}, _path, agent) == {
		"value": 100,
		"base": 100,
		"scopes": [],
	}
}

test_every_setting_has_its_stricter_side if {
	# Path, a value that is stricter than what the organisation says, and one that is milder.
	cases := [
		[["risk", "weights", "threat_signals"], 40, 5],
		[["risk", "cap"], 100, 50],
		[["risk", "floors", "scores", "threat_signals"], 90, 10],
		[["risk", "floors", "from"], 60, 90],
		[["risk", "deny_from"], 70, 99],
		[["tiers", "base", "READ", "SINGLE"], 2, 0],
		[["tiers", "environments", "production"], 1, -1],
		[["tiers", "from_score", "T1"], 30, 70],
		[["permit_ttl_s", "T0"], 5, 300],
		[["acknowledgement", "tiers", "T0"], "DURABLE", "SIGNED"],
		[["packs", "invoices", "limits", "rows_read"], 10, 1000],
		[["packs", "invoices", "demands", "approved"], true, false],
		[["packs", "invoices", "allowed", "domains"], ["a"], ["a", "b", "c"]],
		[["packs", "invoices", "guarded", "domains"], ["x", "y"], ["x"]],
	]
	every case in cases {
		[path, strict, mild] := case
		both := _two(1, _set(path, strict), 1, _set(path, mild))
		_given(both, path, {}).value == strict
		_given(both, path, {"agent": {"asserted_by": "AGENT"}}).value == strict
		_given(_two(1, _set(path, strict), 2, _set(path, mild)), path, {}).value == mild
	}
}

# The tree that holds the value at the path.
_set(path, value) := json.patch(
	{},
	array.concat(
		[{"op": "add", "path": array.slice(path, 0, depth), "value": {}} | some depth in numbers.range(1, count(path) - 1)],
		[{"op": "add", "path": path, "value": value}],
	),
)

test_settings_of_every_depth_are_laid_over if {
	laid := scopes.settings with input as fixture.item
		with data.settings as object.union(_settings, {
			"alone": 1,
			"scopes": _two(
				1, {"risk": {"deny_from": 50, "floors": {"scores": {"threat_signals": 90}}}},
				1, {"packs": {"invoices": {"limits": {"of": {"class": 3}}}}},
			),
		})
	laid.alone == 1
	laid.risk.deny_from == 50
	laid.risk.cap == 100
	laid.risk.floors == {"from": 80, "scores": {"threat_signals": 90}}
	laid.tiers.from_score.T1 == 50
	laid.packs.invoices.limits == {"rows_read": 100, "of": {"class": 3}}
}
