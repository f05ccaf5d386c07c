package writ.scopes_test

import data.writ_test as fixture

_scopes := {
	"unit": {
		"finance": {
			"finance": {"priority": 10},
			"urgent": {"priority": 20},
		},
		"sales": {"sales": {"priority": 30}},
	},
	"role": {"billing-assistant": {"billing": {"priority": 10}}},
}

_rule(id, outcome, more) := fixture.rule(id, outcome, more)

# What is judged when one pack says `rules` and another one `others`.
_outcome(rules, others, patch) := outcome if {
	outcome := fixture.judged(rules, patch) with data.packs.other as {"matched": others}
		with data.settings as fixture.settings
		with data.settings.scopes as fixture.scopes(_scopes)
}

_effect(rules) := _outcome(rules, set(), {}).effect

_allow := _rule("t.allow", "ALLOW", {})

_deny := _rule("t.deny", "DENY", {})

_within(name, rule) := object.union(rule, {"id": sprintf("%s_%s", [rule.id, name]), "scope": name})

test_a_rule_of_a_scope_counts_where_the_scope_holds if {
	_effect({_within("finance", _allow)}) == "ALLOW"
	_effect({_within("sales", _allow)}) == "DENY"
	_effect({_allow, _within("sales", _deny)}) == "ALLOW"
	_effect({_allow, _within("finance", _deny)}) == "DENY"
}

test_the_higher_priority_sets_aside_what_its_pack_says_below if {
	_effect({_deny, _within("finance", _allow)}) == "ALLOW"
	_effect({_within("finance", _deny), _within("urgent", _allow)}) == "ALLOW"
	_effect({_within("finance", _allow), _within("urgent", _deny)}) == "DENY"
	outcome := _outcome({_deny, _within("finance", _allow)}, set(), {})
	fixture.ids(outcome) == ["t.allow_finance"]
}

test_rules_of_one_priority_are_judged_by_precedence if {
	_effect({_within("finance", _allow), _within("billing", _deny)}) == "DENY"
}

test_no_priority_sets_aside_forbid_or_sequence if {
	every outcome in ["FORBID", "SEQUENCE"] {
		_effect({_rule("t.forbid", outcome, {}), _within("urgent", _allow)}) == "DENY"
	}
}

test_no_priority_reaches_into_another_pack if {
	_outcome({_within("urgent", _allow)}, {_deny}, {}).effect == "DENY"
}

test_a_scope_that_only_the_agent_vouches_for_grants_nothing_and_sets_nothing_aside if {
	claimed := {"agent": {"asserted_by": "AGENT"}}
	_outcome({_within("finance", _allow)}, set(), claimed).effect == "DENY"
	_outcome({_deny, _within("finance", _allow)}, set(), claimed).effect == "DENY"
	_outcome({_allow, _within("sales", _deny)}, set(), claimed).effect == "DENY"
	asks := fixture.asks("t.ask", {})
	_outcome({_within("finance", asks)}, set(), {}).effect == "REQUIRE_APPROVAL"
	_outcome({_within("finance", asks)}, set(), claimed).effect == "DENY"
	_outcome({_allow, _within("finance", asks)}, set(), claimed).effect == "REQUIRE_APPROVAL"
}

test_a_rule_that_names_no_scope_of_the_settings_forbids if {
	outcome := _outcome({_allow, _within("nowhere", _allow)}, set(), {})
	outcome.effect == "DENY"
	outcome.rules[0].code == "RULE_MALFORMED"
}

test_an_approval_that_grants_nothing_needs_another_rule_that_grants if {
	asks := object.union(fixture.asks("t.ask", {}), {"grants": false})
	_effect({asks}) == "DENY"
	_effect({asks, _allow}) == "REQUIRE_APPROVAL"
}
