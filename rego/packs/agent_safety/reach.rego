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
	rule := _truly(_denied(
		"ASI02 tool misuse",
		"destination_threatened",
		"DESTINATION_THREATENED",
		"the destination stands beside instructions to a model, and the user did not name it",
		"have the user name the destination",
	))
}

# METADATA
# title: ASI02, a destination that only text of outsiders names, or that nothing names
matched contains rule if {
	input.provenance.untrusted_read == true
	some sink in input.provenance.sinks
	sink.kind in _reaching
	_doubtful(sink)
	_reaches(sink)
	not _excused(sink)
	rule := _truly(_held(
		"ASI02 tool misuse",
		"destination_untrusted",
		"DESTINATION_UNTRUSTED",
		"only text of outsiders names the destination, or nothing does",
		_name_it,
	))
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
	rule := _truly(_held(
		"ASI02 tool misuse",
		"destination_pushed",
		"DESTINATION_PUSHED",
		"text with instructions to a model names this destination",
		_name_it,
	))
}

# METADATA
# title: ASI02, a recipient whom the user did not mean
# description: >-
#   The user named somebody of the records that were read, and this is another one of them.
matched contains rule if {
	input.provenance.untrusted_read == true
	input.provenance.user_request == "GATEWAY"
	input.action.operations[0].verb in _changing
	some sink in input.provenance.sinks
	_meant_by_name(sink)
	sink.pointed == false
	sink.left_open == false
	rule := _held(
		"ASI02 tool misuse",
		"recipient_not_meant",
		"RECIPIENT_NOT_MEANT",
		"the user named somebody else than whom this reaches",
		_name_it,
	)
}

# METADATA
# title: ASI02, a payment to an account that nothing holds, where the user said whom to pay
# description: >-
#   Whatever the agent has read: the user wrote out an account, or named a payee, and the action reaches
#   none that the user wrote.
matched contains rule if {
	input.provenance.user_request == "GATEWAY"
	input.action.operations[0].verb == "PAY"
	accounts := [sink | some sink in input.provenance.sinks; sink.kind in {"account", "recipient"}]
	some sink in accounts
	_unheld(sink)
	named := [other | some other in accounts; other.origin == "USER"; other.addressed == true]
	count(named) == 0
	rule := _truly(_held(
		"ASI02 tool misuse",
		"account_not_named",
		"ACCOUNT_NOT_NAMED",
		"the user said whom to pay, and nothing holds this account",
		_name_it,
	))
}

# METADATA
# title: ASI02, a payment of another sum than the one that the user named
# description: >-
#   Whatever the agent has read: the request states one sum of money and reckons nothing.
matched contains rule if {
	input.provenance.user_request == "GATEWAY"
	input.action.operations[0].verb == "PAY"
	some sink in input.provenance.sinks
	sink.kind == "amount"
	rule := _held(
		"ASI02 tool misuse",
		"amount_not_named",
		"AMOUNT_NOT_NAMED",
		"the user named another sum than the one that is paid",
		"have the user name the sum, or get an approval",
	)
}

# METADATA
# title: ASI02, details of the action that outsiders bid and the user did not name
matched contains rule if {
	input.provenance.untrusted_read == true
	input.provenance.user_request == "GATEWAY"
	input.action.operations[0].verb in _changing
	some sink in input.provenance.sinks
	sink.kind == "detail"
	rule := _held(
		"ASI02 tool misuse",
		"detail_bidden",
		"DETAIL_BIDDEN",
		"a sentence of outsiders bids the reader do this with what the user did not name",
		_ask_again,
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
	rule := _truly(_held(
		"ASI02 tool misuse",
		"record_untrusted",
		"RECORD_UNTRUSTED",
		"text of outsiders says which record this acts on",
		_name_it,
	))
}

_meant_by_name(sink) if {
	sink.kind in {"recipient", "channel", "account", "id", "path"}
	sink.origin in {"UNTRUSTED_RECORD", "TRUSTED_RECORD"}
}

# Everybody, and a name that nothing holds where the user named somebody else.
_meant_by_name(sink) if {
	sink.kind in {"recipient", "channel"}
	sink.origin == "NOWHERE"
}

_unheld(sink) if {
	sink.origin == "NOWHERE"
	sink.addressed == true
	sink.left_open == false
}

_unheld(_) if input.provenance.state == "NO_DATA"

# A reading action reaches out only by a URL.
_reaches(_) if input.action.operations[0].verb in _changing

_reaches(sink) if sink.kind == "url"

# An address that nothing names may be made of anything; a name that nothing holds means only what its server knows.
_doubtful(sink) if sink.origin in {"UNTRUSTED_TEXT", "UNSPECIFIED"}

_doubtful(sink) if {
	sink.origin == "NOWHERE"
	sink.addressed == true
}

# What is sent, paid or invited to where the user pointed.
_excused(sink) if {
	input.action.operations[0].verb in {"SEND", "PAY", "CREATE", "ADMIN", "READ", "LIST"}
	_entrusted(sink)
}

# Who is told something that the user asked for, by a plain name that a text holds: only the tool's server knows whom it
# means, and `left_open` tells that no sentence of outsiders bids the reader write to him.
_excused(sink) if {
	input.action.operations[0].verb == "SEND"
	_called_by_text(sink)
	sink.kind == "recipient"
}

# Where the user handed over to a source: a name on the same server, or a page that is fetched whole as it stands there.
_excused(sink) if {
	input.provenance.intent == "DELEGATED"
	input.action.operations[0].verb in {"SEND", "CREATE", "READ", "LIST"}
	sink.origin == "UNTRUSTED_TEXT"
	sink.pointed == true
	sink.threatened == false
	_stays(sink)
}

_stays(sink) if sink.addressed == false

_stays(sink) if {
	sink.kind == "url"
	sent := [other | some other in input.provenance.sinks; not other.kind in {"url", "query", "id"}]
	count(sent) == 0
}

_suspect(sink) if {
	sink.threatened == true
}

# Where a gateway tells what the user said, an id by its form, or a path that leads elsewhere than it seems to, must come
# from somewhere. Where nobody does, every id is new.
_suspect(sink) if {
	input.provenance.user_request == "GATEWAY"
	sink.kind in {"id", "path"}
	sink.origin == "NOWHERE"
	sink.addressed == true
}

_suspect(sink) if {
	sink.origin == "UNTRUSTED_TEXT"
	not _entrusted(sink)
	not _called(sink)
}

# What the user asked for, done to what a text calls by a plain name: only the tool's server knows whom or what it means, and
# `left_open` tells that no sentence of outsiders bids the reader act on it.
_called(sink) if {
	input.action.operations[0].verb in {"CREATE", "UPDATE", "SEND"}
	_called_by_text(sink)
	sink.kind == "id"
}

_called_by_text(sink) if {
	input.provenance.intent == "ASKED"
	sink.origin == "UNTRUSTED_TEXT"
	sink.addressed == false
	sink.left_open == true
	sink.threatened == false
}
