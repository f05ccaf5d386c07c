package writ.outcome_test

import data.writ_test as fixture

test_one_approval_satisfies_every_rule_that_asks if {
	outcome := fixture.judged(
		{
			fixture.asks("t.a", {"quorum": 2, "roles": ["finance", "legal", "risk"], "deadline_s": 7200}),
			fixture.asks("t.b", {"quorum": 1, "roles": ["risk", "legal"], "deadline_s": 60}),
		},
		{},
	)
	outcome.effect == "REQUIRE_APPROVAL"
	outcome.approval == {"quorum": 2, "roles": ["legal", "risk"], "deadline_s": 60}
	outcome.acknowledgement == "DURABLE"
}

test_rules_without_a_common_role_deny if {
	outcome := fixture.judged({fixture.asks("t.a", {"roles": ["a"]}), fixture.asks("t.b", {"roles": ["b"]})}, {})
	outcome.effect == "DENY"
	outcome.approval == null
	fixture.codes(outcome) == ["APPROVALS_INCOMPATIBLE", "SAID_BY_TEST", "SAID_BY_TEST"]
}

test_an_approval_that_says_not_whose_denies if {
	garbage := [
		{"quorum": 0},
		{"quorum": "1"},
		{"quorum": null},
		{"deadline_s": 0},
		{"deadline_s": "soon"},
		{"roles": []},
		{"roles": "finance"},
		{"roles": null},
	]
	every change in garbage {
		every rules in [{fixture.asks("t.a", change)}, {fixture.asks("t.a", change), _allow}] {
			outcome := fixture.judged(rules, {})
			outcome.effect == "DENY"
			outcome.approval == null
			outcome.rules[0].code == "APPROVALS_INCOMPATIBLE"
		}
	}
}

test_an_approval_rule_without_a_requirement_denies if {
	outcome := fixture.judged({fixture.rule("t.a", "APPROVAL", {})}, {})
	outcome.effect == "DENY"
	outcome.rules[0].code == "APPROVALS_INCOMPATIBLE"
}

test_an_approval_carries_obligations_and_raises_the_tier if {
	logged := {"id": "o", "type": "log", "params": {}}
	rule := object.union(fixture.asks("t.a", {}), {"obligations": [logged], "tier": "T2", "permit_ttl_s": 4})
	outcome := fixture.judged({rule}, {"supported_obligations": ["log"]})
	outcome.effect == "REQUIRE_APPROVAL"
	outcome.obligations == [logged]
	outcome.tier == "T2"
	outcome.permit_ttl_s == 4
}
