# METADATA
# title: Which bundle runs
# description: |
#   OPA keeps the manifests of its bundles in `data.system.bundles`. Under the sidecar there is one, named `writ`; under
#   `opa eval -b` (replay) there is one, named after its file; sources that were never built have no revision.
package writ.lib.bundle

# METADATA
# title: Tells whether what was made for the wanted revision may be judged here
# description: |
#   Never by a bundle of another revision. Sources that were never built have no revision, so nothing contradicts: that is
#   how tests and `opa eval` on the sources run. The control plane serves no bundle without a revision.
accepts(wanted) if {
	running := {entry.manifest.revision | some entry in data.system.bundles; entry.manifest.revision != ""}
	_matches(running, wanted)
}

# METADATA
# title: Revision of the running bundle; undefined outside the sidecar
revision := data.system.bundles.writ.manifest.revision

# METADATA
# title: ETag under which the running bundle was activated, its digest; empty when it came from a file
default etag := ""

etag := data.system.bundles.writ.etag

_matches(running, _) if count(running) == 0

_matches(running, wanted) if running == {wanted}
