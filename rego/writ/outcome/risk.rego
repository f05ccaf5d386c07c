package writ.outcome

# METADATA
# title: Composite risk, 0 to 100
# description: |
#   The sum of the signals, weighted by `data.settings.risk.weights` (hundredths, 100 in all), rounded half up. A signal
#   without data counts as `data.settings.risk.no_data` says: 100 for every signal that the installation collects, so that
#   losing data never lowers the score. What it does not collect yet is not listed. Findings count here too, so that one
#   more never lowers the score, whatever the signal says.
score := min([100, (hundredths - (hundredths % 100)) / 100]) if { # exact, and much cheaper in OPA than floor(x / 100)
	points := object.union_n([data.settings.risk.no_data, _known, _threat])
	hundredths := 50 + sum([product |
		some name, weight in data.settings.risk.weights
		product := object.get(points, name, 100) * weight
	])
}

_known[name] := points if {
	some name, _ in data.settings.risk.weights
	input.signals[name].state == "OK"
	points := input.signals[name].score
	is_number(points)
}

# The gravest finding counts, if it says more than the signal.
_threat := {} if {
	count(input.action.findings) == 0
} else := {"threat_signals": max(array.concat(
	[object.get(_known, "threat_signals", object.get(data.settings.risk.no_data, "threat_signals", 100))],
	[object.get(data.settings.finding_scores, finding.code, 100) | some finding in input.action.findings],
))}
