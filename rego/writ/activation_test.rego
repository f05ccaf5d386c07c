package writ_test

test_activation_shows_settings_and_what_packs_declare if {
	shown := data.writ.activation with data.system.bundles as running
	shown.revision == "r1"
	shown.etag == "e1"
	shown.counters.invoice_status_updates.measure == "rows"
	shown.facts.assignment.key == ["agent.id", "container.customer"]
	["assignment"] in [feed.facts | some feed in shown.feeds]
	shown.subjects == ["customer"]
	shown.callers == data.settings.callers
	shown.severity == data.settings.severity
	shown.catalog == data.catalog
}

test_activation_unites_the_declarations_of_the_organisation_and_of_packs if {
	shown := data.writ.activation with data.system.bundles as running
		with data.settings.counters as {"payments": {}}
		with data.settings.subjects as ["patient", "customer"]
	object.keys(shown.counters) == {"payments", "invoice_status_updates"}
	shown.subjects == ["customer", "patient"]
}

test_activation_is_undefined_without_the_bundle if {
	not data.writ.activation with data.system.bundles as {"other": {"manifest": {"revision": "r1"}}}
}

test_activation_is_undefined_when_two_sources_declare_one_counter if {
	not data.writ.activation with data.system.bundles as running
		with data.settings.counters as {"invoice_status_updates": {}}
}

test_activation_shows_what_is_inspected_and_remembered if {
	shown := data.writ.activation with data.system.bundles as running
		with data.packs.test as {"sequences": {"leak": {}}}
	shown.inspection == data.inspection
	shown.behaviour == data.settings.behaviour
	shown.defer == data.settings.defer
	"leak" in object.keys(shown.sequences)
}

test_activation_is_undefined_when_two_sources_declare_one_sequence if {
	not data.writ.activation with data.system.bundles as running
		with data.settings.sequences as {"leak": {}}
		with data.packs.test as {"sequences": {"leak": {}}}
}

test_activation_is_undefined_when_two_sources_declare_one_fact if {
	not data.writ.activation with data.system.bundles as running
		with data.packs.test as {"facts": {"assignment": {}}}
}
