package writ.rules

# METADATA
# title: A declared sequence that the action completes is dangerous, unless its declaration says otherwise
# description: |
#   Declarations stand in `data.settings.sequences` and in `sequences` of packs (docs/behaviour.md). What is not declared, or
#   declares what nobody knows, counts as the gravest.
matched contains rule if {
	some name in input.session.sequences
	declared := _sequence(name)
	not declared.outcome in {"APPROVAL", "SIGNAL"}
	rule := {
		"id": sprintf("writ.sequence.%v", [name]),
		"outcome": "SEQUENCE",
		"code": "SEQUENCE_COMPLETED",
		"message": sprintf("with this action the declared sequence `%v` is complete, %v", [name, _since(declared)]),
		"remediation": "do it where the earlier steps were not taken, or wait until they are too long ago to count",
	}
}

# METADATA
# title: A declared sequence that people may let happen is held for them
matched contains rule if {
	some name in input.session.sequences
	declared := _sequence(name)
	declared.outcome == "APPROVAL"
	rule := {
		"id": sprintf("writ.sequence.%v", [name]),
		"outcome": "APPROVAL",
		"code": "SEQUENCE_HELD",
		"message": sprintf("with this action the declared sequence `%v` is complete, %v", [name, _since(declared)]),
		"remediation": "get an approval, or do it where the earlier steps were not taken",
		"approval": _asked(declared),
		"grants": false,
	}
}

_sequence(name) := object.union({"outcome": "SEQUENCE", "scope": "session", "within_s": 0}, object.get(_sequences, name, {}))

_sequences := object.union_n(array.concat(
	[data.settings.sequences],
	[declared | declared := data.packs[_].sequences],
))

# A declaration without it asks nobody, which denies.
_asked(declared) := object.get(declared, "approval", {})

# What was lost may have held every step.
_since(declared) := "or it is not known what was done before" if {
	not input.session[declared.scope].state == "OK"
} else := sprintf("by what was done in the last %v s", [declared.within_s])
