package packs.invoices

# METADATA
# title: T2, deleting named invoices takes one approver
matched contains rule if {
	input.action.operations[0].verb == "DELETE"
	input.action.operations[0].resource_type == "invoice"
	input.action.operations[0].scope in {"SINGLE", "MANY"}
	rule := {
		"id": "invoices.delete",
		"outcome": "APPROVAL",
		"code": "INVOICES_DELETED",
		"message": "invoices are deleted",
		"remediation": "get an approval",
		"approval": data.packs.invoices.approvals.delete,
	}
}
