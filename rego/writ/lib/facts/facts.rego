# METADATA
# title: Facts about the world, from authorised feeds
package writ.lib.facts

import data.writ.lib

# METADATA
# title: Tells whether the fact `name` is known for exactly `key`, vouched for, and has `value`
# description: For ALLOW rules. False without data, and when two entries of one key differ.
default holds(_, _, _) := false

holds(name, key, value) if {
	# The only entry: what most actions have, and cheaper to judge.
	[{"state": "OK", "key": key, "value": value, "asserted_by": voucher}] = input.facts[name].entries
	voucher in {"GATEWAY", "FACT_FEED", "CATALOG", "BUNDLE"}
} else if {
	some entry in input.facts[name].entries
	entry.key == key
	entry.value == value
	entry.state == "OK"
	entry.asserted_by in lib.vouching
	count([other | some other in input.facts[name].entries; other.key == key; other != entry]) == 0
}

# METADATA
# title: Tells whether nothing is known of the fact `name` for `key`
default unknown(_, _) := true

unknown(name, key) := false if {
	some entry in input.facts[name].entries
	entry.key == key
	entry.state == "OK"
	lib.trusted(entry)
}
