# What the rules read of the pack's own data, which organisations change: under a name that was misspelt they would be
# silent. Runs when a bundle is built.
package packs.invoices_test

test_the_data_that_the_rules_read_is_there if {
	is_object(data.packs.invoices.counters.invoice_status_updates)
	is_object(data.packs.invoices.facts.assignment)
	every name in ["read_many", "update_status", "delete", "delete_all"] {
		is_object(data.packs.invoices.approvals[name])
	}
}
