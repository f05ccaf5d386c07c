"""What a request does, and every spelling of a URL that two standards read differently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.programs.http import parse_http
from pdp.programs.model import MAX_PROGRAM_BYTES, CommandEffect, HttpEffect
from writ.action import Verb


def _request(method: str, url: str, headers: tuple[tuple[str, str], ...] = (), body: bytes | None = None) -> HttpEffect:
    (effect,) = parse_http(method, url, headers, body).effects
    assert isinstance(effect, HttpEffect)
    return effect


def _is_unknown(method: str, url: str, headers: tuple[tuple[str, str], ...] = (), body: bytes | None = None) -> bool:
    program = parse_http(method, url, headers, body)
    return bool(program.findings) and program.effects == (CommandEffect(verb=Verb.UNKNOWN, program=""),)


def test_a_plain_request_is_taken_apart() -> None:
    effect = _request("delete", "HTTPS://Billing.Example:443/customers/7/invoices?a=1&b=x%20y&a=2#part")
    assert (effect.method, effect.scheme, effect.host) == ("DELETE", "https", "billing.example")
    assert effect.path == ("customers", "7", "invoices")
    assert effect.query == (("a", "1"), ("b", "x y"), ("a", "2"))
    assert not effect.sends_body


def test_a_port_stays_when_it_is_not_the_schemes_own() -> None:
    assert _request("GET", "http://billing.example:8080/x").host == "billing.example:8080"


def test_segments_are_decoded_once() -> None:
    assert _request("GET", "https://billing.example/a%20b/%C3%BC").path == ("a b", "ü")


def test_a_body_is_kept() -> None:
    effect = _request("POST", "https://billing.example/x", body=b'{"a":1}')
    assert effect.sends_body
    assert effect.body == b'{"a":1}'


@pytest.mark.parametrize(
    "url",
    [
        "billing.example/x",
        "//billing.example/x",
        "https:billing.example/x",
        "https:/billing.example/x",
        "https:///billing.example/x",
        "ftp://billing.example/x",
        "file:///etc/passwd",
        "https://billing.example\\@evil.example/x",
        "https://billing.example\\x",
        "https://user@billing.example/x",
        "https://billing.example@evil.example/x",
        "https://billing.example:80@evil.example/",
        "https://bil\tling.example/x",
        "https://billing.example/x\n",
        " https://billing.example/x",
        "https://billing.example/x\x00",
        "https://billing.example/a/../b",
        "https://billing.example/a/./b",
        "https://billing.example/a/%2e%2e/b",
        "https://billing.example/a/%2E./b",
        "https://billing.example/a%2fb",
        "https://billing.example/a%5Cb",
        "https://billing.example/a%252fb",
        "https://billing.example/a%zz",
        "https://billing.example/a%",
        "https://billing.example/a//b",
        "https://billing.example/a;b=1/c",
        "https://billing.example/%ff",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://1.2.3.256/",
        "https://1.2.3.4./",
        "https://billing.example./",
        "https://billing..example/",
        "https://billing.example:/",
        "https://billing.example:0443/",
        "https://billing.example:99999/",
        "https://[::1]/",
        "https://billíng.example/",
        "https://billing%2eexample/",
        "https://billing.example/ü",
        "https://",
        "",
    ],
)
def test_a_url_with_two_readings_is_unknown(url: str) -> None:
    assert _is_unknown("GET", url)


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "x-method-override", "X-HTTP-METHOD"])
def test_the_graver_of_the_method_and_its_override_counts(name: str) -> None:
    program = parse_http("POST", "https://billing.example/x", ((name, "delete"),))
    assert [effect.method for effect in program.effects if isinstance(effect, HttpEffect)] == ["DELETE"]
    assert [finding.code for finding in program.findings] == ["METHOD_OVERRIDDEN"]
    assert _request("DELETE", "https://billing.example/x", ((name, "GET"),)).method == "DELETE"


def test_a_method_hides_neither_in_the_query_nor_in_a_form() -> None:
    assert _request("GET", "https://billing.example/x?_method=DELETE").method == "DELETE"
    form = (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),)
    assert _request("POST", "https://billing.example/x", form, b"a=1&_method=delete").method == "DELETE"
    assert _request("POST", "https://billing.example/x", body=b"_method=PUT").method == "PUT"
    assert _request("POST", "https://billing.example/x", body=b"%5FMethod=PUT").method == "PUT"
    assert _request("GET", "https://billing.example/x?%5fmethod=DELETE").method == "DELETE"
    multipart = (("Content-Type", "multipart/form-data; boundary=b"),)
    assert _is_unknown("POST", "https://billing.example/x", multipart, b'--b\r\n... name="_method"\r\n\r\nDELETE')


@pytest.mark.parametrize("method", ["", "BREW", "GET DELETE", "GET\r\nX: y", "\uff27ET"])
def test_a_method_without_a_name_is_unknown(method: str) -> None:
    assert _is_unknown(method, "https://billing.example/x")


def test_a_long_request_is_unknown_at_once() -> None:
    assert _is_unknown("GET", "https://billing.example/" + "a" * MAX_PROGRAM_BYTES)


@given(method=st.text(max_size=8), url=st.text(max_size=60), name=st.text(max_size=30), value=st.text(max_size=8))
def test_odd_text_never_raises(method: str, url: str, name: str, value: str) -> None:
    assert len(parse_http(method, url, ((name, value),), url.encode("utf-8", "surrogatepass")).effects) == 1


@given(path=st.text(alphabet="ab./%25eEfF2\\;?#@:", max_size=20))
def test_a_path_that_is_understood_has_no_dot_or_empty_segment(path: str) -> None:
    for effect in parse_http("GET", f"https://billing.example/{path}").effects:
        if isinstance(effect, HttpEffect):
            assert effect.host == "billing.example"
            assert {"", ".", ".."}.isdisjoint(effect.path)
            assert not any("/" in segment or "\\" in segment for segment in effect.path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Trace", "a\r\nX-HTTP-Method-Override: DELETE"),
        ("X-Trace\r\nX-HTTP-Method-Override", "DELETE"),
        ("X-Trace: a", "b"),
        ("X-Trace", "a\nb"),
        ("X-Trace", "a\x00b"),
        ("X-Trace", "\u0440"),
        ("", "a"),
        (":path", "/admin"),
        ("Host", "ledger.example"),
        ("X-Forwarded-Host", "ledger.example"),
        ("X-Original-URL", "/admin"),
        ("X_Rewrite_URL", "/admin"),
        ("X-Forwarded-Prefix", "/admin"),
        ("X-Method", "DELETE"),
        ("X-Original-Method", "DELETE"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "0"),
        ("Connection", "X-Account"),
        ("Upgrade", "h2c"),
    ],
)
def test_a_header_that_may_lead_the_request_elsewhere_is_not_understood(name: str, value: str) -> None:
    assert _is_unknown("GET", "https://billing.example/x", ((name, value),))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept", "application/json"),
        ("authorization", "Bearer abc.def-ghi"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-Request-Id", "8f14e45f"),
        ("Idempotency-Key", "a b"),
        ("If-None-Match", '"7"'),
        ("Connection", "keep-alive"),
        ("Host", "Billing.Example"),
        ("X-API-Version", "2026-01-01"),
    ],
)
def test_ordinary_headers_are_understood(name: str, value: str) -> None:
    assert _request("GET", "https://billing.example/x", ((name, value),)).method == "GET"


def test_an_override_counts_in_the_spelling_of_cgi() -> None:
    assert _request("POST", "https://billing.example/x", (("X_HTTP_METHOD_OVERRIDE", "delete"),)).method == "DELETE"


@pytest.mark.parametrize("query", ["_method=DELETE", ".method=DELETE", "%20_Method=DELETE", "a=1&+_method=DELETE"])
def test_every_spelling_of_the_method_field_counts(query: str) -> None:
    assert _request("POST", f"https://billing.example/x?{query}").method == "DELETE"
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    assert _request("POST", "https://billing.example/x", form, query.encode()).method == "DELETE"


def test_fields_behind_a_semicolon_are_not_understood() -> None:
    assert _is_unknown("GET", "https://billing.example/x?a=1;_method=DELETE")
    assert _request("GET", "https://billing.example/x?a=1;2").query == (("a", "1;2"),)
