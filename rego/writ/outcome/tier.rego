package writ.outcome

import data.writ.lib

_tiers := ["T0", "T1", "T2", "T3"]

# METADATA
# title: How critical the action is, T0 to T3
# description: |
#   The gravest operation counts, by `data.settings.tiers.resources[type][verb][scope]`, else by
#   `data.settings.tiers.base[verb][scope]`, moved by the environment. The score and matching rules can only raise it.
tier := _tiers[max({_level} | _raised)]

# 0 to 3, without what rules say.
_level := max([_level_by_score, _level_of_action])

# Written out for one operation on a resource with tiers, in an environment that moves nothing.
_level_of_action := level if {
	input.environment.asserted_by == "CATALOG"
	data.settings.tiers.environments[input.environment.name] == 0
	data.settings.tiers.environments[input.environment.claimed] <= 0
	not input.action.operations[1]
	operation := input.action.operations[0]
	level := data.settings.tiers.resources[operation.resource_type][operation.verb][operation.scope]
} else := min([3, max([0, _level_of_operations + _shift])])

_level_of_operations := max([level |
	some operation in input.action.operations
	level := _level_of_operation(operation)
]) if {
	count(input.action.operations) > 0
} else := 3

_level_of_operation(operation) := object.get(
	data.settings.tiers,
	["resources", operation.resource_type, operation.verb, operation.scope],
	object.get(data.settings.tiers.base, [operation.verb, operation.scope], 3),
)

# Only the catalog's word on the environment lowers a tier; what the caller claims can only raise it.
_shift := data.settings.tiers.environments[input.environment.name] if {
	input.environment.claimed == input.environment.name
	input.environment.asserted_by == "CATALOG"
} else := _shift_of(input.environment.name) if {
	input.environment.claimed == ""
	lib.trusted(input.environment)
} else := max([_shift_of(input.environment.name), _shift_of(input.environment.claimed)]) if {
	lib.trusted(input.environment)
} else := max([0, _shift_of(input.environment.name), _shift_of(input.environment.claimed)])

_shift_of(name) := object.get(data.settings.tiers.environments, name, 0)

_level_by_score := 0 if {
	score < data.settings.tiers.from_score.T1
} else := 1 if {
	score < data.settings.tiers.from_score.T2
} else := 2 if {
	score < data.settings.tiers.from_score.T3
} else := 3

_raised contains level if level := {"T0": 0, "T1": 1, "T2": 2, "T3": 3}[_ranked[_][3].tier]

# What must stand on disk before the answer.
_acknowledgement(outcome_effect, outcome_tier) := "SIGNED" if {
	data.settings.acknowledgement.tiers[outcome_tier] == "SIGNED"
	data.settings.acknowledgement.effects[outcome_effect] == "SIGNED"
} else := "DURABLE"

# METADATA
# title: Seconds that a permit for this action lives; rules can only shorten it
permit_ttl_s := min({data.settings.permit_ttl_s[tier]} | _shortened)

_shortened contains seconds if {
	seconds := _ranked[_][3].permit_ttl_s
	is_number(seconds)
}
