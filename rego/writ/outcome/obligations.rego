package writ.outcome

_obliged := [obligation | some obligation in _obligations] if {
	effect != "DENY"
} else := []

_transformed := [transform | some transform in _transforms] if {
	effect == "TRANSFORM"
} else := []

# United over all matching rules; sets, so that what two rules ask for alike is asked for once.
_obligations contains obligation if {
	_granting
	some obligation in _ranked[_][3].obligations
}

_transforms contains transform if {
	_judged == "TRANSFORM"
	some transform in _ranked[_][3].transforms
}

_advice contains advice if some advice in _ranked[_][3].advice

# One id, two meanings.
_incompatible if {
	count(_obligations) > 1
	count({obligation.id | some obligation in _obligations}) < count(_obligations)
}

# Types that bundle data declares as exclusive.
_incompatible if {
	count(_obligations) > 1
	types := {obligation.type | some obligation in _obligations}
	some exclusive in data.settings.exclusive_obligations
	count(types & {type | some type in exclusive}) > 1
}

# Two different changes of one place, or of a place and a part of it.
_incompatible if {
	count(_transforms) > 1
	some one in _transforms
	some other in _transforms
	one != other
	startswith(sprintf("%v/", [other.params.pointer]), sprintf("%v/", [one.params.pointer]))
}
