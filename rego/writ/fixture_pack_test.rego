# A pack that only tests have: what the library makes of rules for several operations is tried without the packs beside
# it, which an organisation may leave out.
# regal ignore:directory-package-mismatch
package packs.of_writ_test

matched contains object.union(_said, {"id": "of_writ.read", "outcome": "ALLOW"}) if {
	input.action.operations[0].resource_type == "of_writ"
	input.action.operations[0].verb == "READ"
}

matched contains object.union(_said, {"id": "of_writ.foreign", "outcome": "DENY"}) if {
	input.action.operations[0].resource_type == "of_writ"
	input.action.operations[0].containers[_].id == "8"
}

matched contains object.union(_said, {"id": "of_writ.delete", "outcome": "APPROVAL", "approval": _approval}) if {
	input.action.operations[0].resource_type == "of_writ"
	input.action.operations[0].verb == "DELETE"
}

_said := {"code": "SAID_BY_TEST", "message": "said by the test", "remediation": "change the test"}

_approval := {"quorum": 1, "roles": ["finance-manager"], "deadline_s": 3600}
