# What the rules read of the pack's own data, which organisations change: under a name that was misspelt they would be
# silent. Runs when a bundle is built.
package packs.new_agents_test

test_the_data_that_the_rules_read_is_there if {
	is_object(data.packs.new_agents.approvals.new)
}
