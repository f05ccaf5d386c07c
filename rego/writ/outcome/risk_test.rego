package writ.outcome_test

import data.writ_test as fixture

_score(patch) := fixture.judged({_allow}, patch).score

test_the_score_is_the_weighted_sum_rounded_half_up if {
	# 50 * 5 + 20 * 60 + 30 * 0 = 1450 hundredths.
	_score({}) == 15
	_score({"signals": {"action_severity": fixture.signal(4)}}) == 14
}

# But for `threat_signals`, which says "no data" when there is no sign; its findings count apart.
test_a_lost_signal_never_lowers_the_score if {
	names := object.keys(data.settings.risk.weights) - {"threat_signals"}
	count(names) > 1
	every name in names {
		every state in ["NO_DATA", "UNSPECIFIED"] {
			known := _score({"signals": {name: fixture.signal(100)}})
			lost := _score({"signals": {name: object.union(fixture.signal(0), {"state": state})}})
			lost >= known
		}
	}
}

test_a_signal_that_is_absent_or_garbage_counts_as_lost if {
	every name, _ in data.settings.risk.weights {
		lost := _score({"signals": {name: object.union(fixture.signal(0), {"state": "NO_DATA"})}})
		every garbage in [null, 7, {"state": null}, {"state": "OK", "score": "60"}, {"state": "OK", "score": null}] {
			_score({"signals": {name: garbage}}) == lost
		}
	}
}

test_a_higher_signal_never_lowers_the_score if {
	every name, _ in data.settings.risk.weights {
		scores := [_score({"signals": {name: fixture.signal(points)}}) | some points in numbers.range(0, 100)]
		scores == sort(scores)
	}
}

test_one_more_finding_never_lowers_the_score if {
	codes := ["VALUE_NOT_FOLDED", "ARGUMENT_NOT_MAPPED", "URL_AMBIGUOUS", "NOT_LISTED"]
	scores := [_score(_found(array.slice(codes, 0, taken))) | some taken in numbers.range(0, 4)]
	scores == sort(scores)
	scores[0] < scores[4]
}

test_a_finding_counts_whatever_the_signal_says if {
	every threat in [fixture.no_signal, fixture.signal(0), fixture.signal(70)] {
		_score(object.union(_found(["URL_AMBIGUOUS"]), {"signals": {"threat_signals": threat}})) == 36
	}
}

test_a_finding_that_is_not_listed_counts_most if {
	_score(_found(["NOT_LISTED"])) == 45
}

test_a_signal_above_its_findings_stands if {
	_score(object.union(_found(["VALUE_NOT_FOLDED"]), {"signals": {"threat_signals": fixture.signal(100)}})) == 45
}

_found(codes) := {"action": {
	"operations": fixture.thing.action.operations,
	"findings": [{"code": code, "pointer": "", "message": ""} | some code in codes],
}}
