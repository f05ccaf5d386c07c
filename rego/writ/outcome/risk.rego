package writ.outcome

# METADATA
# title: Composite risk, 0 to 100
# description: |
#   The sum of the seven signals, weighted by `data.settings.risk.weights` (hundredths), rounded half up. `_composite` says
#   what is lost, found, capped and lifted. Written out here for the ordinary case, at half the cost (a test compares the
#   two): every signal that is collected is known, nothing was found, and no signal is so high that it lifts the score.
score := (hundredths - (hundredths % 100)) / 100 if { # exact, and much cheaper in OPA than floor(x / 100)
	{
		"action_severity": {"score": action, "state": "OK"},
		"payload_sensitivity": {"score": payload, "state": "OK"},
		"temporal_deviation": {"score": temporal_said, "state": temporal_state},
		"environmental_context": {"score": environment, "state": "OK"},
		"baseline_deviation": {"score": baseline, "state": "OK"},
		"cross_request_correlation": {"score": correlation, "state": "OK"},
		"threat_signals": {"score": threat, "state": _},
	} = input.signals
	input.action.findings == []
	not input.payload.threats[0]
	scores := [action, payload, temporal_said, environment, baseline, correlation, threat]

	# Exactly these settings: with a cap it is `_composite` that knows what to do.
	{
		"weights": {
			"action_severity": action_weight,
			"payload_sensitivity": payload_weight,
			"temporal_deviation": temporal_weight,
			"environmental_context": environment_weight,
			"baseline_deviation": baseline_weight,
			"cross_request_correlation": correlation_weight,
			"threat_signals": threat_weight,
		},
		"no_data": {
			"action_severity": _,
			"payload_sensitivity": _,
			"temporal_deviation": temporal_lost,
			"environmental_context": _,
			"baseline_deviation": _,
			"cross_request_correlation": _,
		},
		"floors": {"from": high, "scores": _},
		"deny_from": _,
	} = data.settings.risk
	min(scores) >= 0
	max(scores) <= 100
	max([payload, baseline, correlation, threat]) < high

	# A new agent has no usual hours yet.
	temporal := {"OK": temporal_said, "NO_DATA": temporal_lost}[temporal_state]
	hundredths := sum([
		50,
		action * action_weight,
		payload * payload_weight,
		temporal * temporal_weight,
		environment * environment_weight,
		baseline * baseline_weight,
		correlation * correlation_weight,
		threat * threat_weight,
	])
} else := (hundredths - (hundredths % 100)) / 100 if {
	# The same where the organisation remembers nothing of agents and sessions, so that three signals are not collected.
	data.settings.behaviour == null
	{
		"action_severity": {"score": action, "state": "OK"},
		"payload_sensitivity": {"score": payload, "state": "OK"},
		"temporal_deviation": {"score": 0, "state": "NO_DATA"},
		"environmental_context": {"score": environment, "state": "OK"},
		"baseline_deviation": {"score": 0, "state": "NO_DATA"},
		"cross_request_correlation": {"score": 0, "state": "NO_DATA"},
		"threat_signals": {"score": threat, "state": _},
	} = input.signals
	input.action.findings == []
	not input.payload.threats[0]
	scores := [action, payload, environment, threat]
	{
		"weights": {
			"action_severity": action_weight,
			"payload_sensitivity": payload_weight,
			"temporal_deviation": _,
			"environmental_context": environment_weight,
			"baseline_deviation": _,
			"cross_request_correlation": _,
			"threat_signals": threat_weight,
		},
		"no_data": _,
		"floors": {"from": high, "scores": _},
		"deny_from": _,
	} = data.settings.risk
	min(scores) >= 0
	max(scores) <= 100
	max([payload, threat]) < high
	hundredths := sum([
		50,
		action * action_weight,
		payload * payload_weight,
		environment * environment_weight,
		threat * threat_weight,
	])
} else := _composite
