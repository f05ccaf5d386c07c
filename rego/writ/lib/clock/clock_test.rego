package writ.lib.clock_test

import data.writ.lib.clock

# 2025-06-10, a Tuesday, 14:30:00 UTC, 16:30 in Berlin.
_now := {"now_ms": 1749565800000}

_hours := {"zone": "UTC", "days": ["Tuesday"], "from": 14, "until": 15}

test_rfc_3339_is_read_as_milliseconds if {
	clock.milliseconds("1970-01-01T00:00:00Z") == 0
	clock.milliseconds("2025-06-10T14:30:00Z") == 1749565800000
	clock.milliseconds("2025-06-10T14:30:00.123456789Z") == 1749565800123
	clock.milliseconds("2024-02-29T23:59:59Z") == 1709251199000
	clock.milliseconds("2000-02-29T00:00:00Z") == 951782400000
}

test_what_is_no_time_is_null if {
	garbage := [
		"", "now", "2025-06-10", "2025-06-10T14:30:00", "2025-06-10T14:30:00+02:00", "2025-06-10t14:30:00z",
		"2025-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2025-04-31T00:00:00Z", "2025-00-10T00:00:00Z",
		"2025-13-10T00:00:00Z", "2025-06-00T00:00:00Z", "2025-06-39T00:00:00Z", "2025-06-10T24:00:00Z",
		"2025-06-10T29:00:00Z", "1969-12-31T23:59:59Z", "9999-01-01T00:00:00Z", 1749565800000, null, [], {},
	]
	every text in garbage {
		clock.milliseconds(text) == null
	}
}

test_between_holds_from_the_first_and_before_the_last_millisecond if {
	clock.between(1749565800000, 1749565800001) == true with input as _now
	clock.between(1749565800001, 1749565800002) == false with input as _now
	clock.between(0, 1749565800000) == false with input as _now
}

test_between_is_false_on_garbage if {
	clock.between(null, 1749565800001) == false with input as _now
	clock.between(0, null) == false with input as _now
	clock.between("0", "z") == false with input as _now
	clock.between(0, 1749565800001) == false with input as {}
}

test_hours_are_those_of_the_zone if {
	_inside(_hours)
	_inside(object.union(_hours, {"zone": "Europe/Berlin", "from": 16, "until": 17}))
	_outside(object.union(_hours, {"zone": "Europe/Berlin"}))
	_outside(object.union(_hours, {"days": ["Monday", "Wednesday"]}))
	_outside(object.union(_hours, {"from": 15, "until": 24}))
	_outside(object.union(_hours, {"from": 0, "until": 14}))
}

test_a_typing_error_closes_the_door if {
	_outside(object.union(_hours, {"zone": "Atlantis"}))
	_outside(object.union(_hours, {"days": "Tuesday"}))
	_outside(object.union(_hours, {"from": null}))
	_outside(object.union(_hours, {"until": "15"}))
	_outside(object.union(_hours, {"from": 14.5}))
	_outside(object.union(_hours, {"days": ["Tue", "Tuesday"]}))
	_outside({})
	_outside(null)
}

test_what_keeps_hours_from_being_read_is_said if {
	clock.faults(_hours) == set()
	clock.faults(object.remove(_hours, ["until"])) == {"expected `until` as a whole number from 1 to 24, got `null`"}
	clock.faults([_hours]) == {"expected `zone`, `days`, `from` and `until`"}
	cases := [
		[{"zone": "Mars/X"}, "expected `zone` as UTC or a name of the IANA time zone database, got `Mars/X`"],
		[{"days": ["Tue"]}, "expected `days` as a list of English weekdays (Monday), got `[\"Tue\"]`"],
		[{"days": []}, "expected `days` as a list of English weekdays (Monday), got `[]`"],
		[{"days": "Tuesday"}, "expected `days` as a list of English weekdays (Monday), got `Tuesday`"],
		[{"from": "0"}, "expected `from` as a whole number from 0 to 23, got `0`"],
		[{"from": 24}, "expected `from` as a whole number from 0 to 23, got `24`"],
		[{"until": 14.5}, "expected `until` as a whole number from 1 to 24, got `14.5`"],
		[{"until": 14}, "expected `until` other than `from`, got `14` twice"],
		[{"to": 15}, "expected `zone`, `days`, `from` and `until`, got `to`"],
	]
	every case in cases {
		[patch, fault] := case
		clock.faults(object.union(_hours, patch)) == {fault}
	}
}

# 14:30 on a Tuesday.
test_hours_over_midnight_are_of_the_day_on_which_they_begin if {
	_inside(object.union(_hours, {"from": 14, "until": 13}))
	_inside(object.union(_hours, {"from": 20, "until": 15, "days": ["Monday"]}))
	_inside(object.union(_hours, {"from": 23, "until": 22, "days": _week}))
	_outside(object.union(_hours, {"from": 20, "until": 15, "days": ["Tuesday", "Wednesday"]}))
	_outside(object.union(_hours, {"from": 20, "until": 14, "days": _week}))
	_outside(object.union(_hours, {"from": 15, "until": 14, "days": _week}))
}

test_every_zone_is_known_to_opa if {
	count(clock.zones) > 400
	every zone in clock.zones {
		clock.within_hours({"zone": zone, "days": _week, "from": 0, "until": 24}) == true with input as _now
	}
}

test_a_time_out_of_bounds_is_outside_of_all_hours if {
	always := {"zone": "UTC", "days": _week, "from": 0, "until": 24}
	clock.within_hours(always) == true with input as {"now_ms": 0}
	every moment in [-1, 9214646400000, 1e30, "1749565800000", null] {
		clock.within_hours(always) == false with input as {"now_ms": moment}
		clock.outside_hours(always) == true with input as {"now_ms": moment}
	}
}

_week := ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

_inside(hours) if {
	clock.within_hours(hours) == true with input as _now
	clock.outside_hours(hours) == false with input as _now
}

_outside(hours) if {
	clock.within_hours(hours) == false with input as _now
	clock.outside_hours(hours) == true with input as _now
}
