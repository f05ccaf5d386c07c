package writ_test

item := {"index": 0, "execution_digest": "d", "verb": "READ", "ip": "192.0.2.1"}

test_read_is_allowed if {
	data.writ.decision.effect == "ALLOW" with input as item
}

test_anything_else_is_denied if {
	data.writ.decision.effect == "DENY" with input as object.union(item, {"verb": "DELETE"})
}
