package writ.lib.address_test

import data.writ.lib.address

_garbage := [
	"10.1.1.999", "10.1.1", "10.1.1.1.", "10.1.1.1.1", "010.1.1.1", "10.1.1.1/32", "10.1.1.1 ", "0x0a010101",
	"", "host", "fe80::1%eth0", "::1/128", ":::", "1::2::3", null, 7, [], {},
]

test_an_address_of_the_net_is_inside if {
	_inside("10.0.0.0/8", "10.1.1.1")
	_inside("0.0.0.0/0", "255.255.255.255")
	_inside("2001:db8::/32", "2001:DB8::1")
	_inside("::ffff:0:0/96", "::ffff:10.1.1.1")
}

test_an_address_of_another_net_is_outside if {
	_outside("10.0.0.0/8", "11.1.1.1")
	_outside("2001:db8::/32", "2001:db9::1")
}

test_an_address_of_the_other_family_is_outside if {
	_outside("2001:db8::/32", "10.1.1.1")
	_outside("10.0.0.0/8", "2001:db8::1")
}

test_garbage_is_inside_every_forbidden_net_and_outside_every_allowed_one if {
	every text in _garbage {
		every cidr in ["10.0.0.0/8", "2001:db8::/32"] {
			_unclear(cidr, text)
		}
	}
}

test_a_net_that_is_none_contains_nothing_and_may_contain_everything if {
	every cidr in ["10.0.0.0/33", "10.0.0.0", "10.0.0/8", "", "net", null, 7, []] {
		_unclear(cidr, "10.1.1.1")
		_unclear(cidr, "2001:db8::1")
	}
}

test_an_ipv6_form_that_carries_an_ipv4_address_is_no_way_around if {
	every text in ["::ffff:10.1.1.1", "::10.1.1.1", "64:ff9b::a01:101", "2002:a01:101::1"] {
		_unclear("10.0.0.0/8", text)
	}
}

_inside(cidr, text) if {
	address.inside(cidr, text) == true
	address.maybe_inside(cidr, text) == true
}

_outside(cidr, text) if {
	address.inside(cidr, text) == false
	address.maybe_inside(cidr, text) == false
}

_unclear(cidr, text) if {
	address.inside(cidr, text) == false
	address.maybe_inside(cidr, text) == true
}
