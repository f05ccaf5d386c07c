package packs.agent_safety

# METADATA
# title: ASI02, a destination that only text with a threat in it names
matched contains rule if {
	input.provenance.untrusted_read == true
	some sink in input.provenance.sinks
	sink.kind in _reaching
	sink.threatened == true
	sink.origin != "TRUSTED_RECORD"
	_reaches(sink)
	rule := _denied(
		"ASI02 tool misuse",
		"destination_threatened",
		"DESTINATION_THREATENED",
		"the destination stands beside instructions to a model, and the user did not name it",
		"have the user name the destination",
	)
}

# METADATA
# title: ASI02, a destination that only text of outsiders names, or that nothing names
matched contains rule if {
	input.provenance.untrusted_read == true
	some sink in input.provenance.sinks
	sink.kind in _reaching
	sink.origin in _doubtful
	_reaches(sink)
	not _excused(sink)
	rule := _held(
		"ASI02 tool misuse",
		"destination_untrusted",
		"DESTINATION_UNTRUSTED",
		"only text of outsiders names the destination, or nothing does",
		_name_it,
	)
}

# METADATA
# title: ASI02, a destination of our own records that text with a threat in it names too
matched contains rule if {
	input.provenance.untrusted_read == true
	some sink in input.provenance.sinks
	sink.kind in _reaching
	sink.threatened == true
	sink.origin == "TRUSTED_RECORD"
	_reaches(sink)
	rule := _held(
		"ASI02 tool misuse",
		"destination_pushed",
		"DESTINATION_PUSHED",
		"text with instructions to a model names this destination",
		_name_it,
	)
}

# METADATA
# title: ASI02, a record to change or delete that only text of outsiders names
matched contains rule if {
	input.provenance.untrusted_read == true
	input.action.operations[0].verb in _changing
	some sink in input.provenance.sinks
	sink.kind in {"id", "path"}
	_suspect(sink)
	rule := _held(
		"ASI02 tool misuse",
		"record_untrusted",
		"RECORD_UNTRUSTED",
		"text of outsiders says which record this acts on",
		_name_it,
	)
}

# A reading action reaches out only by a URL.
_reaches(_) if input.action.operations[0].verb in _changing

_reaches(sink) if sink.kind == "url"

# What is sent, paid or invited to where the user pointed; and a page that is only fetched, whole as it stood there.
_excused(sink) if {
	sink.origin == "UNTRUSTED_TEXT"
	input.action.operations[0].verb in {"SEND", "PAY", "CREATE", "READ", "LIST"}
	_entrusted(sink)
}

_suspect(sink) if {
	sink.threatened == true
}

_suspect(sink) if {
	sink.origin == "UNTRUSTED_TEXT"
	not _entrusted(sink)
}
