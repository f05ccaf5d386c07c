package writ.outcome

# METADATA
# title: The outcome of one item, exactly as the decision point parses it
document := {
	"index": input.index,
	"execution_digest": input.execution_digest,
	"effect": effect,
	"tier": tier,
	"score": score,
	"rules": reasons,
	"obligations": [obligation | _granted; some obligation in _obligations],
	"transforms": [transform | effect == "TRANSFORM"; some transform in _transforms],
	"advice": [advice | some advice in _advice],
	"approval": approval,
	"contended": contended,
	"acknowledgement": acknowledgement,
	"permit_ttl_s": permit_ttl_s,
}

_granted if effect != "DENY"
