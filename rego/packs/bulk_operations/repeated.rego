package packs.bulk_operations

import data.writ.lib.counters

# METADATA
# title: A payment that was made before in the session is held
# description: |
#   One request for a payment asks for one; made again and again it would come to any sum. A payment that seemed to fail may
#   have been made all the same, so that its repeat under another `request_id` is one for people, too.
matched contains rule if {
	input.action.operations[0].verb == "PAY"
	input.counters.same_payment
	limit := data.settings.packs.bulk_operations.limits.same_payment
	counters.over("same_payment", limit)
	rule := {
		"id": "bulk_operations.payment_repeated",
		"outcome": "APPROVAL",
		"code": "PAYMENT_REPEATED",
		"message": sprintf(
			"the session has made the same payment before, as often as the limit of %v allows, or nobody knows",
			[limit],
		),
		"remediation": "pay once, repeat a call under the request_id that it had, or get an approval",
		"approval": data.packs.bulk_operations.approvals.large,
		"grants": false,
		"contended": counters.contended("same_payment", limit),
	}
}
