package packs.invoices

# METADATA
# title: T3, deleting all invoices of a customer takes two approvers
matched contains rule if {
	input.action.operations[0].verb == "DELETE"
	input.action.operations[0].resource_type == "invoice"
	not input.action.operations[0].scope in {"SINGLE", "MANY"}
	rule := {
		"id": "invoices.delete_all",
		"outcome": "APPROVAL",
		"code": "ALL_INVOICES_DELETED",
		"message": "all invoices of a customer are deleted",
		"remediation": "get the approval of two people",
		"approval": data.packs.invoices.approvals.delete_all,
	}
}
