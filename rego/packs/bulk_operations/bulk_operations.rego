# METADATA
# title: Bulk operations
# description: |
#   Many records, much money, large volumes: one action, and what sessions, agents and principals add up to. A fresh session
#   clears nothing of an agent. What is large is held; another pack has to allow it.
package packs.bulk_operations

import data.writ.lib.numbers

# METADATA
# title: Changing, sending or deleting more records than the limit, or nobody knows how many, is held
matched contains rule if {
	input.action.operations[0].verb in {"UPDATE", "SEND", "ADMIN", "DELETE"}
	input.action.operations[0].scope in {"MANY", "ALL", "UNSPECIFIED"}
	numbers.rows_above(input.action.operations[0], data.settings.packs.bulk_operations.limits.rows_changed)
	rule := {
		"id": "bulk_operations.rows_changed",
		"outcome": "APPROVAL",
		"code": "ROWS_CHANGED_OVER_LIMIT",
		"message": sprintf("more than %v records may be changed", [data.settings.packs.bulk_operations.limits.rows_changed]),
		"remediation": "do less at once, or get an approval",
		"approval": data.packs.bulk_operations.approvals.large,
		"grants": false,
	}
}

# METADATA
# title: Reading more records than the limit is held
matched contains rule if {
	input.action.operations[0].verb in {"READ", "LIST"}
	input.action.operations[0].scope in {"MANY", "ALL", "UNSPECIFIED"}
	_reads_above(data.settings.packs.bulk_operations.limits.rows_read)
	rule := {
		"id": "bulk_operations.rows_read",
		"outcome": "APPROVAL",
		"code": "ROWS_READ_OVER_LIMIT",
		"message": sprintf("more than %v records may be read", [data.settings.packs.bulk_operations.limits.rows_read]),
		"remediation": "do less at once, or get an approval",
		"approval": data.packs.bulk_operations.approvals.large,
		"grants": false,
	}
}

# METADATA
# title: Moving more money than the limit is held
matched contains rule if {
	input.action.operations[0].verb == "PAY"
	_pays_above(data.settings.packs.bulk_operations.limits.amount_minor)
	rule := {
		"id": "bulk_operations.amount",
		"outcome": "APPROVAL",
		"code": "AMOUNT_OVER_LIMIT",
		"message": sprintf(
			"more than %v minor units are moved, or nobody knows how much",
			[data.settings.packs.bulk_operations.limits.amount_minor],
		),
		"remediation": "do less at once, or get an approval",
		"approval": data.packs.bulk_operations.approvals.large,
		"grants": false,
	}
}

# METADATA
# title: What adds up to more than the limit is held
matched contains rule if {
	input.action.operations[0].verb in {"UPDATE", "SEND", "PAY", "EXECUTE", "ADMIN", "DELETE"}
	not _calm
	some measure in _over
	rule := {
		"id": sprintf("bulk_operations.total_%v", [measure]),
		"outcome": "APPROVAL",
		"code": "TOTAL_OVER_LIMIT",
		"message": sprintf("the session, the agent or its principal is over the limit of %v, or nobody knows", [measure]),
		"remediation": "do less at once, or get an approval",
		"approval": data.packs.bulk_operations.approvals.large,
		"grants": false,
	}
}

_reads_above(limit) if input.action.operations[0].max_rows > limit

_reads_above(_) if {
	not input.action.operations[0].max_rows
	not data.settings.packs.bulk_operations.demands.bounded_reads == false
}

_pays_above(limit) if input.action.operations[0].amount_minor > limit

_pays_above(_) if {
	not _amount
	not data.settings.packs.bulk_operations.demands.known_amounts == false
}

_amount if is_number(input.action.operations[0].amount_minor)

# Every total is known and within its limit; written out, because most actions pass here.
_calm if {
	{"rows": rows, "amount_minor": amount_minor, "bytes_sent": bytes_sent} = data.settings.packs.bulk_operations.limits.total
	_within(input.session.session, rows, amount_minor, bytes_sent)
	_within(input.session.agent, rows, amount_minor, bytes_sent)
	_within(input.session.principal, rows, amount_minor, bytes_sent)
}

_within(track, rows, amount_minor, bytes_sent) if {
	track.state == "OK"
	track.rows <= rows
	track.amount_minor <= amount_minor
	track.bytes_sent <= bytes_sent
}

# Measures whose total is above the limit in any track, or not known.
_over contains measure if {
	input.session
	some measure, limit in data.settings.packs.bulk_operations.limits.total
	some track in ["session", "agent", "principal"]
	not _known_within(track, measure, limit)
}

default _known_within(_, _, _) := false

_known_within(track, measure, limit) if {
	input.session[track].state == "OK"
	numbers.at_most(input.session[track][measure], limit)
}
