# METADATA
# title: Agents that read what outsiders write
# description: |
#   Turns facts of provenance, sessions and payloads into outcomes. It only holds and forbids: what it asks people about
#   must be allowed by another pack (`grants` false), and it never makes an effect milder.
#
#   What the user asked for, to whom the user said, goes through. The rest is held once the agent has read anything that
#   outsiders may have written, and denied when a threat was found in what named it.
package packs.agent_safety

# Verbs that change, send or run something.
_changing := {"CREATE", "UPDATE", "SEND", "PAY", "EXECUTE", "ADMIN", "DELETE"}

# Verbs that need the user's own word, even where the user hands over to a source.
_grave := {"PAY", "EXECUTE", "ADMIN", "DELETE"}

# Kinds of sinks that decide whom an action reaches.
_reaching := {"recipient", "account", "url", "channel"}

_held(risk, id, code, message, remediation) := {
	"id": sprintf("agent_safety.%v", [id]),
	"outcome": "APPROVAL",
	"code": code,
	"message": sprintf("%v: %v", [risk, message]),
	"remediation": remediation,
	"approval": data.packs.agent_safety.approvals.held,
	"grants": false,
}

_denied(risk, id, code, message, remediation) := {
	"id": sprintf("agent_safety.%v", [id]),
	"outcome": "DENY",
	"code": code,
	"message": sprintf("%v: %v", [risk, message]),
	"remediation": remediation,
}

# Lost provenance counts as the worst, and says so: nobody saw a threat, or a text that names anything.
_truly(rule) := object.union(rule, {
	"code": "PROVENANCE_UNKNOWN",
	"message": concat(" ", [
		sprintf("%v:", [split(rule.message, ":")[0]]),
		"what this agent has read is not known, since the state was lost or rebuilt or the call holds too many values;",
		"it counts as the worst",
	]),
	"remediation": "send fewer values at once; after a loss, wait until it would have been forgotten, or get an approval",
}) if {
	input.provenance.state == "NO_DATA"
} else := rule

_ask_again := "have the user ask for it in so many words through a gateway, or get an approval"

_name_it := "have the user name the destination, take it from a record that outsiders cannot write, or get an approval"

# The user asked for such an action, pointed at the source that names the value, and named no such value otherwise.
_entrusted(sink) if {
	sink.origin == "UNTRUSTED_TEXT"
	input.provenance.intent == "ASKED"
	sink.pointed == true
	sink.left_open == true
	sink.threatened == false
}
