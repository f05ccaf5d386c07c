# METADATA
# title: From the rules that match to the outcome of one item
# description: |
#   Every step is total and yields one value on any set of rules: what cannot be understood ends in DENY, never in an
#   error, since one error fails the whole batch.
package writ.outcome

import data.writ.scopes

# Precedence: the lower, the stronger.
_rank := {"FORBID": 0, "SEQUENCE": 1, "DEFER": 2, "DENY": 3, "APPROVAL": 4, "TRANSFORM": 5, "ALLOW": 6, "DEFAULT": 7}

_reason_fields := {"id", "outcome", "code", "message", "remediation"}

# Rules judge one operation, the first of `input.action.operations`. An action of several is judged once for each, with
# that operation moved to the front and the others behind it in a circle, so that no operation passes because another one
# is fine, and rules on the whole action still see all of it.
_by_operation := [_rules] if {
	count(input.action.operations) < 2
} else := [rules |
	operations := input.action.operations
	some index, _ in operations
	turned := array.concat(
		array.slice(operations, index, count(operations)),
		array.slice(operations, 0, index),
	)
	rules := _rules with input.action.operations as turned
]

_rules := array.concat(_of_library, _packed) if {
	not _scoped
} else := array.concat(_of_library, [rule | some rule in scopes.rules])

_of_library := [rule | some rule in (data.writ.rules.matched | _too_risky)]

# Evaluated once for all that look at it.
_packed := [rule | some rule in data.packs[_].matched]

_scoped if _packed[_].scope

# One rule of the library that only the general way evaluates; the others ask for a score below `deny_from`.
_too_risky contains {
	"id": "writ.risk_too_high",
	"outcome": "DENY",
	"code": "RISK_TOO_HIGH",
	"message": "the composite risk of the action is above what the organisation bears",
	"remediation": "see the risk factors of the answer for what speaks against the action",
} if {
	score >= data.settings.risk.deny_from
}

_all contains _by_operation[_][_]

# [rank, id, reason, rule] in the order of precedence. A rule that is not well formed is replaced by a FORBID: it must
# not vanish, it may have been one.
_ranked := sort(_entries) if {
	count(_entries) == count(_all)
} else := sort(array.concat([[0, "writ.rule_malformed", _malformed, {}]], _entries))

_entries := [[rank, rule.id, reason, rule] |
	some rule in _all
	rank := _rank[rule.outcome]
	reason := object.filter(rule, _reason_fields)
	count(reason) == 5
]

_malformed := {
	"id": "writ.rule_malformed",
	"outcome": "FORBID",
	"code": "RULE_MALFORMED",
	"message": "a rule matched whose value lacks a field or has an unknown outcome",
	"remediation": "correct the rule: id, outcome, code, message and remediation are required",
}

# Every operation is covered by a rule that allows it or lets people approve it. TRANSFORM grants nothing, nor does a rule
# that says so: one that asks for approval on top of what others grant.
_covered if {
	count(_by_operation) == 1
	_grants(_by_operation[0][_])
} else if {
	count(_by_operation) > 1
	every rules in _by_operation {
		some rule in rules
		_grants(rule)
	}
}

_grants(rule) if {
	rule.outcome in {"ALLOW", "APPROVAL"}
	object.get(rule, "grants", true) == true
}
