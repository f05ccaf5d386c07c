package writ.outcome_test

import data.writ_test as fixture

_score(patch) := fixture.judged({_allow}, patch).score

_names := object.keys(fixture.settings.risk.weights)

# What the decision point says of an agent that it remembers, with the same score for every signal, changed by `patch`.
_signals(points, patch) := {"signals": object.union({name: fixture.signal(points) | some name in _names}, patch)}

_lost := {"score": 0, "state": "NO_DATA"}

test_the_score_is_the_weighted_sum_rounded_half_up if {
	# 25 * 5 + 15 * 60 = 1025 hundredths.
	_score({}) == 10
	_score({"signals": {"action_severity": fixture.signal(6)}}) == 11
}

test_every_signal_has_its_weight if {
	every name in _names {
		score := _score(_signals(0, {name: fixture.signal(60)})) with data.settings as fixture.settings
			with data.settings.behaviour as {}
		score == floor(((fixture.settings.risk.weights[name] * 60) + 50) / 100)
	}
}

test_the_short_way_and_the_general_way_say_the_same if _both_ways_agree({})

test_the_short_way_and_the_general_way_say_the_same_without_behaviour if _both_ways_agree(null)

_both_ways_agree(behaviour) if {
	every points in [0, 41, 79, 80, 100] {
		every name in _names {
			patch := _signals(points, {name: fixture.signal(60)})
			short := _score(patch) with data.settings as fixture.settings with data.settings.behaviour as behaviour
			general := _score(patch) with data.settings as fixture.settings
				with data.settings.behaviour as behaviour
				with data.settings.risk.cap as 100
			short == general
		}
	}
}

test_an_agent_without_usual_hours_is_scored_the_short_way_and_the_general_way_alike if {
	every points in [0, 79, 80] {
		patch := _signals(points, {"temporal_deviation": _lost})
		short := _score(patch) with data.settings as fixture.settings with data.settings.behaviour as {}
		general := _score(patch) with data.settings as fixture.settings
			with data.settings.behaviour as {}
			with data.settings.risk.cap as 100
		short == general
	}
}

test_signals_that_are_not_collected_count_nothing if {
	silent := _signals(40, {
		"temporal_deviation": _lost,
		"baseline_deviation": _lost,
		"cross_request_correlation": _lost,
	})
	calm := _score(silent) with data.settings as fixture.settings with data.settings.behaviour as null
	calm == 30
	sign := {"action": _found(["URL_AMBIGUOUS"]).action}
	noted := _score(object.union(silent, sign)) with data.settings as fixture.settings
		with data.settings.behaviour as null
	noted == 36
	lost := _score(silent) with data.settings as fixture.settings with data.settings.behaviour as {}
	lost == 60
}

test_a_lost_signal_never_lowers_the_score if {
	every name in _names - {"threat_signals"} {
		every state in ["NO_DATA", "UNSPECIFIED", null] {
			every points in [0, 79, 100] {
				known := _score(_signals(points, {})) with data.settings as fixture.settings
					with data.settings.behaviour as {}
				patch := _signals(points, {name: {"score": 0, "state": state}})
				lost := _score(patch) with data.settings as fixture.settings with data.settings.behaviour as {}
				lost >= known
			}
		}
	}
}

test_lost_threat_signals_never_lower_the_score_while_anything_was_found if {
	signs := [_found(["VALUE_NOT_FOLDED"]), object.union(_found([]), {"payload": {"threats": ["path_traversal"]}})]
	every sign in signs {
		known := _score(object.union(sign, _signals(40, {"threat_signals": fixture.signal(100)})))
		lost := _score(object.union(sign, _signals(40, {"threat_signals": _lost})))
		lost == known
	}
}

test_a_signal_that_is_absent_or_garbage_counts_as_lost if {
	every name in _names {
		lost := _score({"signals": {name: _lost}})
		garbage := [
			null,
			7,
			{"state": null},
			{"state": "OK", "score": "60"},
			{"state": "OK", "score": null},
			{"state": "OK", "score": -1},
			{"state": "OK", "score": 101},
		]
		every said in garbage {
			_score({"signals": {name: said}}) == lost
		}
	}
}

test_a_signal_lost_without_a_setting_counts_100 if {
	score := _score(_signals(0, {"payload_sensitivity": _lost})) with data.settings as fixture.settings
		with data.settings.risk.no_data as {}
	score == fixture.settings.risk.weights.payload_sensitivity
	little := {"payload_sensitivity": 40}
	lower := _score(_signals(0, {"payload_sensitivity": _lost})) with data.settings as fixture.settings
		with data.settings.risk.no_data as little
	lower == 6
}

test_a_higher_signal_never_lowers_the_score if {
	every name in _names {
		scores := [score |
			some points in [0, 1, 29, 30, 59, 79, 80, 99, 100]
			score := _score(_signals(30, {name: fixture.signal(points)})) with data.settings as fixture.settings
				with data.settings.behaviour as {}
		]
		scores == sort(scores)
	}
}

test_one_more_finding_never_lowers_the_score if {
	codes := ["VALUE_NOT_FOLDED", "ARGUMENT_NOT_MAPPED", "URL_AMBIGUOUS", "NOT_LISTED"]
	scores := [_score(_known_threat(array.slice(codes, 0, taken))) | some taken in numbers.range(0, 4)]
	scores == sort(scores)
	scores[0] < scores[4]
}

test_a_finding_counts_whatever_the_signal_says if {
	every threat in [fixture.signal(0), fixture.signal(70)] {
		# 1025 + 20 * 70 = 2425 hundredths.
		_score(object.union(_found(["URL_AMBIGUOUS"]), {"signals": {"threat_signals": threat}})) == 24
	}
}

test_a_sign_lifts_the_score_that_calm_signals_would_hide if {
	_score(_known_threat(["NOT_LISTED"])) == 75
	_score(_signals(0, {"threat_signals": fixture.signal(79)})) == 16
	_score(_signals(0, {"threat_signals": fixture.signal(80)})) == 75
	score := _score(_signals(0, {"cross_request_correlation": fixture.signal(80)})) with data.settings as fixture.settings
		with data.settings.behaviour as {}
	score == 60
}

test_a_signal_without_a_floor_lifts_nothing if {
	_score(_signals(0, {"action_severity": fixture.signal(100)})) == 25
	_score(_signals(0, {"payload_sensitivity": fixture.signal(100)})) == 15
}

test_a_cap_holds_but_for_the_floors if {
	capped := _score(_signals(70, {})) with data.settings as fixture.settings with data.settings.risk.cap as 50
	capped == 50
	lifted := _score(_signals(70, {"threat_signals": fixture.signal(80)})) with data.settings as fixture.settings
		with data.settings.risk.cap as 50
	lifted == 75
	absurd := _score(_signals(100, {})) with data.settings as fixture.settings with data.settings.risk.cap as 500
	absurd == 100
}

_found(codes) := {"action": {
	"operations": fixture.thing.action.operations,
	"findings": [{"code": code, "pointer": "", "message": ""} | some code in codes],
}}

_known_threat(codes) := object.union(_found(codes), {"signals": {"threat_signals": fixture.signal(0)}})
