package writ.rules_test

import data.writ_test as fixture

_allow := fixture.rule("t.allow", "ALLOW", {})

_track := {"state": "OK"}

_declared := {
	"leak": {"within_s": 600},
	"said": {"within_s": 600, "scope": "agent", "outcome": "SEQUENCE"},
	"asks": {"within_s": 600, "outcome": "APPROVAL", "approval": fixture.approval},
	"asks_nobody": {"within_s": 600, "outcome": "APPROVAL"},
	"quiet": {"within_s": 600, "outcome": "SIGNAL"},
	"strange": {"within_s": 600, "outcome": 7},
}

# What comes of an action that another pack allows and that completes the sequences.
_completing(names, patch) := outcome if {
	session := {"session": {"sequences": names, "session": _track, "agent": _track, "principal": _track}}
	outcome := fixture.judged({_allow}, object.union(session, patch)) with data.settings as fixture.settings
		with data.settings.sequences as _declared
}

test_an_action_that_completes_nothing_goes_through if {
	_completing([], {}).effect == "ALLOW"
}

test_a_completed_sequence_is_denied_before_all_but_forbid if {
	every name in ["leak", "said", "strange", "never_declared"] {
		outcome := _completing([name], {})
		outcome.effect == "DENY"
		outcome.rules[0].outcome == "SEQUENCE"
		outcome.rules[0].id == sprintf("writ.sequence.%v", [name])
		outcome.rules[0].code == "SEQUENCE_COMPLETED"
	}
	said := _completing(["leak"], {}).rules[0].message
	said == "with this action the declared sequence `leak` is complete, by what was done in the last 600 s"
}

test_a_history_that_was_lost_is_named if {
	lost := {"session": {"agent": {"state": "NO_DATA"}}}
	endswith(_completing(["said"], lost).rules[0].message, "it is not known what was done before")
	endswith(_completing(["leak"], lost).rules[0].message, "in the last 600 s")
}

test_a_sequence_that_people_may_let_happen_is_held_and_grants_nothing if {
	held := _completing(["asks"], {})
	held.effect == "REQUIRE_APPROVAL"
	held.approval == fixture.approval
	fixture.codes(held) == ["SEQUENCE_HELD", "SAID_BY_TEST"]
	alone := fixture.judged(set(), {"session": {"sequences": ["asks"]}}) with data.packs.other.sequences as _declared
	alone.effect == "DENY"
	_completing(["asks_nobody"], {}).effect == "DENY"
	_completing(["asks", "leak"], {}).effect == "DENY"
}

test_a_sequence_that_is_only_a_signal_stops_nothing if {
	_completing(["quiet"], {}).effect == "ALLOW"
}

test_packs_declare_sequences_as_the_settings_do if {
	declared := {"of_pack": {"within_s": 5, "outcome": "SIGNAL"}}
	outcome := fixture.judged({_allow}, {"session": {"sequences": ["of_pack"]}}) with data.packs.other.sequences as declared
	outcome.effect == "ALLOW"
}
