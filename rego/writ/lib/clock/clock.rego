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
#   For ALLOW rules. `hours` is {"zone", "days", "from", "until"}: one of `zones`, English weekdays, whole hours from 0 to 23
#   and 1 to 24. Where `until` is below `from` the hours go on into the next day, and `days` are those on which they begin.
#   False on anything else, so that a typing error closes the door.
default within_hours(_) := false

within_hours(hours) if {
	count(faults(hours)) == 0
	is_number(input.now_ms)
	input.now_ms >= _bounds.from_ms
	input.now_ms < _bounds.until_ms
	moment := [floor(input.now_ms) * 1000000, hours.zone]
	[hour, _, _] := time.clock(moment)
	_on(hours, time.weekday(moment), hour)
}

_on(hours, today, hour) if {
	today in hours.days
	hour >= hours.from
	hour < _end_today(hours)
}

_on(hours, today, hour) if {
	hours.until < hours.from
	hour < hours.until
	_day_before[today] in hours.days
}

_end_today(hours) := hours.until if hours.from < hours.until

_end_today(hours) := 24 if hours.until < hours.from

_day_before := {
	"Monday": "Sunday",
	"Tuesday": "Monday",
	"Wednesday": "Tuesday",
	"Thursday": "Wednesday",
	"Friday": "Thursday",
	"Saturday": "Friday",
	"Sunday": "Saturday",
}

# METADATA
# title: What keeps hours from being read, as sentences; none for hours of which `within_hours` can tell
faults(hours) := {"expected `zone`, `days`, `from` and `until`"} if {
	not is_object(hours)
} else := ((({fault |
	some key in (object.keys(hours) - {"zone", "days", "from", "until"})
	fault := sprintf("expected `zone`, `days`, `from` and `until`, got `%v`", [key])
} | {fault |
	zone := object.get(hours, "zone", null)
	not zone in zones
	fault := sprintf("expected `zone` as UTC or a name of the IANA time zone database, got `%v`", [zone])
}) | {fault |
	days := object.get(hours, "days", null)
	not _weekdays(days)
	fault := sprintf("expected `days` as a list of English weekdays (Monday), got `%v`", [days])
}) | {fault |
	some [key, least, most] in [["from", 0, 23], ["until", 1, 24]]
	hour := object.get(hours, key, null)
	not _whole_between(hour, least, most)
	fault := sprintf("expected `%s` as a whole number from %d to %d, got `%v`", [key, least, most, hour])
}) | {fault |
	hours.from == hours.until
	fault := sprintf("expected `until` other than `from`, got `%v` twice", [hours.until])
}

_weekdays(days) if {
	is_array(days)
	count(days) > 0
	every day in days {
		_day_before[day]
	}
}

_whole_between(number, least, most) if {
	is_number(number)
	number >= least
	number <= most
	number == floor(number)
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
