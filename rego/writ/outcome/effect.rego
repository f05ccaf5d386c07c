package writ.outcome

# What the rules say before obligations and approvals are looked at.
_judged := _effect_of_rank[_ranked[0][0]] if {
	_covered
} else := "DEFER" if {
	_ranked[0][0] == 2
} else := "DENY"

_effect_of_rank := ["DENY", "DENY", "DEFER", "DENY", "REQUIRE_APPROVAL", "TRANSFORM", "ALLOW", "DENY"]

_granting if _judged in {"ALLOW", "TRANSFORM", "REQUIRE_APPROVAL"}

# A TRANSFORM rule without transforms only adds obligations or advice.
effect := "DENY" if {
	count(_problems) > 0
} else := "ALLOW" if {
	_judged == "TRANSFORM"
	count(_transforms) == 0
} else := _judged

# METADATA
# title: Every rule that applied, in the order of precedence
reasons := [entry[2] | some entry in _ranked] if {
	count(_problems) == 0
} else := [entry[2] | some entry in sort(array.concat(_ranked, [problem | some problem in _problems]))]

# What turns a grant into DENY, as [rank, id, reason].
_problems contains [7, "writ.default", reason] if {
	not _covered
	reason := {
		"id": "writ.default",
		"outcome": "DEFAULT",
		"code": "NO_RULE_MATCHED",
		"message": "no rule allows this, or not every operation of it",
		"remediation": "ask the policy owner for a rule that covers every operation of the action",
	}
	not _stopped
}

_problems contains [3, "writ.obligations_incompatible", reason] if {
	_demanding
	_granting
	_incompatible
	reason := {
		"id": "writ.obligations_incompatible",
		"outcome": "DENY",
		"code": "OBLIGATIONS_INCOMPATIBLE",
		"message": "rules that match ask for obligations or transforms that contradict each other",
		"remediation": "ask the policy owner to reconcile the rules named here",
	}
}

_problems contains [3, "writ.obligation_not_supported", reason] if {
	_demanding
	_granting
	unsupported := {obligation.type | some obligation in _obligations} - {type | some type in input.supported_obligations}
	count(unsupported) > 0
	reason := {
		"id": "writ.obligation_not_supported",
		"outcome": "DENY",
		"code": "OBLIGATION_NOT_SUPPORTED",
		"message": sprintf("the caller cannot carry out %v", [concat(", ", sort(unsupported))]),
		"remediation": "use a caller that supports the obligation and says so in supported_obligations",
	}
}

_problems contains [3, "writ.approvals_incompatible", reason] if {
	_granting
	_needs_approval
	not _approvable
	reason := {
		"id": "writ.approvals_incompatible",
		"outcome": "DENY",
		"code": "APPROVALS_INCOMPATIBLE",
		"message": "no role may approve for every rule that asks for approval",
		"remediation": "ask the policy owner to name a common approving role",
	}
}

_demanding if _ranked[_][3].obligations

_demanding if _ranked[_][3].transforms

# A rule stronger than a grant has the word; that nothing grants is then no news.
_stopped if _ranked[0][0] < 4

# METADATA
# title: Whether only what others have reserved keeps the action from ALLOW
# description: |
#   True when at least one rule stands against the action and every rule that does rests only on others' pending. One that
#   does not would stand against it the next time too.
default contended := false

contended if {
	count(_problems) == 0
	_ranked[0][0] < 5
	every entry in _ranked {
		_yields(entry)
	}
}

_yields(entry) if entry[0] > 4

_yields(entry) if entry[3].contended == true
