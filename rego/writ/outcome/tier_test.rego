package writ.outcome_test

import data.writ_test as fixture

# What a plain ALLOW gets on the item with one operation of the table and the environment.
_tier(operation, environment) := fixture.judged({_allow}, {
	"action": {"operations": [object.union_n([fixture.operation, {"resource_type": "thing"}, operation])]},
	"environment": environment,
}).tier

_production := {"name": "production", "asserted_by": "CATALOG", "claimed": ""}

test_the_tier_follows_verb_and_scope if {
	_tier({}, _production) == "T0"
	_tier({"verb": "CREATE"}, _production) == "T1"
	_tier({"verb": "UPDATE", "scope": "MANY"}, _production) == "T2"
	_tier({"verb": "DELETE", "scope": "ALL"}, _production) == "T3"
}

test_what_the_table_does_not_list_is_gravest if {
	_tier({"scope": "UNSPECIFIED"}, _production) == "T3"
	_tier({"verb": "DANCE"}, _production) == "T3"
}

test_a_resource_type_has_tiers_of_its_own if {
	patch := {"action": {"operations": [object.union(fixture.operation, {"resource_type": "thing"})]}}
	every level, tier in ["T0", "T1", "T2", "T3"] {
		outcome := fixture.judged({_allow}, patch) with data.settings as fixture.settings
			with data.settings.tiers.resources as {"thing": {"READ": {"SINGLE": level}}}
		outcome.tier == tier
	}
}

test_the_gravest_operation_counts if {
	operations := [
		object.union(fixture.operation, {"resource_type": "thing"}),
		object.union(fixture.operation, {"resource_type": "thing", "verb": "CREATE"}),
	]
	fixture.judged({_allow}, {"action": {"operations": operations}}).tier == "T1"
}

test_only_the_catalogs_word_on_the_environment_lowers_the_tier if {
	create := {"verb": "CREATE"}
	_tier(create, {"name": "sandbox", "asserted_by": "CATALOG", "claimed": ""}) == "T0"
	_tier(create, {"name": "sandbox", "asserted_by": "CATALOG", "claimed": "sandbox"}) == "T0"
	_tier(create, {"name": "sandbox", "asserted_by": "CATALOG", "claimed": "production"}) == "T1"
	_tier(create, {"name": "production", "asserted_by": "CATALOG", "claimed": "sandbox"}) == "T1"
	_tier(create, {"name": "sandbox", "asserted_by": "AGENT", "claimed": "sandbox"}) == "T1"
	_tier(create, {"name": "", "asserted_by": "UNSPECIFIED", "claimed": "sandbox"}) == "T1"
}

test_a_claimed_environment_raises_the_tier if {
	grave := {"nuclear": 2}
	claim := {"name": "production", "asserted_by": "AGENT", "claimed": "nuclear"}
	tier := _tier({"verb": "CREATE"}, claim) with data.settings as fixture.settings
		with data.settings.tiers.environments as grave
	tier == "T3"
}

test_a_tier_below_zero_is_zero if {
	_tier({}, {"name": "sandbox", "asserted_by": "CATALOG", "claimed": ""}) == "T0"
}

test_a_rule_raises_the_tier_and_never_lowers_it if {
	fixture.judged({fixture.rule("t.a", "ALLOW", {"tier": "T2"})}, {}).tier == "T2"
	patch := {"action": {"operations": [object.union(fixture.operation, {"verb": "DELETE", "resource_type": "thing"})]}}
	fixture.judged({fixture.rule("t.a", "ALLOW", {"tier": "T0"})}, patch).tier == "T2"
}

test_a_rule_shortens_the_permit_and_never_lengthens_it if {
	fixture.judged({fixture.rule("t.a", "ALLOW", {"permit_ttl_s": 3})}, {}).permit_ttl_s == 3
	fixture.judged({fixture.rule("t.a", "ALLOW", {"permit_ttl_s": 300})}, {}).permit_ttl_s == 30
	fixture.judged({fixture.rule("t.a", "ALLOW", {"permit_ttl_s": "3"})}, {}).permit_ttl_s == 30
}

test_the_score_raises_the_tier if {
	wanted := {59: "T0", 60: "T1", 74: "T1", 75: "T2", 89: "T2", 90: "T3", 100: "T3"}
	every score, tier in wanted {
		outcome := fixture.judged({_allow}, _all_signals(score))
		outcome.score == score
		outcome.tier == tier
	}
}

test_the_acknowledgement_is_durable_from_t2_on_and_for_approvals if {
	fixture.judged({_allow}, {}).acknowledgement == "SIGNED"
	fixture.judged({fixture.rule("t.a", "DENY", {})}, {}).acknowledgement == "SIGNED"
	fixture.judged({fixture.rule("t.a", "ALLOW", {"tier": "T2"})}, {}).acknowledgement == "DURABLE"
	fixture.judged({fixture.asks("t.a", {})}, {}).acknowledgement == "DURABLE"
}

_all_signals(score) := {"signals": {name: fixture.signal(score) |
	some name, _ in fixture.settings.risk.weights
}}
