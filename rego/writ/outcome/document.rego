package writ.outcome

# METADATA
# title: The outcome of one item, exactly as the decision point parses it
# description: |
#   Most actions have one operation and match one rule that asks for nothing beside its effect. Their outcome needs none of
#   the merging that `_general` does; both give the same (a test compares them), this one at a quarter of the cost.
document := {
	"index": input.index,
	"execution_digest": input.execution_digest,
	"effect": effect_alone,
	"tier": tier_alone,
	"score": score,
	"rules": [rule],
	"obligations": [],
	"transforms": [],
	"advice": [],
	"approval": null,
	"contended": false,
	"acknowledgement": acknowledgement_alone,
	"permit_ttl_s": data.settings.permit_ttl_s[tier_alone],
} if {
	rule := _alone

	# With the outcome: five fields, the five of a reason.
	rule.id
	rule.code
	rule.message
	rule.remediation
	count(rule) == 5
	effect_alone := {
		"FORBID": "DENY",
		"SEQUENCE": "DENY",
		"DEFER": "DEFER",
		"DENY": "DENY",
		"ALLOW": "ALLOW",
	}[rule.outcome]
	tier_alone := ["T0", "T1", "T2", "T3"][_bearable_level]

	# The weaker of two; another word in the settings leaves the outcome to `_general`.
	acknowledgement_alone := {
		"SIGNED": {"SIGNED": "SIGNED", "DURABLE": "DURABLE"},
		"DURABLE": {"SIGNED": "DURABLE", "DURABLE": "DURABLE"},
	}[data.settings.acknowledgement.tiers[tier_alone]][data.settings.acknowledgement.effects[effect_alone]]
} else := _approval_alone if {
	_approval_alone
} else := _denied if {
	_denied
} else := _general

# The rule that matches, when it is the only one and there is one operation.
_alone := rule if {
	input.action.operations[0]
	not input.action.operations[1]
	[rule] := _packed
	data.writ.rules.matched == set()
}

# Undefined from the score on that denies.
_bearable_level := _level_of_action if {
	score < data.settings.tiers.from_score.T1
} else := _level if {
	score < data.settings.risk.deny_from
}

_approval_alone := {
	"index": input.index,
	"execution_digest": input.execution_digest,
	"effect": "REQUIRE_APPROVAL",
	"tier": tier_alone,
	"score": score,
	"rules": [object.remove(rule, ["approval"])],
	"obligations": [],
	"transforms": [],
	"advice": [],
	"approval": {
		"quorum": rule.approval.quorum,
		"roles": sort({role | some role in rule.approval.roles}),
		"deadline_s": rule.approval.deadline_s,
	},
	"contended": false,
	"acknowledgement": _acknowledgement("REQUIRE_APPROVAL", tier_alone),
	"permit_ttl_s": data.settings.permit_ttl_s[tier_alone],
} if {
	rule := _alone
	rule.outcome == "APPROVAL"
	rule.id
	rule.code
	rule.message
	rule.remediation
	count(rule) == 6
	_well_formed(rule.approval)
	tier_alone := ["T0", "T1", "T2", "T3"][_bearable_level]
}

# Several rules, the strongest of which denies, and none says anything that outlives that.
_denied := {
	"index": input.index,
	"execution_digest": input.execution_digest,
	"effect": "DENY",
	"tier": ["T0", "T1", "T2", "T3"][level],
	"score": score,
	"rules": [entry[2] | some entry in ranked],
	"obligations": [],
	"transforms": [],
	"advice": [],
	"approval": null,
	"contended": false,
	"acknowledgement": _acknowledgement("DENY", ["T0", "T1", "T2", "T3"][level]),
	"permit_ttl_s": data.settings.permit_ttl_s[["T0", "T1", "T2", "T3"][level]],
} if {
	count(input.action.operations) == 1
	ranked := sort([[rank, rule.id, reason] |
		some rule in _rules
		rank := _rank[rule.outcome]
		reason := object.remove(rule, ["approval"])
	])
	ranked[0][0] in {0, 1, 3}
	count(ranked) == count(_rules)
	every entry in ranked {
		count(entry[2]) == 5
		entry[2].id
		entry[2].code
		entry[2].message
		entry[2].remediation
	}
	level := _level
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
