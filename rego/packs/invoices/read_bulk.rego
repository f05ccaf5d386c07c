package packs.invoices

import data.writ.lib.numbers

# METADATA
# title: Reading more rows than the limit, or nobody knows how many, takes an approval
matched contains rule if {
	input.action.operations[0].verb in {"READ", "LIST"}
	input.action.operations[0].resource_type == "invoice"
	input.action.operations[0].scope != "SINGLE"
	numbers.rows_above(input.action.operations[0], data.settings.packs.invoices.limits.rows_read)
	rule := {
		"id": "invoices.read_bulk",
		"outcome": "APPROVAL",
		"code": "ROWS_OVER_LIMIT",
		"message": sprintf("more than %v rows may be read", [data.settings.packs.invoices.limits.rows_read]),
		"remediation": "bound the number of rows, or get an approval",
		"approval": data.packs.invoices.approvals.read_many,
	}
}
