package packs.invoices

import data.writ.lib.numbers

# METADATA
# title: T0, reading one invoice of an assigned customer
matched contains rule if {
	input.action.operations[0].verb in {"READ", "LIST"}
	input.action.operations[0].resource_type == "invoice"
	input.action.operations[0].scope == "SINGLE"
	_serving
	rule := {
		"id": "invoices.read_one",
		"outcome": "ALLOW",
		"code": "INVOICE_READ",
		"message": "one invoice of an assigned customer is read",
		"remediation": "",
	}
}

# METADATA
# title: T1, reading a bounded number of invoices of an assigned customer
matched contains rule if {
	input.action.operations[0].verb in {"READ", "LIST"}
	input.action.operations[0].resource_type == "invoice"
	input.action.operations[0].scope in {"MANY", "ALL"}
	numbers.rows_at_most(input.action.operations[0], data.settings.packs.invoices.limits.rows_read)
	_serving
	rule := {
		"id": "invoices.read_many",
		"outcome": "ALLOW",
		"code": "INVOICES_READ",
		"message": "a bounded number of invoices of an assigned customer is read",
		"remediation": "",
	}
}
