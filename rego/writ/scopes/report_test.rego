package writ.scopes_test

import data.writ.scopes
import data.writ_test as fixture

_problems(scope) := said if {
	said := scopes.problems with data.settings as fixture.settings
		with data.settings.scopes as {"unit": {"finance": {"here": scope}}}
		with data.settings.time_windows as _windows
		with data.settings.packs as {"theirs": {"guarded": {"never": ["phi"]}}}
		with data.packs as {"theirs": {"settings": {"guarded": {"never": "payload_class"}}}}
		with data.inspection as _inspection
		with data.catalog as {"clinic": {"tools": {"get": {"result": {"classes": ["phi"]}}}}}
}

# Whose packs guard nothing: what an organisation has inspected fails no test.
_whatever_is_found := object.union(object.remove(fixture.settings, ["packs"]), {"packs": {}})

_inspection := {"finance": {"rules": {
	"pan": {"kind": "DATA", "class": "payment_card"},
	"odd": {"kind": "THREAT", "class": "sql_injection"},
}}}

_whole := {"priority": 1, "match": {"verb": ["PAY"], "time_window": ["always"]}, "set": {"risk": {"deny_from": 80}}}

test_a_scope_that_is_whole_has_no_problem if {
	_problems(_whole) == set()
	_problems({"priority": 3}) == set()
}

test_a_scope_sets_within_the_range_of_the_setting if {
	said := scopes.problems with data.packs as {"invoices": {"settings": _of_invoices}}
		with data.settings as object.union(_settings, {"scopes": {"unit": {"finance": {"here": {
			"priority": 1,
			"set": {
				"risk": {"cap": 50},
				"permit_ttl_s": {"T0": 10},
				"tiers": {"base": {"READ": {"SINGLE": 3}}, "environments": {"production": -1}, "from_score": {"T1": 50}},
				"acknowledgement": {"tiers": {"T0": "DURABLE"}},
				"packs": {"invoices": {"limits": {"rows_read": 5, "of": {"class": 2}}}},
			},
		}}}}})
	said == set()
}

_of_invoices := {
	"limits": {"rows_read": "number", "of": {"class": "number"}},
	"demands": {"approved": "boolean"},
	"allowed": {"domains": "texts"},
	"guarded": {"domains": "texts"},
}

test_the_scopes_of_this_bundle_have_no_problem if {
	scopes.problems == set()
}

test_what_is_wrong_with_a_scope_is_said if {
	cases := [
		[{"priority": null}, "expected `priority` as a whole number from 1"],
		[{"priority": 0}, "expected `priority` as a whole number from 1"],
		[{"priority": 1.5}, "expected `priority` as a whole number from 1"],
		[{"match": {"weather": ["fair"]}}, "expected a dimension of scopes, got `weather`"],
		[{"match": {"verb": "PAY"}}, "expected a list of texts under `verb`"],
		[{"match": {"verb": [1]}}, "expected a list of texts under `verb`"],
		[{"match": {"time_window": ["noon"]}}, "expected a window of `time_windows`, got `noon`"],
		[{"match": {"verb": []}}, "expected at least one value under `verb`, got none"],
		[{"match": {"verb": ["pay"]}}, concat("", [
			"expected a verb (ADMIN, CREATE, DELETE, EXECUTE, LIST, PAY, READ, SEND, UNKNOWN, UPDATE), ",
			"got `pay`",
		])],
		[
			{"match": {"payload_class": ["phi", "cards"]}},
			"expected a payload_class (payment_card, phi, unclassified), got `cards`",
		],
		[{"sets": {}}, "expected `priority`, `match` and `set`, got `sets`"],
		[
			{"set": {"packs": {"theirs": {"guarded": {"never": ["creditcard"]}}}}},
			"`packs.theirs.guarded.never`: expected a payload_class (payment_card, phi, unclassified), got `creditcard`",
		],
	]
	every case in cases {
		[patch, problem] := case
		sprintf("scope `here`: %s", [problem]) in _problems(object.union(_whole, patch))
	}
	missing := _problems(object.remove(_whole, ["priority"]))
	missing == {"scope `here`: expected `priority` as a whole number from 1"}
}

test_a_scope_sets_what_scopes_may_set_within_its_range if {
	refused := {
		"callers": [],
		"risk": {"deny_from": 101, "cap": -1, "weights": {"luck": 5, "threat_signals": "20"}, "floors": {"from": null}},
		"tiers": {"base": {"READ": {"SINGLE": 101}}, "environments": {"production": -4}},
		"acknowledgement": {"tiers": {"T0": "NONE"}},
		"packs": {"invoices": {"approvals": 1}, "nobody": {"limits": {"rows": 1}}},
		"permit_ttl_s": {"T0": -1},
	}
	said := _problems(object.union(_whole, {"set": refused}))
	count(said) == 12
	every path in [
		"callers", "risk.deny_from", "risk.cap", "risk.weights.luck", "risk.weights.threat_signals", "risk.floors.from",
		"tiers.base.READ.SINGLE", "tiers.environments.production", "acknowledgement.tiers.T0",
		"packs.invoices.approvals", "packs.nobody.limits.rows", "permit_ttl_s.T0",
	] {
		some problem in said
		endswith(problem, sprintf("got `%s`", [path]))
	}
}

test_a_name_stands_at_one_place if {
	said := scopes.problems with data.packs as {}
		with data.settings as _whatever_is_found with data.settings.scopes as {
			"unit": {"finance": {"here": _whole}},
			"role": {"clerk": {"here": _whole}},
		}
		with data.settings.time_windows as _windows
	said == {"scope `here`: expected one place for each name, got several"}
}

test_a_time_window_is_a_list if {
	said := scopes.problems with data.packs as {}
		with data.settings as _whatever_is_found
		with data.settings.time_windows as {"night": {"zone": "UTC"}}
	said == {"time window `night`: expected a list of one or more hours"}
}

test_a_time_window_without_hours_would_never_hold if {
	said := scopes.problems with data.packs as {}
		with data.settings as _whatever_is_found with data.settings.time_windows as {"night": []}
	said == {"time window `night`: expected a list of one or more hours"}
}

# A level that was forgotten, or a list in place of a mapping, would declare a scope that never holds.
test_what_has_to_be_a_mapping_is_said if {
	cases := [
		[null, "`scopes`: expected a mapping, got null"],
		[[_whole], "`scopes`: expected a mapping, got array"],
		[{"unit": [_whole]}, "`scopes.unit`: expected a mapping, got array"],
		[{"unit": {"finance": null}}, "`scopes.unit.finance`: expected a mapping, got null"],
		[{"unit": {"finance": [_whole]}}, "`scopes.unit.finance`: expected a mapping, got array"],
		[{"unit": {"finance": _whole}}, "`scopes.unit.finance.priority`: expected a mapping, got number"],
		[{"unit": {"finance": {"here": "x"}}}, "`scopes.unit.finance.here`: expected a mapping, got string"],
		[
			{"unit": {"finance": {"here": object.union(_whole, {"match": null})}}},
			"`scopes.unit.finance.here.match`: expected a mapping, got null",
		],
		[
			{"unit": {"finance": {"here": object.union(_whole, {"set": []})}}},
			"`scopes.unit.finance.here.set`: expected a mapping, got array",
		],
	]
	every case in cases {
		[declared, problem] := case
		said := scopes.problems with data.packs as {}
			with data.settings as _whatever_is_found
			with data.settings.scopes as declared
			with data.settings.time_windows as _windows
		problem in said
	}
	said := scopes.problems with data.packs as {}
		with data.settings as _whatever_is_found with data.settings.time_windows as []
	said == {"`time_windows`: expected a mapping, got array"}
}

test_what_leads_a_scope_stands_in_no_condition if {
	said := _problems(object.union(_whole, {"match": {"unit": ["sales"]}}))
	said == {"scope `here`: expected no `unit` under `match`, by which it is led"}
}

test_hours_that_cannot_be_read_are_said if {
	said := scopes.problems with data.packs as {}
		with data.settings as _whatever_is_found
		with data.settings.time_windows as {"night": [{"zone": "UTC", "days": ["Monday"], "from": 0, "to": 6}]}
	said == {
		"time window `night`: expected `until` as a whole number from 1 to 24, got `null`",
		"time window `night`: expected `zone`, `days`, `from` and `until`, got `to`",
	}
}

test_without_inspection_rules_nobody_knows_the_data_classes if {
	said := scopes.problems with data.packs as {}
		with data.settings as _whatever_is_found
		with data.inspection as {}
		with data.settings.scopes as {"payload_class": {"cards": {"here": {"priority": 1}}}}
	said == set()
}

_conflicts(declared) := said if {
	said := scopes.conflicts with data.settings as fixture.settings
		with data.settings.scopes as declared
		with data.scoped_rules.rules as []
}

test_scopes_of_one_priority_that_may_hold_together_and_differ_are_reported if {
	conflict := "scopes `by_role` and `by_unit` of priority 1 differ on `packs.invoices.limits.rows_read`: 500 and 50"
	_conflicts(_two(1, _rows(50), 1, _rows(500))) == {conflict}
}

test_scopes_that_agree_or_have_an_order_or_never_meet_are_no_conflict if {
	_conflicts(_two(1, _rows(50), 2, _rows(500))) == set()
	_conflicts(_two(1, _rows(50), 1, _rows(50))) == set()
	_conflicts(_two(1, _rows(50), 1, {"risk": {"deny_from": 50}})) == set()
	_conflicts({"unit": {
		"finance": {"a": {"priority": 1, "set": _rows(50)}},
		"sales": {"b": {"priority": 1, "set": _rows(500)}},
	}}) == set()
}

_scoped(id, outcome, scope) := {"pack": "invoices", "id": id, "outcome": outcome, "scope": scope}

_rule_conflicts(declared, rules) := said if {
	said := scopes.conflicts with data.settings as fixture.settings
		with data.settings.scopes as declared
		with data.scoped_rules.rules as rules
}

test_rules_of_scopes_that_may_hold_together_and_come_to_different_outcomes_are_reported if {
	rules := [_scoped("invoices.b", "ALLOW", "by_unit"), _scoped("invoices.a", "APPROVAL", "by_role")]
	said := _rule_conflicts(_two(1, {}, 1, {}), rules)
	said == {concat(" ", [
		"rules `invoices.a` (APPROVAL) and `invoices.b` (ALLOW)",
		"of scopes `by_role` and `by_unit`, both of priority 1, may both apply",
	])}
}

test_rules_that_agree_or_have_an_order_or_belong_to_others_are_no_conflict if {
	held := _scoped("invoices.a", "APPROVAL", "by_role")
	allowed := _scoped("invoices.b", "ALLOW", "by_unit")
	_rule_conflicts(_two(1, {}, 2, {}), [held, allowed]) == set()
	_rule_conflicts(_two(1, {}, 1, {}), [held, object.union(allowed, {"outcome": "APPROVAL"})]) == set()
	_rule_conflicts(_two(1, {}, 1, {}), [held, object.union(allowed, {"pack": "other"})]) == set()
	_rule_conflicts(_two(1, {}, 1, {}), [held, object.union(allowed, {"scope": "by_role"})]) == set()
	_rule_conflicts(_two(1, {}, 1, {}), [held, object.union(allowed, {"scope": "nowhere"})]) == set()
}

test_the_report_holds_problems_and_conflicts if {
	report := scopes.report with data.packs as {}
		with data.settings as _whatever_is_found
		with data.settings.scopes as {}
	object.remove(report, ["warnings"]) == {"problems": set(), "conflicts": set()}
	is_set(report.warnings)
}

_moves(amount) := {"bank": {"tools": {"pay": {"verb": "PAY", "amount": amount}}}}

_warned(catalog, behaviour) := said if {
	said := scopes.warnings with data.catalog as catalog with data.settings.behaviour as behaviour
}

test_money_without_a_rate_is_warned_of if {
	yen := _moves({"path": "amount", "exponent": 0, "currency": "JPY"})
	said := concat(" ", [
		"catalog `bank.tools.pay` moves JPY,",
		"for which `behaviour.rates_bp` has no rate: counted one to one with EUR",
	])
	_warned(yen, {"zone": "UTC", "currency": "EUR"}) == {said}
	_warned(yen, {"zone": "UTC", "currency": "EUR", "rates_bp": {"USD": 9300}}) == {said}
	_warned(yen, {"zone": "UTC", "currency": "EUR", "rates_bp": {"JPY": 62}}) == set()
	_warned(yen, {"zone": "UTC", "currency": "JPY"}) == set()
}

test_money_of_which_the_call_says_the_currency_or_that_nobody_adds_up_is_not_warned_of if {
	ours := {"zone": "UTC", "currency": "EUR"}
	_warned(_moves({"path": "amount", "exponent": 2, "currency_path": "currency"}), ours) == set()
	every behaviour in [null, {"zone": "UTC"}] {
		_warned(_moves({"path": "amount", "exponent": 0, "currency": "JPY"}), behaviour) == set()
	}
}
