# METADATA
# title: Times
# description: |
#   The only time is the reference time of the decision, `input.now_ms`; OPA's clock is not among the capabilities.
package writ.lib.clock

# Unix milliseconds of 1970-01-01 and 2262-01-01: what fits into OPA's nanoseconds.
_bounds := {"from_ms": 0, "until_ms": 9214646400000}

_rfc3339 := concat("", [
	`^(?:19[7-9][0-9]|2[01][0-9]{2})-[01][0-9]-[0-3][0-9]`,
	`T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?Z$`,
])

_zones := {"UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Tokyo"}

# METADATA
# title: Reads an RFC 3339 time; Unix milliseconds, or null when it is none
default milliseconds(_) := null

milliseconds(text) := floor(time.parse_rfc3339_ns(text) / 1000000) if {
	is_string(text)
	regex.match(_rfc3339, text)
	_calendar(text)
}

# METADATA
# title: Tells whether the decision's time is certainly in [from_ms, until_ms), Unix milliseconds
# description: For ALLOW rules.
default between(_, _) := false

between(from_ms, until_ms) if {
	is_number(from_ms)
	is_number(until_ms)
	from_ms <= input.now_ms
	input.now_ms < until_ms
}

# METADATA
# title: Tells whether the decision's time is certainly on one of the weekdays and within [from, until) hours of the zone
# description: |
#   For ALLOW rules. `hours` is {"zone", "days", "from", "until"}: a zone of those listed in this file, English weekdays,
#   whole hours 0 to 24. False on anything else, so that a typing error closes the door.
default within_hours(_) := false

within_hours(hours) if {
	hours.zone in _zones
	is_number(input.now_ms)
	input.now_ms >= _bounds.from_ms
	input.now_ms < _bounds.until_ms
	moment := [floor(input.now_ms) * 1000000, hours.zone]
	time.weekday(moment) in hours.days
	[hour, _, _] := time.clock(moment)
	is_number(hours.from)
	is_number(hours.until)
	hour >= hours.from
	hour < hours.until
}

# METADATA
# title: Tells whether the decision's time may be outside of the hours
# description: For FORBID and DENY rules; the opposite of `within_hours` on any input.
outside_hours(hours) := within_hours(hours) == false

# The day exists in its month, so that parsing cannot raise.
_calendar(text) if {
	year := to_number(substring(text, 0, 4))
	month := to_number(trim_prefix(substring(text, 5, 2), "0"))
	day := to_number(trim_prefix(substring(text, 8, 2), "0"))
	(to_number(substring(text, 11, 1)) * 10) + to_number(substring(text, 12, 1)) < 24
	day <= _days(year)[month - 1]
	day >= 1
}

_days(year) := [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] if _leap(year)

_days(year) := [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] if not _leap(year)

_leap(year) if {
	year % 4 == 0
	year % 100 != 0
}

_leap(year) if year % 400 == 0
