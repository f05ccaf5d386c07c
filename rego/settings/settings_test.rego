# What must hold of the settings themselves. These tests run when a bundle is built: a bundle whose settings break the
# assumptions of the library is not built.
package settings_test

test_weights_are_hundredths_of_all_seven_signals if {
	object.keys(data.settings.risk.weights) == {
		"action_severity", "payload_sensitivity", "temporal_deviation", "environmental_context",
		"baseline_deviation", "cross_request_correlation", "threat_signals",
	}
	sum([weight | some weight in data.settings.risk.weights]) == 100
	every weight in data.settings.risk.weights {
		weight >= 0
	}
}

test_what_lost_signals_count_is_a_score if {
	every points in data.settings.risk.no_data {
		points >= 0
		points <= 100
	}
}

# The library lets one rule decide alone only below the lowest of these scores.
test_scores_raise_the_tier_before_they_deny if {
	data.settings.tiers.from_score.T1 <= data.settings.risk.deny_from
}

# Without it no signal would lift the score.
test_floors_say_from_which_signal_on if {
	is_number(data.settings.risk.floors.from)
}

# The library looks for floors of these signals alone.
test_floors_are_those_of_signals_about_the_context if {
	every name, _ in data.settings.risk.floors.scores {
		name in {
			"payload_sensitivity",
			"baseline_deviation",
			"cross_request_correlation",
			"threat_signals",
		}
	}
}
