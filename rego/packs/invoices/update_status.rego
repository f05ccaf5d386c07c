package packs.invoices

import data.writ.lib.counters

# METADATA
# title: T1, updating a payment status within the month's limit
matched contains rule if {
	input.action.operations[0].verb == "UPDATE"
	_status_update
	counters.within(_updates, data.settings.packs.invoices.limits.status_updates_month)
	_serving
	rule := {
		"id": "invoices.update_status",
		"outcome": "ALLOW",
		"code": "STATUS_UPDATED",
		"message": "the payment status of invoices of an assigned customer is updated, within the month's limit",
		"remediation": "",
	}
}

# METADATA
# title: Above the month's limit it takes an approval
matched contains rule if {
	input.action.operations[0].verb == "UPDATE"
	_status_update
	counters.over(_updates, data.settings.packs.invoices.limits.status_updates_month)
	rule := {
		"id": "invoices.update_status_over_limit",
		"outcome": "APPROVAL",
		"code": "STATUS_UPDATES_OVER_LIMIT",
		"message": sprintf(
			"more than %v payment status updates in this calendar month",
			[data.settings.packs.invoices.limits.status_updates_month],
		),
		"remediation": "wait for the next month, or get an approval",
		"approval": data.packs.invoices.approvals.update_status,
		"contended": counters.contended(_updates, data.settings.packs.invoices.limits.status_updates_month),
	}
}

# METADATA
# title: Lost counts are not zero
matched contains rule if {
	input.action.operations[0].verb == "UPDATE"
	_status_update
	counters.unknown(_updates)
	rule := {
		"id": "invoices.update_status_unknown",
		"outcome": "DENY",
		"code": "LIMIT_UNKNOWN",
		"message": "the number of payment status updates in this calendar month is not known",
		"remediation": "rebuild the counters from the receipts with `writ state rebuild`",
	}
}

_updates := "invoice_status_updates"

# The status and nothing else is changed.
_status_update if {
	input.action.operations[0].resource_type == "invoice"
	object.keys(input.action.operations[0].attributes) == {"status"}
}
