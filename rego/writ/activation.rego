package writ

import data.writ.lib.bundle
import data.writ.scopes

# METADATA
# title: Everything that the decision point reads from the running bundle, in one query
# description: |
#   Settings, with the counters, facts, feeds and data subjects that packs declare. Undefined, so that the bundle never
#   becomes active, when no bundle of this name runs, or when two sources declare one counter, fact or sequence.
# entrypoint: true
activation := {
	"revision": bundle.revision,
	"etag": bundle.etag,
	"catalog": _catalog,
	"counters": object.union_n(_counters),
	"facts": object.union_n(_facts),
	"feeds": [feed | some feeds in _feeds; some feed in feeds],
	"subjects": sort({type | some types in _subjects; some type in types}),
	"callers": data.settings.callers,
	"severity": data.settings.severity,
	"action_severity": data.settings.action_severity,
	"environments": data.settings.environments,
	"finding_scores": data.settings.finding_scores,
	"acknowledgement": data.settings.acknowledgement,
	"inspection": _inspection,
	"behaviour": data.settings.behaviour,
	"sequences": object.union_n(_sequences),
	"defer": data.settings.defer,
} if {
	_distinct(_counters)
	_distinct(_facts)
	_distinct(_sequences)
	count(scopes.problems) == 0
}

# Empty when the bundle has no catalog.
_catalog[name] := entry if some name, entry in data.catalog

# Empty when the bundle has no inspection rules.
_inspection[name] := group if some name, group in data.inspection

_sequences := array.concat([data.settings.sequences], [part | part := data.packs[_].sequences])

_counters := array.concat([data.settings.counters], [part | part := data.packs[_].counters])

_facts := array.concat([data.settings.facts], [part | part := data.packs[_].facts])

_feeds := array.concat([data.settings.feeds], [part | part := data.packs[_].feeds])

_subjects := array.concat([data.settings.subjects], [part | part := data.packs[_].subjects])

# No name is declared twice.
_distinct(parts) if {
	names := [name | some part in parts; some name, _ in part]
	count(names) == count({name | some name in names})
}
