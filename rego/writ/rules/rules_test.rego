package writ.rules_test

import data.writ_test as fixture

test_a_suspended_agent_does_nothing if {
	outcome := fixture.judged({fixture.rule("t.allow", "ALLOW", {})}, {"agent": {"suspended": true}})
	outcome.effect == "DENY"
	fixture.codes(outcome) == ["AGENT_SUSPENDED", "SAID_BY_TEST"]
}

test_a_tool_that_the_catalog_does_not_know_is_never_called if {
	outcome := fixture.decided(object.union(fixture.item, {"tool": {"known": false}}))
	outcome.effect == "DENY"
	outcome.rules[0].code == "TOOL_NOT_KNOWN"
}

test_an_unknown_verb_is_never_allowed if {
	every verb in ["UNKNOWN", "UNSPECIFIED", ""] {
		outcome := fixture.judged({fixture.rule("t.allow", "ALLOW", {})}, _verb(verb))
		outcome.effect == "DENY"
		fixture.codes(outcome) == ["ACTION_NOT_UNDERSTOOD", "SAID_BY_TEST"]
		outcome.tier == "T3"
	}
}

test_one_unknown_operation_of_several_is_enough if {
	outcome := fixture.decided(fixture.of([
		fixture.operation,
		object.union(fixture.operation, {"verb": "UNKNOWN"}),
	]))
	outcome.effect == "DENY"
	outcome.rules[0].code == "ACTION_NOT_UNDERSTOOD"
}

test_an_action_without_operations_is_no_action if {
	allow := fixture.rule("t.allow", "ALLOW", {})
	outcome := fixture.judged({allow}, {"action": {"operations": []}})
	outcome.effect == "DENY"
	outcome.tier == "T3"
	outcome.rules[0].code == "ACTION_NOT_UNDERSTOOD"
}

_verb(verb) := {"action": {"operations": [object.union(fixture.operation, {"verb": verb, "resource_type": "thing"})]}}
