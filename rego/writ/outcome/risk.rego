package writ.outcome

# METADATA
# title: Composite risk, 0 to 100
# description: |
#   The sum of the signals, weighted by `data.settings.risk.weights` (hundredths, 100 in all), rounded half up. A signal
#   without data counts as `data.settings.risk.no_data` says: 100 for every signal that the installation collects, so that
#   losing data never lowers the score. What it does not collect yet is not listed. Findings count here too, so that one
#   more never lowers the score, whatever the signal says.
score := (_hundredths - (_hundredths % 100)) / 100 # exact, and much cheaper in OPA than floor(x / 100)

_hundredths := ((sum(_known) + sum(_unknown)) + _finding_excess) + 50

_known := [product |
	some name, weight in data.settings.risk.weights
	input.signals[name].state == "OK"
	product := input.signals[name].score * weight
]

_unknown := [product |
	some name, weight in data.settings.risk.weights
	input.signals[name].state != "OK"
	product := data.settings.risk.no_data[name] * weight
]

# What the gravest finding adds over the signal.
_finding_excess := 0 if {
	count(input.action.findings) == 0
} else := max([0, worst - input.signals.threat_signals.score]) * data.settings.risk.weights.threat_signals if {
	worst := max([points |
		some finding in input.action.findings
		points := object.get(data.settings.finding_scores, finding.code, 100)
	])
}
