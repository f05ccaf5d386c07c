package writ.lib.bundle_test

import data.writ.lib.bundle

_one := {"writ": {"manifest": {"revision": "r1"}, "etag": "e1"}}

test_the_running_revision_is_accepted_and_another_is_not if {
	bundle.accepts("r1") with data.system.bundles as _one
	every wanted in ["r2", "", null, 7] {
		not bundle.accepts(wanted) with data.system.bundles as _one
	}
}

test_a_bundle_named_after_its_file_is_judged_by_its_revision if {
	bundle.accepts("r1") with data.system.bundles as {"bundle.tar.gz": {"manifest": {"revision": "r1"}}}
}

test_two_revisions_at_once_accept_nothing if {
	both := object.union(_one, {"more": {"manifest": {"revision": "r2"}}})
	every wanted in ["r1", "r2"] {
		not bundle.accepts(wanted) with data.system.bundles as both
	}
}

test_sources_that_were_never_built_contradict_nothing if {
	bundle.accepts("r1") with data.system.bundles as {"rego": {"manifest": {"revision": ""}}}
	bundle.accepts("r1") with data.system.bundles as {}
}

test_revision_and_etag_are_those_of_the_bundle_named_writ if {
	bundle.revision == "r1" with data.system.bundles as _one
	bundle.etag == "e1" with data.system.bundles as _one
	bundle.etag == "" with data.system.bundles as {"writ": {"manifest": {"revision": "r1"}}}
	not bundle.revision with data.system.bundles as {}
}
