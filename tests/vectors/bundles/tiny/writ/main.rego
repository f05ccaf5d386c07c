# A policy library of one page, for tests of transport and bundles. Every outcome names the bundle's `settings.mark`, so
# that a test can tell which revision judged.
package writ

default decisions := []

decisions := [outcome |
	input.revision == data.system.bundles.writ.manifest.revision
	some item in input.items
	outcome := decision with input as item
]

decision := {
	"index": input.index,
	"execution_digest": input.execution_digest,
	"effect": effect,
	"tier": "T0",
	"score": 10,
	"rules": [{
		"id": sprintf("tiny.%s", [data.settings.mark]),
		"outcome": effect,
		"code": upper(data.settings.mark),
		"message": "the tiny library judged",
		"remediation": "",
	}],
	"obligations": [],
	"transforms": [],
	"advice": [],
	"approval": null,
	"contended": false,
	"acknowledgement": "SIGNED",
	"permit_ttl_s": 30,
} if {
	not input.vanish
}

default effect := "DENY"

effect := "ALLOW" if {
	input.verb == "READ"
	not net.cidr_contains("10.0.0.0/8", input.ip)
}

# Two values for one name: a conflict that fails the whole call.
effect := input.poison if input.poison

activation := object.union(data.settings, {
	"revision": data.system.bundles.writ.manifest.revision,
	"etag": object.get(data.system.bundles.writ, "etag", ""),
	"catalog": {},
})
