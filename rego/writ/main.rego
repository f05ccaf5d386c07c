# METADATA
# title: Writ policy library
# description: |
#   The entry points. `decisions` judges a batch, `decision` one item; everything else in this package is a step on the
#   way. Rules find themselves: the core ones in `writ.rules.matched`, those of a pack in `packs.<pack>.matched`.
# scope: subpackages
# schemas:
#   - input: schema.input
package writ

import data.writ.lib.bundle
import data.writ.outcome
import data.writ.scopes

# METADATA
# title: One outcome an item, in the order of the items
# description: |
#   Undefined when the items were made for another revision than the one that runs: the caller notices that all answers
#   are missing, and makes the batch again. An item that cannot be judged is missing from the array; the caller counts.
# entrypoint: true
# schemas:
#   - input: schema.batch
decisions := [judged |
	some item in input.items
	judged := outcome.document with input as item
] if {
	bundle.accepts(input.revision)
	data.settings.scopes == {}
} else := [judged |
	some item in input.items
	judged := _scoped with input as item
] if {
	bundle.accepts(input.revision)
}

# METADATA
# title: The outcome of one item
# entrypoint: true
decision := _scoped

# The outcome under the settings that hold for the item.
_scoped := outcome.document if {
	not scopes.touched
} else := judged if {
	judged := outcome.document with data.settings as scopes.settings
}
