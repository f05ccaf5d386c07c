# What the rules read of the pack's own data, which organisations change: under a name that was misspelt they would be
# silent. Runs when a bundle is built.
package packs.agent_safety_test

test_the_data_that_the_rules_read_is_there if {
	is_object(data.packs.agent_safety.approvals.held)
	every name in ["denied_repeats", "denials", "denied_share_pct", "denied_share_of", "burst"] {
		is_number(data.packs.agent_safety.limits[name])
	}
}
