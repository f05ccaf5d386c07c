package writ.scopes

# METADATA
# title: The settings that hold for the item, with what scopes say laid over what the organisation says
# description: |
#   For each setting the scope of the highest priority that certainly holds decides; of several with one priority the
#   stricter value. Then every scope that only possibly holds counts where it is stricter.
settings := object.union(_laid, {"tiers": {"from_score": {"T1": min([
	_laid.tiers.from_score.T1, # `writ.outcome` looks for `deny_from` only from there on
	_laid.risk.deny_from,
])}}})

_laid := object.union_n(array.concat([defaults], [_nested(path, entry.value) | some path, entry in given]))

# METADATA
# title: What the organisation says; a cap, even one of 100, makes `writ.outcome` take weights that are not 100 in all
defaults := object.union({"risk": {"cap": 100}}, data.settings)

# METADATA
# title: Every setting that a scope gives, by its path
# description: Each with `value`, `base` (what the organisation says) and `scopes`, the names of those that say the value.
given[path] := entry if {
	some path, said in _said_of
	base := object.get(defaults, path, null)
	possible := {scope.value | some scope in said; scope.standing == "POSSIBLE"}
	value := _strictest(path, possible | {_decided(path, said, base)})
	entry := {"value": value, "base": base, "scopes": sort({scope.name | some scope in said; scope.value == value})}
}

_said_of[path] contains said if {
	some name, scope in standing
	some path, value in leaves(scope.set)
	said := {"name": name, "priority": scope.priority, "standing": scope.standing, "value": value}
}

_decided(path, said, base) := _strictest(path, values) if {
	priorities := {scope.priority | some scope in said; scope.standing == "CERTAIN"}
	count(priorities) > 0
	values := {scope.value | some scope in said; scope.standing == "CERTAIN"; scope.priority == max(priorities)}
} else := base

# METADATA
# title: Every value of a tree that is no object, by its path
leaves(tree) := {path: value |
	some path, value

	# regal ignore:walk-no-path
	walk(tree, [path, value])
	not is_object(value)
}

# METADATA
# title: How the stricter of two values of a setting is found; undefined for what no scope may set
# description: |
#   MOST and LEAST compare numbers and booleans; DURABLE is stricter than SIGNED; of lists COMMON keeps what all have and
#   UNITED what any has.
direction(path) := "MOST" if {
	path[0] == "risk"
	path[1] in {"weights", "no_data", "cap"}
} else := "MOST" if {
	array.slice(path, 0, 3) == ["risk", "floors", "scores"]
} else := "MOST" if {
	path[0] == "tiers"
	path[1] in {"base", "environments", "resources"}
} else := "LEAST" if {
	path == ["risk", "deny_from"]
} else := "LEAST" if {
	path == ["risk", "floors", "from"]
} else := "LEAST" if {
	array.slice(path, 0, 2) == ["tiers", "from_score"]
} else := "LEAST" if {
	path[0] == "permit_ttl_s"
} else := "DURABLE" if {
	path[0] == "acknowledgement"
} else := {"limits": "LEAST", "demands": "MOST", "allowed": "COMMON", "guarded": "UNITED"}[path[2]] if {
	path[0] == "packs"
}

_strictest(path, values) := max(values) if {
	direction(path) == "MOST"
} else := min(values) if {
	direction(path) == "LEAST"
} else := "DURABLE" if {
	direction(path) == "DURABLE"
	some value in values
	value != "SIGNED"
} else := "SIGNED" if {
	direction(path) == "DURABLE"
} else := sort(intersection({{entry | some entry in list} | some list in values})) if {
	direction(path) == "COMMON"
} else := sort(union({{entry | some entry in list} | some list in values}))

_nested(path, value) := {path[0]: {path[1]: value}} if {
	count(path) == 2
} else := {path[0]: {path[1]: {path[2]: value}}} if {
	count(path) == 3
} else := {path[0]: {path[1]: {path[2]: {path[3]: value}}}} if {
	count(path) == 4
} else := {path[0]: {path[1]: {path[2]: {path[3]: {path[4]: value}}}}}
