package writ.outcome

# The score of any input. The weighted sum is capped by `data.settings.risk.cap` (100 without one) and then lifted: a signal
# of at least `floors.from` makes the score at least `floors.scores[signal]`, so that no number of calm signals hides it.
_composite := max(_floors | {capped}) if {
	hundredths := 50 + sum([product |
		some name, weight in data.settings.risk.weights
		product := weight * _points[name]
	])
	capped := min([100, object.get(data.settings.risk, "cap", 100), (hundredths - (hundredths % 100)) / 100])
}

_floors contains floor if {
	some name, floor in data.settings.risk.floors.scores
	_points[name] >= data.settings.risk.floors.from
}

# What each signal counts, the later the stronger: as lost, as not collected, as said, as found.
_points := object.union_n([_lost, data.settings.risk.no_data, _not_collected, _known, _found])

_lost := {
	"action_severity": 100,
	"payload_sensitivity": 100,
	"temporal_deviation": 100,
	"environmental_context": 100,
	"baseline_deviation": 100,
	"cross_request_correlation": 100,
	"threat_signals": 0,
}

_not_collected := {"temporal_deviation": 0, "baseline_deviation": 0, "cross_request_correlation": 0} if {
	data.settings.behaviour == null
} else := {}

# Absent or garbage is lost.
_known[name] := signal.score if {
	some name, signal in input.signals
	signal.state == "OK"
	signal.score >= 0
	signal.score <= 100
}

# Signs of an attack count whatever the signal says; one that is silent in spite of them was lost, and counts most.
_found := {} if {
	count(_signs) == 0
} else := {"threat_signals": max(_signs | {_known.threat_signals})} if {
	_known.threat_signals >= 0
} else := {"threat_signals": 100}

_signs contains object.get(data.settings.finding_scores, finding.code, 100) if some finding in input.action.findings

_signs contains 0 if input.payload.threats[0]
