package writ.scopes

# Names of settings that nothing reads, as sentences: what stands under a name that was misspelt would hold for nothing, be
# it a scope that freezes or a floor of the score. What the organisation names itself (resource types, environments) is free.
_misnamed contains sprintf("setting `%s`: expected one of %s, got another name", [
	dotted(array.concat(path, [name])),
	concat(", ", sort(known)),
]) if {
	some [path, known] in _closed
	some name in (object.keys(object.get(data.settings, path, {})) - known)
}

# The places whose names are known all, with these.
_closed contains [path, known] if some path, known in _levels

_closed contains [["tiers", "base", verb], _reaches] if some verb, _ in data.settings.tiers.base

_closed contains [["tiers", "resources", type], verbs] if some type, _ in data.settings.tiers.resources

_closed contains [["tiers", "resources", type, verb], _reaches] if {
	some type, by_verb in data.settings.tiers.resources
	some verb, _ in by_verb
}

_levels := {
	[]: {
		"acknowledgement", "action_severity", "behaviour", "callers", "counters", "defer", "environments",
		"exclusive_obligations", "facts", "feeds", "finding_scores", "packs", "permit_ttl_s", "risk", "scopes",
		"sequences", "severity", "subjects", "tiers", "time_windows",
	},
	["acknowledgement"]: {"effects", "tiers"},
	["acknowledgement", "effects"]: {"ALLOW", "DEFER", "DENY", "REQUIRE_APPROVAL", "TRANSFORM"},
	["acknowledgement", "tiers"]: _tiers,
	["action_severity", "reversibility"]: {"IRREVERSIBLE", "PARTIAL", "REVERSIBLE", "UNSPECIFIED"},
	["action_severity", "scopes"]: _reaches,
	["action_severity", "verbs"]: verbs,
	["permit_ttl_s"]: _tiers,
	["risk"]: {"cap", "deny_from", "floors", "no_data", "weights"},
	["risk", "floors"]: {"from", "scores"},
	["risk", "no_data"]: _signals,
	["tiers"]: {"base", "environments", "from_score", "resources"},
	["tiers", "base"]: verbs,
	["tiers", "from_score"]: {"T1", "T2", "T3"},
}

_reaches := {"ALL", "MANY", "SINGLE"}

_signals := {
	"action_severity", "payload_sensitivity", "temporal_deviation", "environmental_context", "baseline_deviation",
	"cross_request_correlation", "threat_signals",
}

_tiers := {"T0", "T1", "T2", "T3"}
