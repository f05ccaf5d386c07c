# What the tests of the library share: a complete item, and ways to judge it.
package writ_test

# A single read of one invoice of a customer that the agent serves, in production, without any finding: ALLOW at T0.
item := {
	"index": 3,
	"execution_digest": "a1b2",
	"organisation": "example",
	# 2025-06-10, a Tuesday, 14:30:00 UTC.
	"now_ms": 1749565800000,
	"caller": {"id": "spiffe://writ.example/agent/billing-1", "kind": "agent"},
	"agent": {
		"id": "billing-1",
		"role": "billing-assistant",
		"unit": "finance",
		"framework": "",
		"version": "",
		"asserted_by": "BUNDLE",
		"suspended": false,
	},
	"principal": {"id": "", "type": "", "asserted_by": "AGENT"},
	"delegation": [],
	"tool": {"server": "billing", "name": "invoices.read", "definition_digest": "", "known": true},
	"action": {"operations": [operation], "findings": []},
	"environment": {"name": "production", "asserted_by": "CATALOG", "claimed": ""},
	"counters": {},
	"facts": {"assignment": {"entries": [serves]}},
	"signals": {
		"action_severity": signal(5),
		"payload_sensitivity": signal(0),
		"temporal_deviation": signal(0),
		"environmental_context": signal(60),
		"baseline_deviation": signal(0),
		"cross_request_correlation": signal(0),
		"threat_signals": no_signal,
	},
	"context": {"session_id": "", "workspace": "", "purpose": "", "business": {}, "asserted_by": "AGENT"},
	"supported_obligations": [],
	"approval_presented": false,
	"dry_run": false,
}

operation := {
	"verb": "READ",
	"resource_type": "invoice",
	"resource_ids": ["41"],
	"scope": "SINGLE",
	"containers": [{"type": "customer", "id": "7"}],
	"max_rows": 1,
	"currency": "",
	"destinations": [],
	"reversibility": "REVERSIBLE",
	"attributes": {},
}

serves := {"state": "OK", "key": ["billing-1", "7"], "value": true, "asserted_by": "FACT_FEED"}

no_signal := {"score": 0, "state": "NO_DATA"}

signal(score) := {"score": score, "state": "OK"}

# The item with one operation, changed by `patch`.
one(patch) := of([object.union(operation, patch)])

# The item with these operations.
of(operations) := object.union(item, {"action": {"operations": operations}})

# An item that no rule of a real pack looks at.
thing := one({"resource_type": "thing"})

# A rule value.
rule(id, outcome, more) := object.union(
	{
		"id": id,
		"outcome": outcome,
		"code": "SAID_BY_TEST",
		"message": "said by the test",
		"remediation": "change the test",
	},
	more,
)

# What is judged on the item under the settings of the tests.
decided(given) := among(set(), given)

# The same when a pack says `rules`.
among(rules, given) := outcome if {
	outcome := data.writ.decision with input as given
		with data.packs.test as {"matched": rules}
		with data.settings as settings
		with data.packs.agent_safety.approvals as {"held": _approved_by("agent-supervisor")}
		with data.packs.bulk_operations.approvals as {"large": _approved_by("agent-supervisor")}
		with data.packs.data_protection.approvals as {"held": _approved_by("data-protection-officer")}
		with data.packs.invoices.approvals as _invoice_approvals
		with data.packs.new_agents.approvals as {"new": _approved_by("agent-supervisor")}
		with data.packs.operating_hours.approvals as {"closed": _approved_by("duty-officer")}
		with data.packs.operating_hours.hours as []
}

# Who approves, and when people are there, is for the organisation to say as well.
_approved_by(role) := {"quorum": 1, "roles": [role, "finance-manager"], "deadline_s": 14400}

_invoice_approvals := {
	"read_many": {"quorum": 1, "roles": ["finance-manager"], "deadline_s": 14400},
	"update_status": {"quorum": 1, "roles": ["finance-manager"], "deadline_s": 14400},
	"delete": {"quorum": 1, "roles": ["finance-manager"], "deadline_s": 14400},
	"delete_all": {"quorum": 2, "roles": ["finance-manager"], "deadline_s": 86400},
}

# What is judged on `thing`, changed by `patch`, when a pack says `rules`.
judged(rules, patch) := among(rules, object.union(thing, patch))

approval := {"quorum": 1, "roles": ["finance-manager"], "deadline_s": 3600}

asks(id, more) := rule(id, "APPROVAL", {"approval": object.union(approval, more)})

ids(outcome) := [reason.id | some reason in outcome.rules]

codes(outcome) := [reason.code | some reason in outcome.rules]
