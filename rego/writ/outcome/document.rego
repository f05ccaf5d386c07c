package writ.outcome

# METADATA
# title: The outcome of one item, exactly as the decision point parses it
document := _plain if {
	_plain
} else := _general

# Most actions have one operation and match one rule that asks for nothing beside its effect. Their outcome needs none of
# the merging that `_general` does; both give the same (a test compares them), this one at a quarter of the cost.
_plain := {
	"index": input.index,
	"execution_digest": input.execution_digest,
	"effect": effect_alone,
	"tier": tier_alone,
	"score": score,
	"rules": [{
		"id": rule.id,
		"outcome": rule.outcome,
		"code": rule.code,
		"message": rule.message,
		"remediation": rule.remediation,
	}],
	"obligations": [],
	"transforms": [],
	"advice": [],
	"approval": requirement,
	"contended": false,
	"acknowledgement": _acknowledgement(effect_alone, tier_alone),
	"permit_ttl_s": data.settings.permit_ttl_s[tier_alone],
} if {
	count(input.action.operations) == 1
	count(data.writ.rules.matched) == 0
	[rule] := [candidate | some candidate in data.packs[_].matched]
	requirement := _nothing_but_its_effect(rule)
	effect_alone := _effect_alone[rule.outcome]
	tier_alone := _tiers[_level]
}

_effect_alone := {
	"FORBID": "DENY",
	"SEQUENCE": "DENY",
	"DEFER": "DEFER",
	"DENY": "DENY",
	"APPROVAL": "REQUIRE_APPROVAL",
	"ALLOW": "ALLOW",
}

# null, or the approval that the rule asks for; undefined when there is more to the rule. The other five are named above.
_nothing_but_its_effect(rule) := null if {
	count(rule) == 5
	rule.outcome != "APPROVAL"
} else := requirement if {
	count(rule) == 6
	rule.outcome == "APPROVAL"
	_well_formed(rule.approval)
	requirement := {
		"quorum": rule.approval.quorum,
		"roles": sort({role | some role in rule.approval.roles}),
		"deadline_s": rule.approval.deadline_s,
	}
}

_general := {
	"index": input.index,
	"execution_digest": input.execution_digest,
	"effect": effect,
	"tier": tier,
	"score": score,
	"rules": reasons,
	"obligations": _obliged,
	"transforms": _transformed,
	"advice": [advice | some advice in _advice],
	"approval": approval,
	"contended": contended,
	"acknowledgement": _acknowledgement(effect, tier),
	"permit_ttl_s": permit_ttl_s,
}
