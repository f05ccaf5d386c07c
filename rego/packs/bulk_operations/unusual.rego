package packs.bulk_operations

import data.writ.lib.numbers

# METADATA
# title: What is far from all that the agent usually does is held, where it is grave
# description: |
#   Signal `baseline_deviation` of an agent that is known: of each measure the yardstick that excuses most, so that what is
#   usual for the agent, for it with this tool or for its role is not held. A signal that was lost counts as the highest.
matched contains rule if {
	input.action.operations[0].verb in data.settings.packs.bulk_operations.guarded.unusual
	_unusual
	rule := {
		"id": "bulk_operations.unusual",
		"outcome": "APPROVAL",
		"code": "ACTION_UNUSUAL",
		"message": "the action is far from what this agent usually does; the factor `baseline_deviation` says how far",
		"remediation": "do what is usual for the agent, or get an approval",
		"approval": data.packs.bulk_operations.approvals.large,
		"grants": false,
	}
}

_unusual if {
	input.baseline.new_agent == false
	numbers.above(_deviation, data.settings.packs.bulk_operations.limits.baseline_deviation)
}

# Of a new agent the signal says little: it is new in everything. So many times its mean is far all the same.
_unusual if {
	some measure in {"amount", "rows"}
	deviations := [deviation | some deviation in input.baseline.deviations; deviation.measure == measure]
	count(deviations) > 0
	every deviation in deviations {
		deviation.value > deviation.mean * data.settings.packs.bulk_operations.limits.times_usual
	}
}

default _deviation := 100

_deviation := input.signals.baseline_deviation.score if input.signals.baseline_deviation.state == "OK"
