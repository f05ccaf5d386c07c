"""The catalog is read strictly: what is misspelt, ambiguous or impossible fails the build."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from pdp.catalog import Catalog
from pdp.catalog_globs import overlap
from pdp.catalog_path import Coverage, parse_path
from writ.errors import ConfigurationError

TOOL: dict[str, Any] = {"verb": "READ", "resource": "invoice", "ids": "invoice"}


def catalog(**server: Any) -> dict[str, Any]:
    return {"billing": {"server": "billing", "environment": "production", **server}}


def parse_tool(**tool: Any) -> Catalog:
    return Catalog.parse(catalog(tools={"t": {**TOOL, **tool}}))


WRONG: dict[str, dict[str, Any]] = {
    "an unknown key of a server": catalog(tool={}),
    "an unknown key of a tool": catalog(tools={"t": {**TOOL, "scpoe": "ALL"}}),
    "an unknown key of a table": catalog(tables={"t": {"resource": "invoice", "keys": "id"}}),
    "a server without environment": {"billing": {"server": "billing"}},
    "a server that is no mapping": {"billing": []},
    "a tool without verb": catalog(tools={"t": {"resource": "invoice"}}),
    "a verb that does not exist": catalog(tools={"t": {**TOOL, "verb": "REMOVE"}}),
    "a path that is no JMESPath": catalog(tools={"t": {**TOOL, "ids": "a["}}),
    "a scope beside ids": catalog(tools={"t": {**TOOL, "scope": "SINGLE"}}),
    "a delete that claims to touch one": catalog(tools={"t": {"verb": "DELETE", "resource": "x", "scope": "SINGLE"}}),
    "a declared MANY": catalog(tools={"t": {"verb": "CREATE", "resource": "x", "scope": "MANY"}}),
    "an exception without values": catalog(tools={"t": {**TOOL, "unless": {"path": "action", "values": []}}}),
    "an exception without a path": catalog(tools={"t": {**TOOL, "unless": {"values": ["list"]}}}),
    "an unknown key of an exception": catalog(
        tools={"t": {**TOOL, "unless": {"path": "action", "values": ["list"], "value": "all"}}}
    ),
    "a negative bound": catalog(tools={"t": {**TOOL, "result_rows": -1}}),
    "a bound that is a boolean": catalog(tools={"t": {**TOOL, "result_rows": True}}),
    "an amount without exponent": catalog(tools={"t": {**TOOL, "amount": {"path": "a", "currency": "EUR"}}}),
    "an amount without currency": catalog(tools={"t": {**TOOL, "amount": {"path": "a", "exponent": 2}}}),
    "a currency in lower case": catalog(
        tools={"t": {**TOOL, "amount": {"path": "a", "exponent": 2, "currency": "eur"}}}
    ),
    "a kind of destination that does not exist": catalog(
        tools={"t": {**TOOL, "destinations": [{"kind": "fax", "path": "to"}]}}
    ),
    "a language that does not exist": catalog(tools={"t": {"programs": [{"language": "perl", "argument": "p"}]}}),
    "a dialect that does not exist": catalog(
        tools={"t": {"programs": [{"language": "sql", "argument": "p", "dialect": "oracle"}]}}
    ),
    "a database that is not enrolled": catalog(
        tools={"t": {"programs": [{"language": "bash", "argument": "c", "sql_clients": {"psql": "nowhere"}}]}}
    ),
    "a route without method": catalog(routes={"/customers": TOOL}),
    "a route with half a parameter": catalog(routes={"GET /customers/{customer": TOOL}),
    "a route with one parameter twice": catalog(routes={"GET /a/{x}/{x}": TOOL}),
    "a route parameter named like the query": catalog(routes={"GET /a/{query}": TOOL}),
    "a table in upper case": catalog(tables={"Invoices": {"resource": "invoice"}}),
    "a host in upper case": catalog(hosts=["Billing.internal"]),
    "three stars in a glob": catalog(tools={"*a*b*": TOOL}),
    "a word for reversibility that does not exist": catalog(tools={"t": {**TOOL, "reversibility": "MAYBE"}}),
    "a name twice in a list": catalog(tools={"t": {**TOOL, "irrelevant": ["a", "a"]}}),
}
TIES: dict[str, dict[str, Any]] = {
    "two globs": catalog(tools={"invoices.*": TOOL, "*.invoices": TOOL}),
    "two templates": catalog(routes={"GET /a/{x}": TOOL, "GET /a/{y}": TOOL}),
    "one server twice": {**catalog(), "again": {"server": "billing", "environment": "sandbox"}},
    "one host twice": {
        **catalog(hosts=["billing.internal"]),
        "other": {"server": "other", "environment": "production", "hosts": ["billing.internal"]},
    },
}


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_catalog_is_refused_with_the_place(data: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Catalog.parse(data)
    assert caught.value.reason in ("CATALOG_INVALID", "CATALOG_KEY_UNKNOWN")
    assert "`" in caught.value.message


@pytest.mark.parametrize("data", TIES.values(), ids=TIES.keys())
def test_a_tie_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="CATALOG_TIE"):
        Catalog.parse(data)


def test_the_most_specific_entry_wins() -> None:
    tools = {name: {**TOOL, "resource": name} for name in ("*", "invoices.*", "invoices.get", "invoices.get*")}
    server = Catalog.parse(catalog(tools=tools)).servers["billing"]
    found = {}
    for name in ("other", "invoices.list", "invoices.get", "invoices.get_all"):
        entry = server.entry(name)
        assert entry is not None
        found[name] = entry.operations[0].resource_type
    assert found == {
        "other": "*",
        "invoices.list": "invoices.*",
        "invoices.get": "invoices.get",
        "invoices.get_all": "invoices.get*",
    }


def test_a_glob_never_matches_a_server() -> None:
    data = {"any": {"server": "*", "environment": "production", "tools": {"*": TOOL}}}
    assert Catalog.parse(data).servers.get("billing") is None


@pytest.mark.parametrize(
    ("first", "second", "meets"),
    [("a*", "*a", True), ("a*", "b*", False), ("a?c", "ab*", True), ("a?", "a", False), ("*", "", True)],
)
def test_globs_overlap_when_a_name_matches_both(first: str, second: str, meets: bool) -> None:
    assert overlap(first, second) is meets
    assert overlap(second, first) is meets


def test_a_fixed_part_of_a_route_wins_over_a_parameter_from_left_to_right() -> None:
    routes = {f"GET {template}": {**TOOL, "resource": template} for template in ("/{x}/b", "/a/{x}", "/a/b")}
    server = Catalog.parse(catalog(routes=routes)).servers["billing"]
    found = [server.route("GET", path) for path in (("a", "b"), ("a", "c"), ("c", "b"))]
    assert [route[0].entry.operations[0].resource_type for route in found if route] == ["/a/b", "/a/{x}", "/{x}/b"]
    assert server.route("GET", ("c", "d")) is None
    assert server.route("POST", ("a", "b")) is None


def test_the_default_schema_may_be_left_out() -> None:
    server = Catalog.parse(catalog(schema="public", tables={"invoices": {"resource": "invoice"}})).servers["billing"]
    assert server.table("public.invoices") is server.table("invoices") is not None
    assert server.table("private.invoices") is None


@pytest.mark.parametrize(
    ("expression", "trails"),
    [
        ("customer", {("customer",)}),
        ("filter.customer", {("filter", "customer")}),
        ("items[].id", {("items", "[]", "id")}),
        ("items[*].id", {("items", "[]", "id")}),
        ("items[0]", {("items", "[]")}),
        ("items[?kind=='a'].id", {("items", "[]", "kind"), ("items", "[]", "id")}),
        ("join(',', names)", {("names",)}),
        ("[first, second]", {("first",), ("second",)}),
        ("a || b", {("a",), ("b",)}),
    ],
)
def test_a_path_knows_what_it_reads(expression: str, trails: set[tuple[str, ...]]) -> None:
    assert set(parse_path(expression, "test").trails) == trails


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"a": {"b": 1}}, ""),
        ({"a": {"b": 1, "c": 2}}, "/a/c"),
        ({"a": 1}, "/a"),
        ({"l": [{"id": 1}, {"id": 2}]}, ""),
        ({"l": [{"id": 1}, {"id": 2, "x/y": 3}]}, "/l/1/x~1y"),
        ({"l": {"id": 1}}, "/l/id"),
        ({"w": {"any": ["thing"]}}, ""),
        ({"z": None}, "/z"),
    ],
)
def test_what_no_path_reads_is_not_mapped(document: dict[str, Any], pointer: str) -> None:
    paths = [parse_path(text, "test") for text in ("a.b", "l[].id", "w")]
    assert Coverage(trail for path in paths for trail in path.trails).unmapped(document) == pointer


@pytest.mark.parametrize("rows", [[{"n": "1"}], [{"n": None}], [{"n": [1]}], [{"n": {}}], "text", 7])
def test_an_expression_that_does_not_fit_a_value_finds_nothing_and_breaks_nothing(rows: object) -> None:
    for expression in ("rows[?n >= `2`] | length(@)", "sum(rows[].n)", "max(rows[].n)", "to_number(rows) > `1`"):
        path = parse_path(expression, "test")
        with contextlib.suppress(LookupError):
            path.find({"rows": rows})
        path.search({"rows": rows})
