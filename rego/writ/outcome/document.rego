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
	"rules": [reason],
	"obligations": [],
	"transforms": [],
	"advice": [],
	"approval": _requirement,
	"contended": false,
	"acknowledgement": acknowledgement_alone,
	"permit_ttl_s": data.settings.permit_ttl_s[tier_alone],
} if {
	rule := _alone
	reason := object.filter(rule, ["id", "outcome", "code", "message", "remediation"])
	count(reason) == 5
	effect_alone := _effect_alone[rule.outcome]
	tier_alone := ["T0", "T1", "T2", "T3"][_level]

	# The weaker of two; another word in the settings leaves the outcome to `_general`.
	acknowledgement_alone := {
		"SIGNED": {"SIGNED": "SIGNED", "DURABLE": "DURABLE"},
		"DURABLE": {"SIGNED": "DURABLE", "DURABLE": "DURABLE"},
	}[data.settings.acknowledgement.tiers[tier_alone]][data.settings.acknowledgement.effects[effect_alone]]
}

_effect_alone := {
	"FORBID": "DENY",
	"SEQUENCE": "DENY",
	"DEFER": "DEFER",
	"DENY": "DENY",
	"APPROVAL": "REQUIRE_APPROVAL",
	"ALLOW": "ALLOW",
}

# The rule that matches, when it is the only one and there is one operation.
_alone := rule if {
	[rule] := [candidate | some candidate in data.packs[_].matched]
	count(input.action.operations) == 1
	count(data.writ.rules.matched) == 0
}

# null, or the approval that the rule asks for; undefined when there is more to the rule. The other five are counted above.
_requirement := null if {
	count(_alone) == 5
	_alone.outcome != "APPROVAL"
} else := requirement if {
	count(_alone) == 6
	_alone.outcome == "APPROVAL"
	_well_formed(_alone.approval)
	requirement := {
		"quorum": _alone.approval.quorum,
		"roles": sort({role | some role in _alone.approval.roles}),
		"deadline_s": _alone.approval.deadline_s,
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
