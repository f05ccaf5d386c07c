package writ_test

_scopes := {
	"unit": {"finance": {"careful": {
		"priority": 10,
		"match": {"verb": ["READ"]},
		"set": {"risk": {"deny_from": 5}, "tiers": {"base": {"READ": {"SINGLE": 2}}}},
	}}},
	"role": {"clerk": {"elsewhere": {"priority": 11, "set": {"risk": {"deny_from": 1}}}}},
}

test_the_explanation_says_which_scope_gave_which_setting_and_what_came_of_it if {
	explained := data.writ.explain with input as thing
		with data.settings as settings
		with data.settings.scopes as scopes(_scopes)
	explained.scopes == [{
		"name": "careful",
		"standing": "CERTAIN",
		"priority": 10,
		"match": {"unit": ["finance"], "verb": ["READ"]},
	}]
	said := {setting.path: setting | some setting in explained.settings}
	said["risk.deny_from"] == {
		"path": "risk.deny_from",
		"value": 5,
		"base": settings.risk.deny_from,
		"scopes": ["careful"],
	}
	said["risk.floors.from"].scopes == []
	said["risk.floors.from"].value == settings.risk.floors.from
	not said.callers
	explained.conflicts == set()
	explained.outcome.tier == "T2"
	explained.outcome.rules[0].code == "RISK_TOO_HIGH"
}

test_conflicts_are_of_scopes_that_hold_and_of_rules_that_matched if {
	hasty := {"priority": 10, "set": {"risk": {"deny_from": 50}}}
	rival := object.union(hasty, {"set": {"risk": {"deny_from": 60}}})
	ask := rule("t.ask", "DEFER", {"scope": "hasty"})
	explained := data.writ.explain with input as thing
		with data.settings as settings
		with data.settings.scopes as scopes(object.union(_scopes, {
			"agent": {thing.agent.id: {"hasty": hasty}},
			"verb": {"DELETE": {"never": hasty}},
			"environment": {"nowhere": {"none": rival}},
		}))
		with data.packs.of_test as {"matched": {ask, rule("t.allow", "ALLOW", {"scope": "careful"})}}
	explained.conflicts == {
		"scopes `careful` and `hasty` of priority 10 differ on `risk.deny_from`: 5 and 50",
		concat(" ", [
			"rules `t.allow` (ALLOW) and `t.ask` (DEFER) of scopes `careful` and `hasty`,",
			"both of priority 10, may both apply",
		]),
	}
}

test_scopes_are_laid_over_in_a_batch_item_by_item if {
	other := object.union(thing, {"agent": {"unit": "sales"}})
	outcomes := data.writ.decisions with input as {"revision": "r1", "items": [thing, other]}
		with data.settings as settings
		with data.settings.scopes as scopes(_scopes)
		with data.packs.operating_hours.hours as []
	[outcome.tier | some outcome in outcomes] == ["T2", "T0"]
}

test_a_batch_for_another_revision_is_not_judged_with_scopes_either if {
	not data.writ.decisions with input as {"revision": "r2", "items": [item]}
		with data.system.bundles as running
		with data.settings as settings
		with data.settings.scopes as scopes(_scopes)
}

test_a_bundle_whose_scopes_are_wrong_never_becomes_active if {
	not data.writ.activation with data.system.bundles as running
		with data.settings as settings
		with data.settings.scopes as {"unit": {"finance": {"wrong": {}}}}
}

test_weights_of_a_scope_need_not_be_hundredths_in_all if {
	heavy := {"unit": {"finance": {"heavy": {"priority": 1, "set": {"risk": {"weights": {"environmental_context": 100}}}}}}}
	outcome := decided(item) with data.settings as settings with data.settings.scopes as scopes(heavy)
	outcome.score == 61
}
