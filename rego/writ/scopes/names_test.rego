package writ.scopes_test

import data.writ.scopes

_misnamed(path) := said if {
	whole := object.union(_whatever_is_found, {"action_severity": {"scopes": {}, "reversibility": {}}})
	said := scopes.problems with data.packs as {}
		with data.settings as json.patch(whole, [{"op": "add", "path": path, "value": {}}])
}

# Under a name that nothing reads a scope would freeze nothing, and a floor lift no score.
test_a_name_that_nothing_reads_is_said if {
	cases := {
		["scope"]: "scope",
		["risk", "floor"]: "risk.floor",
		["risk", "floors", "form"]: "risk.floors.form",
		["risk", "no_data", "threats"]: "risk.no_data.threats",
		["tiers", "bases"]: "tiers.bases",
		["tiers", "base", "DELET"]: "tiers.base.DELET",
		["tiers", "base", "DELETE", "ANY"]: "tiers.base.DELETE.ANY",
		["tiers", "resources", "invoice", "PAYY"]: "tiers.resources.invoice.PAYY",
		["tiers", "resources", "invoice", "READ", "any"]: "tiers.resources.invoice.READ.any",
		["tiers", "from_score", "T4"]: "tiers.from_score.T4",
		["permit_ttl_s", "t0"]: "permit_ttl_s.t0",
		["acknowledgement", "tier"]: "acknowledgement.tier",
		["acknowledgement", "tiers", "T"]: "acknowledgement.tiers.T",
		["acknowledgement", "effects", "ALLOWED"]: "acknowledgement.effects.ALLOWED",
		["action_severity", "verbs", "BUY"]: "action_severity.verbs.BUY",
		["action_severity", "scopes", "any"]: "action_severity.scopes.any",
		["action_severity", "reversibility", "YES"]: "action_severity.reversibility.YES",
	}
	every path, name in cases {
		said := _misnamed(path)
		count(said) == 1
		some problem in said
		startswith(problem, sprintf("setting `%s`: expected one of ", [name]))
		endswith(problem, ", got another name")
	}
}

test_what_the_organisation_names_itself_is_free if {
	every path in [["environments", "moon"], ["tiers", "environments", "moon"], ["tiers", "resources", "ship"]] {
		_misnamed(path) == set()
	}
}
