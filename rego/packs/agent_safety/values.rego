package packs.agent_safety

# METADATA
# title: ASI03, rights, credentials or settings take a value that text of outsiders names
matched contains rule if {
	input.provenance.untrusted_read == true
	input.action.operations[0].verb == "ADMIN"
	not _drawn_from_the_source
	some sink in input.provenance.sinks
	_suspect(sink)
	rule := _truly(_held(
		"ASI03 identity and privilege abuse",
		"right_untrusted",
		"RIGHT_UNTRUSTED",
		"text of outsiders names a value of rights, credentials or settings",
		"have the user name the value, or get an approval",
	))
}

# METADATA
# title: ASI03, a level of rights above the one that the user wrote
matched contains rule if {
	input.provenance.untrusted_read == true
	input.provenance.user_request == "GATEWAY"
	input.action.operations[0].verb in _changing
	some sink in input.provenance.sinks
	sink.kind == "right"
	rule := _held(
		"ASI03 identity and privilege abuse",
		"right_not_named",
		"RIGHT_NOT_NAMED",
		"the action gives a level of rights that the user did not speak of",
		"have the user name the level, or get an approval",
	)
}

# METADATA
# title: ASI05, a program that text of outsiders holds
matched contains rule if {
	input.provenance.untrusted_read == true
	some sink in input.provenance.sinks
	sink.kind == "code"
	_suspect(sink)
	rule := _truly(_denied(
		"ASI05 unexpected code execution",
		"code_untrusted",
		"CODE_UNTRUSTED",
		"what would run stands in text of outsiders",
		"have a person run it",
	))
}

# METADATA
# title: ASI05, a program reaches or installs what only text of outsiders names
matched contains rule if {
	input.provenance.untrusted_read == true
	input.action.operations[0].verb in _changing
	programs := {sink.pointer | some sink in input.provenance.sinks; sink.kind == "code"}
	some sink in input.provenance.sinks
	sink.kind == "link"
	sink.pointer in programs
	_suspect(sink)
	rule := _truly(_held(
		"ASI05 unexpected code execution",
		"program_untrusted",
		"DESTINATION_UNTRUSTED",
		"what would run reaches an address, or installs a package, that only text of outsiders names",
		_name_it,
	))
}

# METADATA
# title: ASI06, instructions to a model are stored or passed on
matched contains rule if {
	"prompt_injection" in input.payload.threats
	input.action.operations[0].verb in {"CREATE", "UPDATE", "SEND"}
	rule := _held(
		"ASI06 memory and context poisoning",
		"memory_poisoned",
		"MEMORY_POISONED",
		"what would be stored or sent holds instructions to a model",
		"leave the instructions out, or get an approval",
	)
}

# METADATA
# title: ASI07, nobody but the agent says what the user wants, and outsiders name the destination
matched contains rule if {
	input.provenance.untrusted_read == true
	input.provenance.user_request != "GATEWAY"
	input.action.operations[0].verb in _changing
	some sink in input.provenance.sinks
	sink.kind in _reaching
	sink.origin == "UNTRUSTED_RECORD"
	rule := _held(
		"ASI07 insecure communication between agents",
		"request_unvouched",
		"REQUEST_UNVOUCHED",
		"no gateway vouches for the user's request, and outsiders can write the record that names the destination",
		"have a gateway pass on the user's request, or get an approval",
	)
}

# METADATA
# title: ASI09, people would be given an address that only text of outsiders names
matched contains rule if {
	input.provenance.untrusted_read == true
	some sink in input.provenance.sinks
	_is_handed_on(sink)
	_misleads(sink)
	rule := _truly(_held(
		"ASI09 exploitation of human trust",
		"link_untrusted",
		"LINK_UNTRUSTED",
		concat(" ", [
			"people would be given an address that only text of outsiders names, more addresses than are looked up,",
			"or what stands beside instructions to a model",
		]),
		"leave it out, or get an approval",
	))
}

_is_handed_on(_) if input.action.operations[0].verb in {"SEND", "CREATE"}

# Beside what is changed, in an argument that is no composed text: the place of a meeting, say. What is written into a file
# may come from anywhere.
_is_handed_on(sink) if {
	input.action.operations[0].verb == "UPDATE"
	sink.kind == "link"
	composed := {other.pointer | some other in input.provenance.sinks; other.kind == "content"}
	not sink.pointer in composed
}

# Values that the user entrusted to a source come along with others of the same place.
_drawn_from_the_source if {
	some sink in input.provenance.sinks
	_entrusted(sink)
	threats := [other | some other in input.provenance.sinks; other.threatened == true]
	count(threats) == 0
}

_misleads(sink) if {
	sink.kind in {"content", "link"}
	sink.threatened == true
}

_misleads(sink) if {
	sink.kind == "link"
	sink.origin == "UNTRUSTED_TEXT"
	sink.pointed == false
}
