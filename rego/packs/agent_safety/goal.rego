package packs.agent_safety

# METADATA
# title: ASI01, an action that the user did not ask for, after text of outsiders was read
matched contains rule if {
	input.provenance.untrusted_read == true
	_not_asked
	input.provenance.threat_read == false
	input.action.operations[0].verb in _changing
	rule := _held(
		"ASI01 goal hijack",
		"goal_not_asked",
		"GOAL_NOT_ASKED",
		"as far as a gateway tells, the user did not ask for this, and the agent has read text of outsiders",
		_ask_again,
	)
}

# METADATA
# title: ASI01, an action that the user did not ask for, after a threat was read
matched contains rule if {
	input.provenance.threat_read == true
	input.provenance.intent in (_unasked | {"DELEGATED", "IMPLIED"})
	input.action.operations[0].verb in _changing
	rule := _truly(_denied(
		"ASI01 goal hijack",
		"goal_hijacked",
		"GOAL_HIJACKED",
		"as far as a gateway tells, the user did not ask for this, and what the agent has read holds instructions to a model",
		"remove the text with the instructions, and start a new session",
	))
}

# METADATA
# title: ASI01, handing over to a source is no word for a grave action
matched contains rule if {
	input.provenance.untrusted_read == true
	input.provenance.intent == "DELEGATED"
	input.provenance.threat_read == false
	_needs_a_word
	_reaches_anew
	rule := _held(
		"ASI01 goal hijack",
		"goal_delegated",
		"GOAL_DELEGATED",
		"the user handed over to what a source says, and that is no word for this",
		_ask_again,
	)
}

# METADATA
# title: ASI01, after a threat was read only what the user named goes through
matched contains rule if {
	input.provenance.threat_read == true
	input.action.operations[0].verb in _changing
	some sink in input.provenance.sinks
	not sink.kind in {"content", "link"}
	sink.origin != "USER"
	rule := _truly(_held(
		"ASI01 goal hijack",
		"value_after_threat",
		"VALUE_AFTER_THREAT",
		"the user did not name what this acts on, and what the agent has read holds instructions to a model",
		"have the user name it, or get an approval",
	))
}

# Where no gateway tells what the user said, the user asked for nothing: an agent must not gain by keeping the request back.
_unasked := {"NOT_ASKED", "UNSPECIFIED"}

# Names, numbers and codes bid nobody do anything; a grave action waits all the same.
_not_asked if {
	input.provenance.intent in _unasked
	not _mute
}

_not_asked if {
	input.provenance.intent in _unasked
	_needs_a_word
}

# What the user only may have meant is no word for a grave action either.
_not_asked if {
	input.provenance.intent == "IMPLIED"
	input.action.operations[0].verb in _grave
}

_mute if input.provenance.prose_read == false

_needs_a_word if input.action.operations[0].verb in _grave

# What is sent to nobody in particular is sent to everybody.
_needs_a_word if {
	input.action.operations[0].verb == "SEND"
	reached := [sink | some sink in input.provenance.sinks; not sink.kind in {"content", "link", "detail"}]
	count(reached) == 0
}

# A payment that leaves its destination as it stands, or takes it from our own records, goes nowhere new.
_reaches_anew if input.action.operations[0].verb != "PAY"

_reaches_anew if {
	some sink in input.provenance.sinks
	sink.kind in (_reaching | {"id"})
	not sink.origin in {"USER", "TRUSTED_RECORD"}
}
