# METADATA
# title: Numbers
package writ.lib.numbers

# METADATA
# title: Reads an integer of at most 18 digits from canonical text
# description: No sign but a minus, no leading zero, no exponent. Undefined never; null on anything else.
default integer(_) := null

integer(text) := to_number(text) if {
	is_string(text)
	regex.match(`^(?:0|-?[1-9][0-9]{0,17})$`, text)
}

# METADATA
# title: Tells whether `value` is certainly a number and at most `limit`
# description: For ALLOW rules. Text is never a number here.
default at_most(_, _) := false

at_most(value, limit) if {
	is_number(value)
	is_number(limit)
	value <= limit
}

# METADATA
# title: Tells whether `value` is above `limit` or no number
# description: For FORBID, DENY and APPROVAL rules; the opposite of `at_most` on any input.
default above(_, _) := true

above(value, limit) := value > limit if {
	is_number(value)
	is_number(limit)
}

# METADATA
# title: Tells whether the operation's upper bound of rows is known and at most `limit`
# description: For ALLOW rules. An operation without a bound is over every limit.
default rows_at_most(_, _) := false

rows_at_most(operation, limit) if {
	is_number(operation.max_rows)
	is_number(limit)
	operation.max_rows <= limit
}

# METADATA
# title: Tells whether the operation may touch more than `limit` rows
# description: For FORBID, DENY and APPROVAL rules; the opposite of `rows_at_most` on any input.
default rows_above(_, _) := true

rows_above(operation, limit) := operation.max_rows > limit if {
	is_number(operation.max_rows)
	is_number(limit)
}
