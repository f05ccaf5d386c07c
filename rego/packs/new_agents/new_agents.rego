# METADATA
# title: New agents, new versions, new tool definitions
# description: |
#   What is new has no record to be judged by: grave and large actions are held until there is one. Without
#   `data.settings.behaviour` nobody keeps records, and the pack is silent.
package packs.new_agents

# METADATA
# title: A new agent does nothing grave or large alone
matched contains rule if {
	input.baseline.new_agent == true
	some rule in _too_much
}

# METADATA
# title: An agent of which the record was lost is new
matched contains rule if {
	input.baseline.state in {"NO_DATA", "UNSPECIFIED"}
	some rule in _too_much
}

# METADATA
# title: A new version of a known agent does nothing grave alone
matched contains rule if {
	input.baseline.new_version == true
	input.baseline.new_agent == false
	input.action.operations[0].verb in data.settings.packs.new_agents.guarded.new_version
	rule := {
		"id": "new_agents.version",
		"outcome": "APPROVAL",
		"code": "AGENT_VERSION_NEW",
		"message": "this version of the agent is new",
		"remediation": "get an approval, or let the agent do smaller things until it is known",
		"approval": data.packs.new_agents.approvals.new,
		"grants": false,
	}
}

# METADATA
# title: A tool whose definition changed under the agent changes nothing alone
matched contains rule if {
	input.baseline.new_definition == true
	input.baseline.tool_known == true
	not input.action.operations[0].verb in {"READ", "LIST"}
	rule := {
		"id": "new_agents.definition",
		"outcome": "APPROVAL",
		"code": "DEFINITION_NEW",
		"message": "the agent knows the tool by another definition than the one it was shown now",
		"remediation": "get an approval, or let the agent do smaller things until it is known",
		"approval": data.packs.new_agents.approvals.new,
		"grants": false,
	}
}

_too_much contains rule if {
	input.action.operations[0].verb in data.settings.packs.new_agents.guarded.new_agent
	rule := {
		"id": "new_agents.verb",
		"outcome": "APPROVAL",
		"code": "AGENT_NEW",
		"message": "the agent is new, or its record was lost",
		"remediation": "get an approval, or let the agent do smaller things until it is known",
		"approval": data.packs.new_agents.approvals.new,
		"grants": false,
	}
}

_too_much contains rule if {
	_large
	rule := {
		"id": "new_agents.size",
		"outcome": "APPROVAL",
		"code": "AGENT_NEW_ACTION_LARGE",
		"message": "the agent is new, or its record was lost, and the action is large",
		"remediation": "get an approval, or let the agent do smaller things until it is known",
		"approval": data.packs.new_agents.approvals.new,
		"grants": false,
	}
}

# Money or records above the limit.
_large if input.action.operations[0].amount_minor > data.settings.packs.new_agents.limits.amount_minor

_large if input.action.operations[0].max_rows > data.settings.packs.new_agents.limits.rows

# Without a bound a change may reach everything.
_large if {
	input.action.operations[0].verb in {"UPDATE", "ADMIN", "DELETE"}
	not input.action.operations[0].max_rows
}
