package packs.invoices

import data.writ.lib.facts

# METADATA
# title: Nobody touches invoices of a customer that nothing proves the agent to serve
matched contains rule if {
	input.action.operations[0].resource_type == "invoice"
	not _serving
	rule := {
		"id": "invoices.customer_not_assigned",
		"outcome": "DENY",
		"code": "CUSTOMER_NOT_ASSIGNED",
		"message": "no authorised feed says that the agent serves every customer whose invoices the action touches",
		"remediation": "name the customer in the action, and have the feed assign the agent to that customer",
	}
}

# Every customer that the operation names is assigned, and it names one.
_serving if {
	[{"type": "customer", "id": customer}] = input.action.operations[0].containers
	facts.holds("assignment", [input.agent.id, customer], true)
}

_serving if {
	customers := {container.id | some container in input.action.operations[0].containers; container.type == "customer"}
	count(customers) > 0
	every customer in customers {
		facts.holds("assignment", [input.agent.id, customer], true)
	}
}
