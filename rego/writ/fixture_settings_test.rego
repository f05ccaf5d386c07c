# The settings that the tests of library and packs run with, so that none of them fails by what an organisation sets.
package writ_test

# In a test `with data.settings as fixture.settings with data.settings.risk.cap as 50` changes one of them: what is so marked
# stays as it is on the way through the functions of the fixture.
settings := data.settings if {
	data.settings.defer.of_tests
} else := object.union(_reference, {"scopes": _scopes_of_nobody, "packs": _other_packs})

# The scopes of a test, beside those that rules of the organisation may name: here these hold for nobody.
scopes(given) := object.union(given, _scopes_of_nobody)

# Packs of the organisation keep their settings: their rules look at the items of the tests as well.
_other_packs[name] := own if {
	some name, own in data.settings.packs
	not _of_packs[name]
}

_scopes_of_nobody := {} if {
	count(_scopes_declared) == 0
} else := {"organisation": {"nobody": _scopes_declared}}

_scopes_declared[name] := {"priority": scope.priority} if some name, scope in data.writ.scopes.declared

test_what_an_organisation_sets_changes_no_test_but_of_its_own_packs if {
	theirs := {
		"risk": {"cap": 1, "deny_from": 2},
		"scopes": scopes({"unit": {"finance": {"of_test": {"priority": 20, "set": {"risk": {"deny_from": 1}}}}}}),
		"packs": {"invoices": {"limits": {"rows_read": 5}}, "theirs": {"limits": {"rows": 7}}},
	}
	ours := settings with data.settings as theirs
	ours.scopes.organisation.nobody.of_test == {"priority": 20}
	ours.packs == object.union(_of_packs, {"theirs": {"limits": {"rows": 7}}})
	object.remove(ours, ["scopes", "packs"]) == object.remove(_reference, ["scopes", "packs"])
	outcome := judged({allow}, {}) with data.settings as theirs
	outcome.effect == "ALLOW"
}

_reference := {
	"severity": ["READ", "DELETE"],
	"action_severity": {"verbs": {"READ": 5}},
	"environments": {"production": 60},
	"finding_scores": {"ARGUMENT_NOT_MAPPED": 40, "URL_AMBIGUOUS": 70, "VALUE_NOT_FOLDED": 30},
	"risk": _risk,
	"tiers": _tiers,
	"acknowledgement": {
		"tiers": {"T0": "SIGNED", "T1": "SIGNED", "T2": "DURABLE", "T3": "DURABLE"},
		"effects": {
			"ALLOW": "SIGNED",
			"TRANSFORM": "SIGNED",
			"DENY": "SIGNED",
			"DEFER": "SIGNED",
			"REQUIRE_APPROVAL": "DURABLE",
		},
	},
	"permit_ttl_s": {"T0": 30, "T1": 30, "T2": 15, "T3": 5},
	"exclusive_obligations": [],
	"scopes": {},
	"time_windows": {},
	"defer": {"max_wait_s": 300, "max_depth": 8, "of_tests": true},
	"behaviour": {"zone": "UTC", "currency": "EUR"},
	"sequences": {},
	"counters": {},
	"facts": {},
	"feeds": [],
	"subjects": [],
	"callers": [],
	"packs": _of_packs,
}

_risk := {
	"weights": {
		"action_severity": 25,
		"payload_sensitivity": 15,
		"temporal_deviation": 5,
		"environmental_context": 15,
		"baseline_deviation": 10,
		"cross_request_correlation": 10,
		"threat_signals": 20,
	},
	"no_data": {
		"action_severity": 100,
		"payload_sensitivity": 100,
		"temporal_deviation": 100,
		"environmental_context": 100,
		"baseline_deviation": 100,
		"cross_request_correlation": 100,
	},
	"floors": {"from": 80, "scores": {"threat_signals": 75, "cross_request_correlation": 60}},
	"deny_from": 95,
}

_tiers := {
	"base": {
		"READ": {"SINGLE": 0, "MANY": 1, "ALL": 1},
		"LIST": {"SINGLE": 0, "MANY": 1, "ALL": 1},
		"CREATE": {"SINGLE": 1, "MANY": 1, "ALL": 2},
		"UPDATE": {"SINGLE": 1, "MANY": 2, "ALL": 3},
		"DELETE": {"SINGLE": 2, "MANY": 2, "ALL": 3},
	},
	"resources": {"invoice": {
		"READ": {"SINGLE": 0, "MANY": 1, "ALL": 1},
		"LIST": {"SINGLE": 0, "MANY": 1, "ALL": 1},
		"UPDATE": {"SINGLE": 1, "MANY": 1, "ALL": 2},
		"DELETE": {"SINGLE": 2, "MANY": 2, "ALL": 3},
	}},
	"environments": {"": 0, "sandbox": -1, "development": -1, "staging": 0, "production": 0},
	"from_score": {"T1": 60, "T2": 75, "T3": 90},
}

_of_packs := {
	"bulk_operations": {
		"limits": {
			"rows_changed": 1000,
			"rows_read": 100000,
			"amount_minor": 5000000,
			"total": {"rows": 1000000, "amount_minor": 20000000, "bytes_sent": 104857600},
			"same_payment": 1,
			"baseline_deviation": 99,
			"times_usual": 10,
		},
		"guarded": {"unusual": ["PAY", "ADMIN", "DELETE"]},
		"demands": {"bounded_reads": false, "known_amounts": false},
	},
	"data_protection": {"guarded": {
		"denied": ["credential"],
		"held": ["government_id", "payment_card", "phi"],
		"redacted": [],
		"read": [],
	}},
	"invoices": {"limits": {"rows_read": 10000, "status_updates_month": 1000}},
	"new_agents": {
		"guarded": {"new_agent": ["ADMIN"], "new_version": ["PAY", "EXECUTE", "ADMIN", "DELETE"]},
		"limits": {"amount_minor": 1000000, "rows": 10000},
	},
	"operating_hours": {"demands": {"closed": false, "frozen": false}},
}
