package packs.agent_safety

# METADATA
# title: ASI04, a tool whose definition is not the one in the catalog
matched contains rule if {
	input.action.operations[0].verb in _changing
	some finding in input.action.findings
	finding.code == "DEFINITION_CHANGED"
	rule := _held(
		"ASI04 agentic supply chain",
		"definition_changed",
		"DEFINITION_CHANGED",
		"the agent saw another definition of this tool than the catalog knows",
		"look at the tool's new definition and bring the catalog up to date",
	)
}

# METADATA
# title: ASI08, more actions in a minute than an agent of its kind makes
matched contains rule if {
	input.session.burst > data.packs.agent_safety.limits.burst
	rule := _denied(
		"ASI08 cascading failures",
		"burst",
		"TOO_MANY_ACTIONS",
		sprintf("more than %v actions in a minute", [data.packs.agent_safety.limits.burst]),
		"slow down, and find out what drives the agent",
	)
}

# METADATA
# title: ASI10, the same thing tried again and again with small changes
matched contains rule if {
	input.session.denied_repeats >= data.packs.agent_safety.limits.denied_repeats
	rule := _denied(
		"ASI10 rogue agent",
		"denied_repeats",
		"DENIED_REPEATS",
		"nearly the same action was refused before, several times",
		"stop trying; ask the user or an operator",
	)
}

# METADATA
# title: ASI10, too much was refused lately
# description: >-
#   To the session or the agent: a fresh session clears nothing. Who works all day and is refused now and then goes on, hence
#   the share. Not to the principal: one agent must not be able to stop all others of a person.
matched contains rule if {
	input.action.operations[0].verb in _changing
	some whose in ["session", "agent"]
	_refused_too_much(input.session[whose])
	rule := _denied(
		"ASI10 rogue agent",
		"denials",
		"TOO_MANY_DENIALS",
		sprintf("more than %v actions of this %v were refused lately", [data.packs.agent_safety.limits.denials, whose]),
		"stop for an hour or two, and look at what the agent is doing",
	)
}

_refused_too_much(totals) if {
	limits := data.packs.agent_safety.limits
	totals.denials > limits.denials
	totals.denials * 100 >= limits.denied_share_pct * min([totals.actions, limits.denied_share_of])
}
