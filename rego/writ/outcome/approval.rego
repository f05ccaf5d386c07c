package writ.outcome

# METADATA
# title: Who has to approve, or null
# description: |
#   One requirement that satisfies every rule that asks for approval: the largest quorum, the shortest deadline, and the
#   roles that all of the rules name. Without a common role nobody could satisfy all, and the effect is DENY.
default approval := null

approval := {
	"quorum": max([entry[3].approval.quorum | some entry in _approval_entries]),
	"roles": sort(_roles),
	"deadline_s": min([entry[3].approval.deadline_s | some entry in _approval_entries]),
} if {
	effect == "REQUIRE_APPROVAL"
}

_needs_approval if _judged == "REQUIRE_APPROVAL"

_approval_entries := [entry | some entry in _ranked; entry[0] == 4]

_roles := intersection({{role | some role in entry[3].approval.roles} | some entry in _approval_entries})

_approvable if {
	count(_roles) > 0
	every entry in _approval_entries {
		_well_formed(entry[3].approval)
	}
}

_well_formed(requirement) if {
	is_number(requirement.quorum)
	is_number(requirement.deadline_s)
	is_array(requirement.roles)
	requirement.quorum >= 1
	requirement.deadline_s >= 1
	count(requirement.roles) > 0
}
