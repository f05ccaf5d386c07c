# METADATA
# title: Rules that hold for every action
# description: They only forbid; packs grant.
package writ.rules

# METADATA
# title: An operation that nobody understands is never allowed
matched contains rule if {
	input.action.operations[0].verb in {"UNKNOWN", "UNSPECIFIED", ""}
	rule := _not_understood
}

# METADATA
# title: An action without operations is no action
matched contains rule if {
	input.action.operations == []
	rule := _not_understood
}

_not_understood := {
	"id": "writ.action_not_understood",
	"outcome": "FORBID",
	"code": "ACTION_NOT_UNDERSTOOD",
	"message": "it cannot be told what the action does",
	"remediation": "use an enrolled tool, map every argument in the catalog, and write programs that hide nothing",
}
