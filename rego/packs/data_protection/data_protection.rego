# METADATA
# title: Data protection
# description: |
#   What may leave the trust boundary, by the data classes that inspection found in the arguments and that were read before.
#   The pack only holds, denies and takes away; another pack has to allow what leaves. Rules begin with the state of the
#   payload, by which OPA passes them over when nothing was found.
package packs.data_protection

# METADATA
# title: Data of a class that must not leave is denied
matched contains rule if {
	input.payload.state in {"OK", "NO_DATA", "UNSPECIFIED"}
	found := _found_leaving & {class | some class in data.settings.packs.data_protection.guarded.denied}
	count(found) > 0
	rule := {
		"id": "data_protection.denied",
		"outcome": "DENY",
		"code": "DATA_MUST_NOT_LEAVE",
		"message": sprintf("the arguments hold %v, and a destination is outside", [concat(", ", sort(found))]),
		"remediation": "leave the data out, or send it to a destination inside the trust boundary",
	}
}

# METADATA
# title: Data of a class that leaves only when somebody approves is held
matched contains rule if {
	input.payload.state in {"OK", "NO_DATA", "UNSPECIFIED"}
	found := _found_leaving & {class | some class in data.settings.packs.data_protection.guarded.held}
	count(found) > 0
	rule := {
		"id": "data_protection.held",
		"outcome": "APPROVAL",
		"code": "DATA_LEAVES",
		"message": sprintf("the arguments hold %v, and a destination is outside", [concat(", ", sort(found))]),
		"remediation": "leave the data out, or get an approval",
		"approval": data.packs.data_protection.approvals.held,
		"grants": false,
	}
}

# METADATA
# title: Data of a class that is taken out leaves redacted
matched contains rule if {
	input.payload.state in {"OK", "NO_DATA", "UNSPECIFIED"}
	found := _found_leaving & {class | some class in data.settings.packs.data_protection.guarded.redacted}
	count(found) > 0
	rule := {
		"id": "data_protection.redacted",
		"outcome": "TRANSFORM",
		"code": "DATA_REDACTED",
		"message": sprintf("%v is taken out of what leaves", [concat(", ", sort(found))]),
		"remediation": "",
		"transforms": [{
			"id": "data_protection.redact",
			"type": "redact",
			"params": {"classes": sort(found)},
		}],
	}
}

# METADATA
# title: What could not be inspected to its end may hold anything, and does not leave
matched contains rule if {
	input.payload.state in {"NO_DATA", "UNSPECIFIED"}
	_leaving
	rule := {
		"id": "data_protection.not_inspected",
		"outcome": "DENY",
		"code": "PAYLOAD_NOT_INSPECTED",
		"message": "the arguments are too large or too deep to be inspected to their end, and a destination is outside",
		"remediation": "send less at once",
	}
}

# METADATA
# title: After guarded data was read, what leaves is held
matched contains rule if {
	data.settings.packs.data_protection.guarded.read != []
	_leaving
	_read
	rule := {
		"id": "data_protection.read_before",
		"outcome": "APPROVAL",
		"code": "GUARDED_DATA_READ",
		"message": "guarded data was read before, or it is not known what was read, and a destination is outside",
		"remediation": "send it from a session that reads none, or get an approval",
		"approval": data.packs.data_protection.approvals.held,
		"grants": false,
	}
}

# Classes that inspection found in arguments of which something leaves; none when nothing does.
_found_leaving := {class | some class in input.payload.classes} if _leaving

# The catalog lists what is inside; a sending that names no destination goes nobody knows where.
_leaving if {
	some destination in input.action.operations[0].destinations
	not destination.external == false
}

_leaving if {
	input.action.operations[0].verb == "SEND"
	input.action.operations[0].destinations == []
}

_read if {
	input.session
	some track in ["session", "agent", "principal"]
	_may_have_read(track)
}

default _may_have_read(_) := true

_may_have_read(track) := count(classes & guarded) > 0 if {
	input.session.state == "OK"
	input.session[track].state == "OK"
	classes := {class | some class in input.session[track].classes}
	guarded := {class | some class in data.settings.packs.data_protection.guarded.read}
}
