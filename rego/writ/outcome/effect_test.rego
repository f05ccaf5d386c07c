package writ.outcome_test

import data.writ_test as fixture

_allow := fixture.rule("t.allow", "ALLOW", {})

_transforms(id, transforms) := fixture.rule(id, "TRANSFORM", {"transforms": transforms})

_redact(id, pointer) := {"id": id, "type": "redact", "params": {"pointer": pointer}}

test_without_a_rule_the_answer_is_deny if {
	outcome := fixture.judged(set(), {})
	outcome.effect == "DENY"
	fixture.codes(outcome) == ["NO_RULE_MATCHED"]
	outcome.rules[0].outcome == "DEFAULT"
}

test_the_effect_of_each_outcome_alone if {
	wanted := {"FORBID": "DENY", "SEQUENCE": "DENY", "DEFER": "DEFER", "DENY": "DENY", "ALLOW": "ALLOW"}
	every said, effect in wanted {
		outcome := fixture.judged({fixture.rule("t.one", said, {})}, {})
		outcome.effect == effect
		fixture.ids(outcome) == ["t.one"]
	}
}

test_an_approval_alone_asks_as_the_rule_says if {
	outcome := fixture.judged({fixture.asks("t.ask", {"roles": ["b", "a", "b"]})}, {})
	outcome.effect == "REQUIRE_APPROVAL"
	outcome.approval == {"quorum": 1, "roles": ["a", "b"], "deadline_s": 3600}
}

test_the_plain_way_and_the_general_way_say_the_same if {
	every said in ["FORBID", "SEQUENCE", "DEFER", "DENY", "ALLOW", "APPROVAL"] {
		more := object.filter({"approval": fixture.approval}, {name | name := "approval"; said == "APPROVAL"})
		plain := fixture.judged({fixture.rule("t.one", said, more)}, {})
		general := fixture.judged({fixture.rule("t.one", said, object.union(more, {"advice": []}))}, {})
		plain == general
	}
}

test_a_rule_whose_fields_are_as_many_but_others_is_malformed if {
	every name in ["id", "code", "message", "remediation"] {
		odd := object.union(object.remove(_allow, [name]), {"other": "x"})
		fixture.codes(fixture.judged({odd}, {})) == ["RULE_MALFORMED"]
	}
}

test_stronger_rules_have_the_word_in_the_order_of_precedence if {
	order := [
		fixture.rule("t.z_forbid", "FORBID", {}),
		fixture.rule("t.y_sequence", "SEQUENCE", {}),
		fixture.rule("t.x_defer", "DEFER", {}),
		fixture.rule("t.w_deny", "DENY", {}),
		fixture.asks("t.v_ask", {}),
		_transforms("t.u_transform", [_redact("o", "/a")]),
		fixture.rule("t.t_allow", "ALLOW", {}),
	]
	effects := ["DENY", "DENY", "DEFER", "DENY", "REQUIRE_APPROVAL", "TRANSFORM", "ALLOW"]
	every first, effect in effects {
		outcome := fixture.judged({rule | some rule in array.slice(order, first, 7)}, {})
		outcome.effect == effect
		fixture.ids(outcome) == [rule.id | some rule in array.slice(order, first, 7)]
	}
}

test_rules_of_one_rank_stand_in_the_order_of_their_ids if {
	outcome := fixture.judged({fixture.rule("t.b", "ALLOW", {}), fixture.rule("t.a", "ALLOW", {})}, {})
	outcome.effect == "ALLOW"
	fixture.ids(outcome) == ["t.a", "t.b"]
}

test_defer_holds_also_when_nothing_grants if {
	outcome := fixture.judged({fixture.rule("t.defer", "DEFER", {}), fixture.rule("t.deny", "DENY", {})}, {})
	outcome.effect == "DEFER"
	fixture.ids(outcome) == ["t.defer", "t.deny"]
}

test_a_transform_alone_grants_nothing if {
	outcome := fixture.judged({_transforms("t.transform", [_redact("o", "/a")])}, {})
	outcome.effect == "DENY"
	outcome.transforms == []
	fixture.ids(outcome) == ["t.transform", "writ.default"]
}

test_a_transform_changes_what_another_rule_allows if {
	outcome := fixture.judged({_allow, _transforms("t.transform", [_redact("o", "/a")])}, {})
	outcome.effect == "TRANSFORM"
	outcome.transforms == [_redact("o", "/a")]
}

test_a_transform_rule_without_transforms_is_an_allow_with_its_obligations if {
	logged := {"id": "o", "type": "log", "params": {}}
	rule := fixture.rule("t.transform", "TRANSFORM", {"transforms": [], "obligations": [logged]})
	outcome := fixture.judged({_allow, rule}, {"supported_obligations": ["log"]})
	outcome.effect == "ALLOW"
	outcome.transforms == []
	outcome.obligations == [logged]
}

# What rules of `fixture_pack_test.rego` look at.
_covered := object.union(fixture.operation, {"resource_type": "of_writ"})

test_every_operation_must_be_covered if {
	other := object.union(fixture.operation, {"resource_type": "thing"})
	every operations in [[_covered, other], [other, _covered]] {
		outcome := fixture.decided(fixture.of(operations))
		outcome.effect == "DENY"
		fixture.ids(outcome) == ["of_writ.read", "writ.default"]
	}
}

test_several_covered_operations_are_allowed if {
	other := object.union(_covered, {"resource_ids": ["42"]})
	outcome := fixture.decided(fixture.of([_covered, other]))
	outcome.effect == "ALLOW"
	fixture.ids(outcome) == ["of_writ.read"]
}

test_the_strongest_rule_of_any_operation_counts if {
	foreign := object.union(_covered, {"containers": [{"type": "customer", "id": "8"}]})
	outcome := fixture.decided(fixture.of([_covered, foreign]))
	outcome.effect == "DENY"
	fixture.ids(outcome) == ["of_writ.foreign", "of_writ.read"]
}

test_an_approval_covers_its_operation_and_holds_for_the_whole_action if {
	deletion := object.union(_covered, {"verb": "DELETE"})
	outcome := fixture.decided(fixture.of([deletion, _covered]))
	outcome.effect == "REQUIRE_APPROVAL"
	outcome.tier == "T2"
	fixture.ids(outcome) == ["of_writ.delete", "of_writ.read"]
}

test_a_malformed_rule_forbids if {
	malformed := [
		object.remove(_allow, ["message"]),
		object.remove(_allow, ["outcome"]),
		object.remove(_allow, ["id"]),
		object.union(_allow, {"outcome": "PERMIT"}),
		"allow",
		7,
		{},
	]
	every rule in malformed {
		outcome := fixture.judged({rule, _allow}, {})
		outcome.effect == "DENY"
		outcome.rules[0].code == "RULE_MALFORMED"
		outcome.rules[0].outcome == "FORBID"
	}
}

test_a_malformed_rule_alone_forbids if {
	outcome := fixture.judged({object.remove(_allow, ["code"])}, {})
	outcome.effect == "DENY"
	fixture.codes(outcome) == ["RULE_MALFORMED"]
}

test_a_default_rule_grants_nothing if {
	fixture.judged({fixture.rule("t.default", "DEFAULT", {})}, {}).effect == "DENY"
}

test_contended_when_every_rule_against_it_rests_on_others_pending if {
	outcome := fixture.judged({_allow, fixture.rule("t.deny", "DENY", {"contended": true})}, {})
	outcome.effect == "DENY"
	outcome.contended == true
}

test_not_contended_when_one_rule_stands_for_itself if {
	outcome := fixture.judged(
		{_allow, fixture.rule("t.a", "DENY", {"contended": true}), fixture.rule("t.b", "DENY", {})},
		{},
	)
	outcome.effect == "DENY"
	outcome.contended == false
}

test_not_contended_when_allowed if {
	fixture.judged({_allow, fixture.rule("t.more", "ALLOW", {"contended": true})}, {}).contended == false
}

test_not_contended_when_the_obligations_stand_against_it if {
	logged := {"id": "o", "type": "log", "params": {}}
	outcome := fixture.judged({_allow, fixture.asks("t.ask", {}), fixture.asks("t.other", {"roles": ["x"]})}, {})
	outcome.contended == false
	asked := fixture.rule("t.log", "ALLOW", {"obligations": [logged], "contended": true})
	fixture.judged({asked}, {}).contended == false
}

test_several_plain_rules_of_which_the_strongest_denies_say_the_same_the_short_way_and_the_general_way if {
	every said in ["FORBID", "SEQUENCE", "DENY"] {
		others := {fixture.rule("t.b", said, {}), fixture.asks("t.ask", {})}
		short := fixture.judged(others | {_allow}, {})
		general := fixture.judged(others | {object.union(_allow, {"advice": []})}, {})
		short == general
		short.effect == "DENY"
	}
}

test_a_stronger_rule_that_is_malformed_has_the_word if {
	rules := {fixture.rule("t.deny", "DENY", {}), object.union(object.remove(_allow, ["message"]), {"other": "x"})}
	fixture.codes(fixture.judged(rules, {})) == ["RULE_MALFORMED", "SAID_BY_TEST"]
}

test_an_action_of_the_gravest_score_is_denied_whatever_allows_it if {
	fixture.judged({_allow}, _all_signals(94)).effect == "ALLOW"
	every rules in [{_allow}, {fixture.asks("t.ask", {})}, {_allow, fixture.rule("t.deny", "DENY", {})}] {
		outcome := fixture.judged(rules, _all_signals(95))
		outcome.effect == "DENY"
		"RISK_TOO_HIGH" in fixture.codes(outcome)
	}
}
