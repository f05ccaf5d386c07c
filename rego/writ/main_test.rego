package writ_test

allow := rule("t.allow", "ALLOW", {})

test_the_fixture_is_allowed if {
	outcome := judged({allow}, {})
	outcome.effect == "ALLOW"
	outcome.tier == "T0"
	ids(outcome) == ["t.allow"]
	outcome.index == 3
	outcome.execution_digest == "a1b2"
	outcome.approval == null
	outcome.contended == false
	outcome.acknowledgement == "SIGNED"
	outcome.permit_ttl_s == 30
}

test_a_batch_is_judged_in_its_order if {
	suspended := object.union(thing, {"index": 4, "agent": {"suspended": true}})
	outcomes := data.writ.decisions with input as {"revision": "r1", "items": [thing, suspended]}
		with data.settings as settings
		with data.packs.test.matched as {allow}
	[outcome.index | some outcome in outcomes] == [3, 4]
	[outcome.effect | some outcome in outcomes] == ["ALLOW", "DENY"]
}

test_a_batch_for_the_running_revision_is_judged if {
	outcomes := data.writ.decisions with input as {"revision": "r1", "items": [item]}
		with data.system.bundles as running
		with data.settings as settings
	count(outcomes) == 1
}

test_a_batch_for_another_revision_is_not_judged if {
	not data.writ.decisions with input as {"revision": "r2", "items": [item]} with data.system.bundles as running
}

test_a_batch_without_a_revision_is_not_judged if {
	not data.writ.decisions with input as {"items": [item]}
}

test_an_item_that_cannot_be_judged_is_missing_and_the_rest_is_judged if {
	outcomes := data.writ.decisions with input as {"revision": "r1", "items": ["garbage", thing]}
		with data.settings as settings
		with data.packs.test.matched as {allow}
	[outcome.effect | some outcome in outcomes] == ["ALLOW"]
}

test_an_item_that_says_nothing_is_never_allowed if {
	outcomes := data.writ.decisions with input as {"revision": "r1", "items": [{"index": 0, "execution_digest": "d"}]}
		with data.settings as settings
	every outcome in outcomes {
		outcome.effect == "DENY"
	}
}

running := {"writ": {"manifest": {"revision": "r1"}, "etag": "e1"}}
