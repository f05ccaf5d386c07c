# METADATA
# title: Operating hours
# description: |
#   Changes happen when people are there to see them. The hours of the organisation stand in the pack's data; scopes with a
#   time window close or freeze the hours of a unit, a role, a resource or an environment. Reading is always open.
package packs.operating_hours

import data.writ.lib.clock

# METADATA
# title: A change while changes are frozen is denied
matched contains rule if {
	input.action.operations[0].verb in {"CREATE", "UPDATE", "SEND", "PAY", "EXECUTE", "ADMIN", "DELETE"}
	_frozen
	rule := {
		"id": "operating_hours.frozen",
		"outcome": "DENY",
		"code": "CHANGES_FROZEN",
		"message": "nothing may be changed at this time",
		"remediation": "try again when the freeze is over",
	}
}

# METADATA
# title: A change out of hours is held
matched contains rule if {
	input.action.operations[0].verb in {"CREATE", "UPDATE", "SEND", "PAY", "EXECUTE", "ADMIN", "DELETE"}
	_closed
	rule := {
		"id": "operating_hours.closed",
		"outcome": "APPROVAL",
		"code": "OUT_OF_HOURS",
		"message": "something is changed out of hours",
		"remediation": "try again within the hours, or get an approval",
		"approval": data.packs.operating_hours.approvals.closed,
		"grants": false,
	}
}

# A setting that is missing or no truth value closes.
_frozen if not data.settings.packs.operating_hours.demands.frozen == false

_closed if not data.settings.packs.operating_hours.demands.closed == false

_closed if {
	data.packs.operating_hours.hours != []
	every hours in data.packs.operating_hours.hours {
		clock.outside_hours(hours)
	}
}
