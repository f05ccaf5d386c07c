# METADATA
# title: Packs
# description: |
#   One folder a pack, one idea a file. A rule adds its value to `matched` of the pack's package; the policy library finds
#   it. Declarations stand in the pack's data.yaml.
# scope: subpackages
# schemas:
#   - input: schema.input
package packs
