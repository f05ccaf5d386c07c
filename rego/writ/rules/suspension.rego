package writ.rules

# METADATA
# title: A suspended agent does nothing
matched contains rule if {
	input.agent.suspended == true
	rule := {
		"id": "writ.agent_suspended",
		"outcome": "FORBID",
		"code": "AGENT_SUSPENDED",
		"message": "an operator has suspended the agent",
		"remediation": "ask an operator to lift the suspension",
	}
}
