# METADATA
# title: Addresses and networks
# description: |
#   `net.cidr_contains` raises on garbage, and an error inside a rule that forbids reads as "nothing forbids". These
#   functions test the text first: `10.1.1.999` is inside every forbidden net and outside every allowed one.
package writ.lib.address

# METADATA
# title: Tells whether `address` is certainly inside `cidr`
# description: For ALLOW rules. Both are texts; an address that maps or hides another family is outside.
default inside(_, _) := false

inside(cidr, address) if {
	_cidr(cidr)
	_address(address)
	_same_family(cidr, address)
	net.cidr_contains(cidr, address)
}

# METADATA
# title: Tells whether `address` may be inside `cidr`
# description: |
#   For FORBID and DENY rules. True unless both are well formed, of one family, and the address is outside. Addresses of
#   the other family are outside, but for IPv6 forms that carry an IPv4 address: these count as inside.
default maybe_inside(_, _) := true

maybe_inside(cidr, address) := net.cidr_contains(cidr, address) if {
	_cidr(cidr)
	_address(address)
	_same_family(cidr, address)
}

maybe_inside(cidr, address) := false if {
	_cidr(cidr)
	_v4(address)
	contains(cidr, ":")
}

maybe_inside(cidr, address) := false if {
	_cidr(cidr)
	_v6(address)
	not contains(cidr, ":")
	not _carries_v4(address)
}

_cidr(text) if {
	is_string(text)
	net.cidr_is_valid(text)
}

_address(text) if _v4(text)

_address(text) if _v6(text)

_v4(text) if {
	is_string(text)
	regex.match(`^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.|$)){4}$`, text)
	not endswith(text, ".")
}

# `/128` makes the validator do the parsing; a zone or a second slash is refused before.
_v6(text) if {
	is_string(text)
	regex.match(`^[0-9A-Fa-f:.]{2,45}$`, text)
	contains(text, ":")
	net.cidr_is_valid(concat("", [text, "/128"]))
}

_same_family(cidr, address) if {
	not contains(cidr, ":")
	_v4(address)
}

_same_family(cidr, address) if {
	contains(cidr, ":")
	_v6(address)
}

# ::ffff:0:0/96 (mapped), ::/96 (compatible), 64:ff9b::/96 (NAT64) and 2002::/16 (6to4).
_carries_v4(address) if {
	some cidr in ["::ffff:0:0/96", "::/96", "64:ff9b::/96", "2002::/16"]
	net.cidr_contains(cidr, address)
}
