package writ.scopes

import data.writ.lib.clock

# METADATA
# title: What is said of the scopes when the bundle is built, and of money that cannot be compared
# entrypoint: true
report := {"problems": problems, "conflicts": conflicts, "warnings": warnings}

# METADATA
# title: What is wrong with the scopes of the bundle, as sentences
# description: With any of them the bundle is not built, and one that was built in spite of it never becomes active.
problems contains sprintf("scope `%s`: %s", [name, problem]) if {
	some name, scope in declared
	some problem in _problems_of(scope)
}

problems contains sprintf("`%s`: expected a mapping, got %s", [dotted(path), type_name(value)]) if {
	some [path, value] in _mappings
	not is_object(value)
}

problems contains sprintf("scope `%s`: expected no `%v` under `match`, by which it is led", [name, dimension]) if {
	some dimension, values in data.settings.scopes
	some scopes in values
	some name, entry in scopes
	entry.match[dimension]
}

problems contains sprintf("scope `%s`: expected one place for each name, got several", [name]) if some name in _repeated

problems contains sprintf("scope `%s`: expected `priority`, `match` and `set`, got `%v`", [name, key]) if {
	some values in data.settings.scopes
	some scopes in values
	some name, entry in scopes
	is_object(entry)
	some key in (object.keys(entry) - {"priority", "match", "set"})
}

problems contains sprintf("time window `%s`: expected a list of one or more hours", [name]) if {
	some name, hours in data.settings.time_windows
	not _several(hours)
}

problems contains sprintf("time window `%s`: %s", [name, fault]) if {
	some name, several in data.settings.time_windows
	is_array(several)
	some hours in several
	some fault in clock.faults(hours)
}

problems contains problem if some problem in _of_packs

problems contains problem if some problem in _misnamed

# What has to be a mapping, with its path: a level that was forgotten, or a list in its place, would declare nothing.
_mappings contains [["scopes"], data.settings.scopes]

_mappings contains [["time_windows"], data.settings.time_windows]

_mappings contains [["scopes", dimension], values] if some dimension, values in data.settings.scopes

_mappings contains [["scopes", dimension, value], scopes] if {
	some dimension, values in data.settings.scopes
	some value, scopes in values
}

_mappings contains [["scopes", dimension, value, name], entry] if {
	some dimension, values in data.settings.scopes
	some value, scopes in values
	some name, entry in scopes
}

_mappings contains [["scopes", dimension, value, name, key], entry[key]] if {
	some dimension, values in data.settings.scopes
	some value, scopes in values
	some name, entry in scopes
	some key in {"match", "set"}
}

_several(hours) if {
	is_array(hours)
	count(hours) > 0
}

_dimensions := {
	"organisation", "unit", "role", "agent", "session", "resource_type", "verb", "payload_class", "environment",
	"time_window",
}

_problems_of(scope) := ({problem |
	not _whole_from_one(scope.priority)
	problem := "expected `priority` as a whole number from 1"
} | {problem |
	some dimension, values in scope.match
	some problem in faults(dimension, values)
}) | ({problem |
	some path, value in leaves(scope.set)
	not _settable(path, value)
	problem := sprintf("expected a setting that scopes may give, with a value of its type, got `%s`", [dotted(path)])
} | {problem |
	some path, values in leaves(scope.set)
	some unknown in _unknown(_declared[path], values)
	problem := sprintf("`%s`: %s", [dotted(path), unknown])
})

# METADATA
# title: What keeps the values that a scope names of a dimension from being read, as sentences
# description: Values that no action has are of these, for by them a scope would silently never hold.
faults(dimension, values) := {sprintf("expected a dimension of scopes, got `%v`", [dimension])} if {
	not dimension in _dimensions
} else := {sprintf("expected a list of texts under `%v`", [dimension])} if {
	not _texts(values)
} else := {sprintf("expected at least one value under `%v`, got none", [dimension])} if {
	count(values) == 0
} else := {fault |
	some window in values
	not data.settings.time_windows[window]
	fault := sprintf("expected a window of `time_windows`, got `%v`", [window])
} if {
	dimension == "time_window"
} else := _unknown(dimension, values)

# Of the other dimensions nobody knows all values.
_unknown(dimension, values) := {problem |
	known := _known(dimension)
	some value in values
	not value in known
	problem := sprintf("expected a %s (%s), got `%v`", [dimension, concat(", ", sort(known)), value])
}

# Of a bundle without inspection rules nobody knows the data classes.
_known(dimension) := verbs if {
	dimension == "verb"
} else := classes if {
	dimension == "payload_class"
	count(data.inspection) > 0
}

# METADATA
# title: The verbs of actions, those of `writ.v1.Verb`
verbs := {"READ", "LIST", "CREATE", "UPDATE", "SEND", "PAY", "EXECUTE", "ADMIN", "DELETE", "UNKNOWN"}

# METADATA
# title: The data classes that inspection rules find and that the catalog gives to results
# description: "`unclassified` is what was not inspected to its end."
classes contains "unclassified"

classes contains rule.class if {
	some group in data.inspection
	some rule in group.rules
	rule.kind == "DATA"
}

classes contains class if {
	walk(data.catalog, [path, names])
	path[count(path) - 1] == "classes"
	some class in names
}

_whole_from_one(priority) if {
	is_number(priority)
	priority >= 1
	priority == floor(priority)
}

_texts(values) if {
	is_array(values)
	every value in values {
		is_string(value)
	}
}

_settable(path, value) if {
	direction(path)
	count(path) in {2, 3, 4, 5}
	type_name(object.get(defaults, path, null)) == type_name(value)
	_in_range(path, value)
}

_in_range(path, value) if {
	path[0] in {"risk", "permit_ttl_s"}
	value >= 0
	value <= 100
}

_in_range(path, value) if {
	path[0] == "tiers"
	value >= -3
	value <= 100
}

_in_range(path, value) if {
	path[0] == "acknowledgement"
	value in {"SIGNED", "DURABLE"}
}

_in_range(path, _) if path[0] == "packs"

# METADATA
# title: Scopes that conflict, and rules that do, as sentences
# description: |
#   Reported when the bundle is built, which is the only time that the rules are known as data. The stricter value holds, and
#   the graver outcome goes first.
conflicts := conflicts_among(declared, [rule | some rule in data.scoped_rules.rules])

# METADATA
# title: Conflicts among some scopes, by name, and some rules, each {"pack", "id", "outcome", "scope"}, as sentences
conflicts_among(scopes, rules) := _settings_that_differ(scopes) | _rules_that_differ(scopes, rules)

# Scopes of one priority that may hold together and give one setting two values.
_settings_that_differ(scopes) := {conflict |
	some one, scope in scopes
	some path, value in leaves(scope.set)
	some other, rival in scopes
	one < other
	rival.priority == scope.priority
	competing := object.get(rival.set, path, value)
	competing != value
	not _apart(scope.match, rival.match)
	setting := dotted(path)
	conflict := sprintf("scopes `%s` and `%s` of priority %v differ on `%s`: %v and %v", [
		one,
		other,
		scope.priority,
		setting,
		value,
		competing,
	])
}

# Rules of one pack under scopes of one priority that may hold together and come to different outcomes. Whether the
# conditions of two rules can hold together nobody can tell.
_rules_that_differ(scopes, rules) := {conflict |
	some one in rules
	some other in rules
	one.pack == other.pack
	one.scope < other.scope
	one.outcome != other.outcome
	scope := scopes[one.scope]
	rival := scopes[other.scope]
	scope.priority == rival.priority
	not _apart(scope.match, rival.match)
	conflict := sprintf("rules `%s` (%s) and `%s` (%s) of scopes `%s` and `%s`, both of priority %v, may both apply", [
		one.id,
		one.outcome,
		other.id,
		other.outcome,
		one.scope,
		other.scope,
		scope.priority,
	])
}

# METADATA
# title: Currencies that the catalog names and for which the settings have no rate, as sentences
# description: |
#   Sums and baselines count their minor units one to one with those of `behaviour.currency`. What a call says of its
#   currency (`currency_path`) is not known when the bundle is built.
warnings contains warning if {
	ours := data.settings.behaviour.currency
	walk(data.catalog, [path, amount])
	path[count(path) - 1] == "amount"
	theirs := amount.currency
	is_string(theirs)
	theirs != ours
	not data.settings.behaviour.rates_bp[theirs]
	warning := sprintf("catalog `%v` moves %v, for which `behaviour.rates_bp` has no rate: counted one to one with %v", [
		dotted(array.slice(path, 0, count(path) - 1)),
		theirs,
		ours,
	])
}

# An action has one value of each of these.
_apart(one, other) if {
	some dimension in {"organisation", "unit", "role", "agent", "session", "environment"}
	count({value | some value in one[dimension]} & {value | some value in other[dimension]}) == 0
	one[dimension]
	other[dimension]
}

# METADATA
# title: A path as people write it
dotted(path) := concat(".", [sprintf("%v", [part]) | some part in path])
