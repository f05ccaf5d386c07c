# METADATA
# title: Facts about the world, from authorised feeds
package writ.lib.facts

import data.writ.lib

# METADATA
# title: Tells whether the fact `name` is known for exactly `key`, vouched for, and has `value`
# description: For ALLOW rules. False without data; false when two entries of one key contradict each other.
default holds(_, _, _) := false

holds(name, key, value) if {
	values := {entry.value |
		some entry in input.facts[name].entries
		entry.key == key
		entry.state == "OK"
		lib.trusted(entry)
	}
	values == {value}
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
