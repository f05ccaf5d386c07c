"""One machine has one spelling, whatever notation an address uses."""

import pytest

from pdp.hosts import is_given_out, one_spelling


@pytest.mark.parametrize("host", ["3405803781", "0xcb007105", "0xCB.0.0x71.5", "0313.0.0161.5", "203.0.28933"])
def test_addresses_of_ipv4_agree(host: str) -> None:
    assert one_spelling(host) == "203.0.113.5"


@pytest.mark.parametrize(
    ("host", "spelt"),
    [
        ("3405803781:8080", "203.0.113.5:8080"),
        ("[2001:DB8:0:0::1]:443", "[2001:db8::1]:443"),
        ("[::ffff:203.0.113.5]", "203.0.113.5"),
        ("[fe80::1%eth0]", "[fe80::1]"),
    ],
)
def test_ports_stay_and_ipv6_is_short(host: str, spelt: str) -> None:
    assert one_spelling(host) == spelt


@pytest.mark.parametrize(
    "host", ["evil.example", "1.2.3.4.5", "256.1.1.1", "4294967296", "09.1", "[no", "[no]", "", "host1"]
)
def test_what_is_no_address_stays_as_it_is(host: str) -> None:
    assert one_spelling(host) == host


@pytest.mark.parametrize("ending", ["com", "example", "local", "\u0440\u0444", "xn--p1ai", "boutique", "id", "99"])
def test_endings_that_hosts_can_have(ending: str) -> None:
    assert is_given_out(ending)


@pytest.mark.parametrize("ending", ["value", "count", "py_", "", "x" * 64])
def test_endings_of_fields_are_none_of_hosts(ending: str) -> None:
    assert not is_given_out(ending)
