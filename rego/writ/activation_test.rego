package writ_test

# What the organisation and its packs declare beside this is theirs: the tests look for their own declarations.
_of_pack := {
	"counters": {"of_pack": {}},
	"facts": {"of_pack": {}},
	"feeds": [{"name": "of_pack"}],
	"subjects": ["of_pack"],
	"sequences": {"of_pack": {}},
}

test_activation_shows_settings_and_what_packs_declare if {
	shown := data.writ.activation with data.system.bundles as running
		with data.settings as settings
		with data.settings.packs as {}
		with data.packs as {"test": _of_pack}
	shown.revision == "r1"
	shown.etag == "e1"
	shown.counters.of_pack == {}
	shown.facts.of_pack == {}
	shown.sequences.of_pack == {}
	{"name": "of_pack"} in shown.feeds
	"of_pack" in shown.subjects
	shown.callers == settings.callers
	shown.severity == settings.severity
	shown.catalog == data.catalog
}

test_activation_unites_the_declarations_of_the_organisation_and_of_packs if {
	shown := data.writ.activation with data.system.bundles as running
		with data.settings as settings
		with data.settings.counters as {"of_settings": {}}
		with data.settings.subjects as ["of_settings", "of_pack"]
		with data.settings.packs as {}
		with data.packs as {"test": _of_pack}
	{"of_pack", "of_settings"} - object.keys(shown.counters) == set()
	[type | some type in shown.subjects; startswith(type, "of_")] == ["of_pack", "of_settings"]
}

test_activation_is_undefined_without_the_bundle if {
	not data.writ.activation with data.system.bundles as {"other": {"manifest": {"revision": "r1"}}}
}

test_activation_is_undefined_when_two_sources_declare_one_name if {
	every kind in ["counters", "facts", "sequences"] {
		once := json.patch(settings, [{"op": "add", "path": [kind], "value": {"of_settings": {}}}])
		data.writ.activation with data.system.bundles as running
			with data.settings as once
			with data.settings.packs as {}
			with data.packs as {"test": _of_pack}
		twice := json.patch(settings, [{"op": "add", "path": [kind], "value": {"of_pack": {}}}])
		not data.writ.activation with data.system.bundles as running
			with data.settings as twice
			with data.settings.packs as {}
			with data.packs as {"test": _of_pack}
	}
}

test_activation_shows_what_is_inspected_and_remembered if {
	shown := data.writ.activation with data.system.bundles as running
		with data.settings as settings
		with data.settings.packs as {}
		with data.packs as {}
	shown.inspection == data.inspection
	shown.behaviour == settings.behaviour
	shown.defer == settings.defer
}
