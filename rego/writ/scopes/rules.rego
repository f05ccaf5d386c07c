package writ.scopes

# METADATA
# title: The rules of packs that apply, when some of them name a scope
# description: |
#   A rule with `scope` applies where the scope holds, and sets aside what rules of its pack with a lower priority say, but
#   for FORBID and SEQUENCE. Where its scope only possibly holds it sets nothing aside and grants nothing.
rules contains rule if {
	some pack, entries in _placed
	some entry in entries
	not _set_aside(pack, entry)
	rule := entry.rule
}

# [priority, standing, rule] of every rule of a pack whose scope holds or may hold; without a scope the priority is 0.
_placed[pack] contains {"priority": 0, "standing": "CERTAIN", "rule": rule} if {
	some rule in data.packs[pack].matched
	not rule.scope
}

_placed[pack] contains {
	"priority": scope.priority,
	"standing": scope.standing,
	"rule": _within_standing(scope.standing, rule),
} if {
	some rule in data.packs[pack].matched
	scope := standing[rule.scope]
}

# A rule that names no declared scope must not vanish: it becomes one that is malformed, which forbids.
_placed[pack] contains {"priority": 0, "standing": "CERTAIN", "rule": {"id": rule.id, "scope": rule.scope}} if {
	some rule in data.packs[pack].matched
	rule.scope
	not declared[rule.scope]
}

_within_standing("CERTAIN", rule) := rule

_within_standing("POSSIBLE", rule) := object.union(rule, {"grants": false})

_set_aside(pack, entry) if {
	not entry.rule.outcome in {"FORBID", "SEQUENCE"}
	some other in _placed[pack]
	other.standing == "CERTAIN"
	other.priority > entry.priority
}

# ALLOW for want of certainty grants nothing and says nothing.
_set_aside(_, entry) if {
	entry.standing == "POSSIBLE"
	entry.rule.outcome == "ALLOW"
}
