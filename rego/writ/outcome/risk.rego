package writ.outcome

# METADATA
# title: Composite risk, 0 to 100
# description: |
#   The sum of the seven signals, weighted by `data.settings.risk.weights` (hundredths, 100 in all), rounded half up. A
#   signal without data counts as `data.settings.risk.no_data` says: 100 for every signal that the installation collects,
#   so that losing data never lowers the score. What it does not collect yet is not listed. Findings count here too, so
#   that one more never lowers the score, whatever the signal says.
score := min([100, floor((sum(_weighted) + 50) / 100)])

_weighted := [product |
	some name, weight in data.settings.risk.weights
	product := _points(name) * weight
]

_points(name) := max({_signal(name), _finding_score}) if {
	name == "threat_signals"
	count(input.action.findings) > 0
} else := _signal(name)

_signal(name) := points if {
	input.signals[name].state == "OK"
	points := input.signals[name].score
	is_number(points)
} else := object.get(data.settings.risk.no_data, name, 100)

_finding_score := max({object.get(data.settings.finding_scores, finding.code, 100) |
	some finding in input.action.findings
})
