package writ.outcome_test

import data.writ_test as fixture

_obliges(id, obligations) := fixture.rule(id, "ALLOW", {"obligations": obligations})

_log := {"id": "o.log", "type": "log", "params": {"level": 1}}

_mask := {"id": "o.mask", "type": "mask", "params": {}}

test_obligations_of_all_rules_are_united_and_asked_for_once if {
	outcome := fixture.judged(
		{_obliges("t.a", [_log]), _obliges("t.b", [_log, _mask])},
		{"supported_obligations": ["log", "mask"]},
	)
	outcome.effect == "ALLOW"
	outcome.obligations == [_log, _mask]
}

test_an_obligation_that_the_caller_cannot_carry_out_denies if {
	outcome := fixture.judged({_obliges("t.a", [_mask, _log])}, {"supported_obligations": ["watermark"]})
	outcome.effect == "DENY"
	outcome.obligations == []
	fixture.codes(outcome) == ["OBLIGATION_NOT_SUPPORTED", "SAID_BY_TEST"]
	outcome.rules[0].message == "the caller cannot carry out log, mask"
}

test_one_id_with_two_meanings_denies if {
	outcome := fixture.judged(
		{_obliges("t.a", [_log]), _obliges("t.b", [object.union(_log, {"params": {"level": 2}})])},
		{"supported_obligations": ["log"]},
	)
	outcome.effect == "DENY"
	outcome.rules[0].code == "OBLIGATIONS_INCOMPATIBLE"
}

test_types_that_exclude_each_other_deny if {
	outcome := fixture.judged(
		{_obliges("t.a", [_log]), _obliges("t.b", [_mask])},
		{"supported_obligations": ["log", "mask"]},
	) with data.settings as fixture.settings with data.settings.exclusive_obligations as [["log", "mask"]]
	outcome.effect == "DENY"
	fixture.codes(outcome) == ["OBLIGATIONS_INCOMPATIBLE", "SAID_BY_TEST", "SAID_BY_TEST"]
}

test_types_that_exclude_only_others_are_carried_out_together if {
	outcome := fixture.judged(
		{_obliges("t.a", [_log]), _obliges("t.b", [_mask])},
		{"supported_obligations": ["log", "mask"]},
	) with data.settings as fixture.settings with data.settings.exclusive_obligations as [["log", "watermark"]]
	outcome.effect == "ALLOW"
}

test_two_changes_of_one_place_or_of_its_part_deny if {
	every pointer in ["/a", "/a/b"] {
		outcome := fixture.judged(
			{_allow, _transforms("t.a", [_redact("o.1", "/a")]), _transforms("t.b", [_redact("o.2", pointer)])},
			{},
		)
		outcome.effect == "DENY"
		outcome.transforms == []
		outcome.rules[0].code == "OBLIGATIONS_INCOMPATIBLE"
	}
}

test_changes_of_different_places_are_made_together if {
	outcome := fixture.judged(
		{_allow, _transforms("t.a", [_redact("o.1", "/a")]), _transforms("t.b", [_redact("o.2", "/ab")])},
		{},
	)
	outcome.effect == "TRANSFORM"
	outcome.transforms == [_redact("o.1", "/a"), _redact("o.2", "/ab")]
}

test_one_change_that_two_rules_ask_for_is_made_once if {
	outcome := fixture.judged(
		{_allow, _transforms("t.a", [_redact("o", "/a")]), _transforms("t.b", [_redact("o", "/a")])},
		{},
	)
	outcome.effect == "TRANSFORM"
	outcome.transforms == [_redact("o", "/a")]
}

test_a_denial_carries_advice_and_no_obligations if {
	advice := {"id": "a", "message": "ask first"}
	rules := {_obliges("t.a", [_log]), fixture.rule("t.deny", "DENY", {"advice": [advice]})}
	outcome := fixture.judged(rules, {})
	outcome.effect == "DENY"
	outcome.obligations == []
	outcome.advice == [advice]
	fixture.ids(outcome) == ["t.deny", "t.a"]
}
