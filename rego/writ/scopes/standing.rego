# METADATA
# title: Scopes
# description: |
#   A scope names a part of what agents do and says which settings hold there, as
#   `data.settings.scopes.<dimension>.<value>.<name>` with `priority`, further conditions in `match`, and `set`.
#   It holds for an item CERTAIN when nothing that the agent says, hides or leaves open decides it, else POSSIBLE. What only
#   possibly holds makes an action stricter, never milder.
package writ.scopes

import data.writ.lib
import data.writ.lib.clock

# METADATA
# title: Tells whether any scope may hold, at the cost of a look-up for each dimension that leads scopes
default touched := false

touched if data.settings.scopes.organisation[input.organisation]

touched if data.settings.scopes.agent[input.agent.id]

touched if data.settings.scopes.unit[input.agent.unit]

touched if data.settings.scopes.role[input.agent.role]

touched if data.settings.scopes.session[input.context.session_id]

touched if data.settings.scopes.environment[input.environment.name]

touched if data.settings.scopes.environment[input.environment.claimed]

touched if data.settings.scopes.verb[input.action.operations[_].verb]

touched if data.settings.scopes.resource_type[input.action.operations[_].resource_type]

touched if data.settings.scopes.payload_class[input.payload.classes[_]]

# A dimension that nobody vouches for may have any value.
touched if {
	some dimension in _uncertain
	data.settings.scopes[dimension]
}

# Written as equalities, by which OPA passes over the rules: these are all the words of `writ.v1.Assertion` that vouch for
# nothing.
_uncertain contains "unit" if input.agent.asserted_by in {"AGENT", "UNSPECIFIED"}

_uncertain contains "role" if input.agent.asserted_by in {"AGENT", "UNSPECIFIED"}

_uncertain contains "session" if input.context.asserted_by in {"AGENT", "UNSPECIFIED"}

_uncertain contains "environment" if input.environment.asserted_by in {"AGENT", "UNSPECIFIED"}

_uncertain contains "resource_type" if input.action.operations[_].resource_type == ""

# Inspection that was cut short may have missed anything.
_uncertain contains "payload_class" if input.payload.state != "OK"

# METADATA
# title: The scopes that hold or may hold, by name
# description: Each with `priority`, `set`, `standing` (CERTAIN or POSSIBLE) and `match`, the leading dimension included.
standing[name] := object.union(scope, {"standing": standing_of}) if {
	some dimension, values in _leading
	some value in values
	some name, entry in data.settings.scopes[dimension][value]
	scope := _scope(dimension, value, entry)
	standing_of := _standing(scope)
}

# The values that the item has, or may have, of each dimension: only scopes led by them can hold.
_leading[dimension] := object.keys(data.settings.scopes[dimension]) if some dimension in _uncertain

_leading[dimension] := values if {
	some dimension, values in _values
	not dimension in _uncertain
}

_values := {
	"organisation": [input.organisation],
	"agent": [input.agent.id],
	"unit": [input.agent.unit],
	"role": [input.agent.role],
	"session": [input.context.session_id],
	"environment": [input.environment.name, input.environment.claimed],
	"verb": [operation.verb | some operation in input.action.operations],
	"resource_type": [operation.resource_type | some operation in input.action.operations],
	"payload_class": [class | some class in input.payload.classes],
}

# METADATA
# title: Every scope that the settings declare, by name
declared[name] := scope if {
	some dimension, values in data.settings.scopes
	some value, scopes in values
	some name, entry in scopes
	not name in _repeated
	is_object(entry)
	is_object(object.get(entry, "match", {}))
	scope := _scope(dimension, value, entry)
}

_scope(dimension, value, entry) := {
	"priority": object.get(entry, "priority", null),
	"match": object.union(object.get(entry, "match", {}), {dimension: [value]}),
	"set": object.get(entry, "set", {}),
}

# A name at several places is a problem of the bundle, which then never becomes active.
_repeated contains name if {
	some index, name in _names
	name in array.slice(_names, index + 1, count(_names))
}

_names := [name |
	some values in data.settings.scopes
	some scopes in values
	some name, _ in scopes
]

_standing(scope) := "CERTAIN" if {
	every dimension, values in scope.match {
		_certain(dimension, values)
	}
} else := "POSSIBLE" if {
	every dimension, values in scope.match {
		_possible(dimension, values)
	}
}

# What the item says of each dimension that has one value, and whether somebody other than the agent vouches for it.
_said := {
	"organisation": {"value": input.organisation, "vouched": true},
	"agent": {"value": input.agent.id, "vouched": true},
	"unit": {"value": input.agent.unit, "vouched": lib.trusted(input.agent)},
	"role": {"value": input.agent.role, "vouched": lib.trusted(input.agent)},
	"session": {"value": input.context.session_id, "vouched": lib.trusted(input.context)},
}

_of_operations := {"verb": "verb", "resource_type": "resource_type"}

default _certain(_, _) := false

_certain(dimension, values) if {
	_said[dimension].vouched
	_said[dimension].value in values
}

_certain("environment", values) if {
	lib.trusted(input.environment)
	input.environment.name in values
	_claims_no_other(values)
}

# Every operation, so that the mildest one decides nothing for the others.
_certain(dimension, values) if {
	field := _of_operations[dimension]
	count(input.action.operations) > 0
	every operation in input.action.operations {
		operation[field] in values
	}
}

_certain("time_window", values) if _within(values)

default _possible(_, _) := false

_possible(dimension, values) if _certain(dimension, values)

_possible(dimension, _) if dimension in _uncertain

_possible("environment", values) if input.environment.name in values

_possible("environment", values) if input.environment.claimed in values

_possible(dimension, values) if {
	field := _of_operations[dimension]
	some operation in input.action.operations
	operation[field] in values
}

# Never certain: that something was found must not make an action milder.
_possible("payload_class", values) if {
	some class in input.payload.classes
	class in values
}

# What cannot be read may be meant to hold: no bundle is built with it, but sources are explained, too. Data classes only
# hold possibly, and to tell the known ones would be a walk through the catalog at each decision.
_possible(dimension, values) if {
	dimension != "payload_class"
	count(faults(dimension, values)) > 0
}

_possible("time_window", values) if {
	some window in values
	not is_array(data.settings.time_windows[window])
}

_possible("time_window", values) if {
	some window in values
	some hours in data.settings.time_windows[window]
	count(clock.faults(hours)) > 0
}

_claims_no_other(_) if input.environment.claimed == ""

_claims_no_other(values) if input.environment.claimed in values

_within(windows) if {
	some window in windows
	some hours in data.settings.time_windows[window]
	clock.within_hours(hours)
}
