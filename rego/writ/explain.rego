package writ

import data.writ.scopes

# METADATA
# title: Which scope gave which setting to one item, and what came of it
# description: |
#   For people: `writ policy explain`. `scopes` are those that hold or may hold; `settings` has every setting that a scope
#   may give, with its value, what the organisation says and the scopes that say the value (none: the organisation).
#   `conflicts` are among the scopes that hold or may hold here and among the rules that matched.
# entrypoint: true
explain := {
	"scopes": [entry |
		some name, scope in scopes.standing
		entry := {
			"name": name,
			"standing": scope.standing,
			"priority": scope.priority,
			"match": scope.match,
		}
	],
	"settings": [entry |
		some path, base in scopes.leaves(scopes.defaults)
		scopes.direction(path)
		entry := object.union(
			{"path": scopes.dotted(path), "value": base, "base": base, "scopes": []},
			object.get(scopes.given, [path], {}),
		)
	],
	"conflicts": scopes.conflicts_among(scopes.standing, _rules_of_scopes),
	"outcome": _scoped,
}

_rules_of_scopes := [{"pack": pack, "id": rule.id, "outcome": rule.outcome, "scope": rule.scope} |
	some pack
	some rule in data.packs[pack].matched
]
