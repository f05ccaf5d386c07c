# METADATA
# title: Limits on declared counters
# description: |
#   A counter shows this action included. `within` and `over` are opposites on any input, so that a pair of rules leaves
#   no gap: lost data, an undeclared counter and an amount without a bound are over every limit.
package writ.lib.counters

# METADATA
# title: Tells whether the counter is known and at most `limit`, this action included
# description: For ALLOW rules. Never true without data.
default within(_, _) := false

within(name, limit) if {
	counter := input.counters[name]
	counter.state == "OK"
	counter.unbounded == false
	is_number(counter.value)
	is_number(limit)
	counter.value <= limit
}

# METADATA
# title: Tells whether the counter is above `limit` or cannot be told to be within it
# description: For FORBID, DENY and APPROVAL rules.
default over(_, _) := true

over(name, limit) := counter.value > limit if {
	counter := input.counters[name]
	counter.state == "OK"
	counter.unbounded == false
	is_number(counter.value)
	is_number(limit)
}

# METADATA
# title: Tells whether nothing is known about the counter
# description: Lost data is not zero. Pair an APPROVAL rule on `over` with a DENY rule on this.
default unknown(_) := true

unknown(name) := false if input.counters[name].state == "OK"

# METADATA
# title: Tells whether the limit is exceeded only by what others have reserved and not settled
# description: Put it into the rule as `contended`; such an action is judged once more when the others are settled.
default contended(_, _) := false

contended(name, limit) if {
	counter := input.counters[name]
	counter.state == "OK"
	counter.unbounded == false
	is_number(limit)
	counter.value > limit
	counter.committed + counter.amount <= limit
}
