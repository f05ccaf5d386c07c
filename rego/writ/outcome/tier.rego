package writ.outcome

import data.writ.lib

# METADATA
# title: How critical the action is, T0 to T3
# description: |
#   The gravest operation counts, by pack data (`packs.<pack>.tiers[resource][verb][scope]`), else by
#   `data.settings.tiers.base[verb][scope]`, moved by the environment. The score and matching rules can only raise it.
tier := ["T0", "T1", "T2", "T3"][max({_tier_by_table, _tier_by_score} | _tier_by_rules)]

_tier_by_table := max({0, min({3, max(_operation_tiers | {0}) + _environment_shift})}) if {
	count(input.action.operations) > 0
} else := 3

_operation_tiers := {_operation_tier(operation) | some operation in input.action.operations}

_operation_tier(operation) := max(declared) if {
	declared := {level | level := data.packs[_].tiers[operation.resource_type][operation.verb][operation.scope]}
	count(declared) > 0
} else := object.get(data.settings.tiers.base, [operation.verb, operation.scope], 3)

# Only the catalog's word can lower a tier; what the caller claims can only raise it.
_environment_shift := max({_shift(name) | some name in {input.environment.name, input.environment.claimed}; name != ""}) if {
	lib.trusted(input.environment)
} else := max({0, _shift(input.environment.claimed)})

_shift(name) := object.get(data.settings.tiers.environments, name, 0)

_tier_by_score := max({step.tier | some step in data.settings.tiers.score_floors; score >= step.score} | {0})

_tier_by_rules contains level if level := {"T0": 0, "T1": 1, "T2": 2, "T3": 3}[_ranked[_][3].tier]

# METADATA
# title: What must stand on disk before the answer
default acknowledgement := "DURABLE"

acknowledgement := "SIGNED" if {
	data.settings.acknowledgement.tiers[tier] == "SIGNED"
	object.get(data.settings.acknowledgement.effects, effect, "SIGNED") == "SIGNED"
}

# METADATA
# title: Seconds that a permit for this action lives, 1 to 30
permit_ttl_s := max({1, min({30, object.get(data.settings.permit_ttl_s, tier, 1)} | _ttl_by_rules)})

_ttl_by_rules contains seconds if {
	seconds := _ranked[_][3].permit_ttl_s
	is_number(seconds)
}
