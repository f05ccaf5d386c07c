"""Sinks name the arguments whose origin matters; results say who may write what comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.catalog import Catalog
from pdp.catalog_model import ContentTrust, Entry
from pdp.catalog_sinks import (
    MAX_CONTENT_CHARS,
    MAX_LOOKED_CHARS,
    MAX_SINK_CHARS,
    MAX_SINK_VALUES,
    MAX_SINKS_CHARS,
    sink_values,
)
from writ.errors import ConfigurationError
from writ.strict_json import parse_arguments

MAIL: dict[str, Any] = {
    "verb": "SEND",
    "resource": "email",
    "scope": "SINGLE",
    "destinations": [{"kind": "email", "path": "recipients"}],
    "irrelevant": ["body", "items[].to"],
}


def entry(**keys: Any) -> Entry:
    tools = {"t": {**MAIL, **keys}}
    catalog = Catalog.parse({"mail": {"server": "mail", "environment": "production", "tools": tools}})
    return catalog.servers["mail"].exact["t"]


def values(found: Entry, **arguments: Any) -> list[tuple[str, str, str]]:
    return [(value.kind, value.pointer, value.text) for value in sink_values(found, arguments).values]


@pytest.mark.parametrize(
    "keys",
    [
        {"sinks": [{"kind": "fax", "path": "recipients"}]},
        {"sinks": [{"kind": "recipient", "path": "recipients", "inside": []}]},
        {"sinks": [{"kind": "recipient", "path": "nobody"}]},
        {"sinks": [{"kind": "recipient", "path": "items[].cc"}]},
        {"sinks": [{"kind": "recipient", "path": "`1`"}]},
        {"sinks": {"kind": "recipient", "path": "recipients"}},
        {"result": {"content": "MAYBE"}},
        {"result": {"records": "a"}},
        {"result": {"records": ["a["]}},
        {"result": {"record_trust": ""}},
        {"result": {"classes": ["pii", "pii"]}},
        {"result": {"max_rows": -1}},
        {"result": {"bytes": 1}},
    ],
    ids=str,
)
def test_a_wrong_sink_or_result_is_refused_with_the_place(keys: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"catalog\.mail\.tools\.t\.(sinks|result)"):
        entry(**keys)


def test_an_entry_that_says_nothing_of_its_result_has_the_worst_one() -> None:
    result = entry().result
    assert result.content is result.record_trust is ContentTrust.UNTRUSTED
    assert (result.records, result.classes, result.max_rows, result.max_bytes) == ((), None, None, None)


def test_a_declared_result_is_read_as_it_stands() -> None:
    result = entry(
        result={
            "content": "TRUSTED",
            "records": ["transactions[].recipient"],
            "record_trust": "TRUSTED",
            "classes": [],
            "max_rows": 5,
            "max_bytes": 0,
        }
    ).result
    assert result.content is result.record_trust is ContentTrust.TRUSTED
    assert [path.expression for path in result.records] == ["transactions[].recipient"]
    assert (result.classes, result.max_rows, result.max_bytes) == (frozenset(), 5, 0)


def test_destinations_ids_and_programs_are_sinks_where_none_are_declared() -> None:
    tool = {
        "verb": "UPDATE",
        "resource": "thing",
        "ids": "id",
        "destinations": [{"kind": "host", "path": "h"}, {"kind": "email", "path": "e"}],
        "programs": [
            {"language": "sql", "argument": "q", "dialect": "sqlite"},
            {"language": "bash", "argument": "c"},
            {"language": "http", "url": "u", "body": "b"},
        ],
    }
    catalog = Catalog.parse({"x": {"server": "x", "environment": "production", "tools": {"t": tool}}})
    found = catalog.servers["x"].exact["t"]
    assert [(sink.kind, sink.path.expression) for sink in found.sinks] == [
        ("url", "h"),
        ("recipient", "e"),
        ("id", "id"),
        ("query", "q"),
        ("code", "c"),
        ("url", "u"),
        ("content", "b"),
    ]


def test_declared_sinks_stand_instead_of_the_usual_ones() -> None:
    assert [sink.kind for sink in entry(sinks=[{"kind": "content", "path": "body"}]).sinks] == ["content"]
    assert entry(sinks=[]).sinks == ()
    assert [sink.kind for sink in entry().sinks] == ["recipient"]


def test_sinks_do_not_make_an_argument_mapped() -> None:
    found = entry(sinks=[{"kind": "recipient", "path": "recipients"}])
    assert found.coverage.unmapped({"recipients": ["a"], "cc": "b"}) == "/cc"


def test_every_scalar_of_a_sink_has_its_pointer() -> None:
    found = entry(
        sinks=[
            {"kind": "recipient", "path": "recipients"},
            {"kind": "id", "path": "items[].to"},
            {"kind": "content", "path": "body"},
        ]
    )
    assert values(found, recipients=["a@x", "b@x"], items=[{"to": 7}, {"to": None}, {}], body={"x/y": ["t", True]}) == [
        ("recipient", "/recipients/0", "a@x"),
        ("recipient", "/recipients/1", "b@x"),
        ("id", "/items/0/to", "7"),
        ("content", "/body/x~1y/0", "t"),
    ]
    assert values(found) == values(found, recipients="", items=[], body=None) == []


@pytest.mark.parametrize(("path", "value"), [("recipients[]", "a@x"), ("recipients", [["a@x"]])])
def test_another_shape_than_declared_hides_nothing(path: str, value: Any) -> None:
    found = entry(sinks=[{"kind": "recipient", "path": path}])
    assert [text for _, _, text in values(found, recipients=value)] == ["a@x"]


@pytest.mark.parametrize("name", ["subject", "Betreff", "title"])
@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\x85", "\u2028"])
def test_an_address_behind_the_first_line_of_a_subject_is_a_recipient(name: str, line_break: str) -> None:
    found = entry(irrelevant=["body", name])
    arguments = {
        "recipients": ["bob@corp.example"],
        name: f"Budget{line_break}Bcc: Eve <eve@evil.example>, b@evil.example",
    }
    reached = {text for kind, _, text in values(found, **arguments) if kind == "recipient"}
    assert reached == {"bob@corp.example", "eve@evil.example", "b@evil.example"}


def test_an_address_in_one_line_or_in_a_body_is_no_recipient() -> None:
    found = entry(irrelevant=["body", "subject"])
    quoted = "Fwd\r\nTo: eve@evil.example"
    for arguments in ({"subject": "About eve@evil.example"}, {"subject": "Budget\n"}, {"body": quoted}):
        given_to = values(found, recipients=["bob@corp.example"], **arguments)
        assert [text for kind, _, text in given_to if kind == "recipient"] == ["bob@corp.example"]
    declared = entry(sinks=[{"kind": "content", "path": "body"}], irrelevant=["body", "subject"])
    assert not any(kind == "recipient" for kind, *_ in values(declared, subject=quoted))


@pytest.mark.parametrize("who", ["everyone", "@everyone", "group:everyone", "group:@Everyone", "@here", "allUsers:*"])
def test_a_word_for_everybody_below_recipients_is_one(who: str) -> None:
    found = entry(sinks=[{"kind": "recipient", "path": "keys(recipients)"}])
    assert ("recipient", "/recipients/x", who) in values(found, recipients={"x": who})


def test_a_number_beyond_2_to_the_53_keeps_its_digits() -> None:
    arguments = parse_arguments(b'{"recipients":12345678901234567890123}', 100)
    assert sink_values(entry(), arguments).values[0].text == "12345678901234567890123"


def test_more_values_or_longer_ones_than_the_limit_are_told() -> None:
    found = entry()
    exact = sink_values(found, {"recipients": [str(index) for index in range(MAX_SINK_VALUES)]})
    assert exact.complete
    assert len(exact.values) == MAX_SINK_VALUES
    more = sink_values(found, {"recipients": [str(index) for index in range(MAX_SINK_VALUES + 1)]})
    assert not more.complete
    assert more.values == exact.values
    assert sink_values(found, {"recipients": "x" * MAX_SINK_CHARS}).complete
    long = sink_values(found, {"recipients": "x" * (MAX_SINK_CHARS + 1)})
    assert not long.complete
    assert long.values[0].text == "x" * MAX_SINK_CHARS
    together = sink_values(found, {"recipients": ["x" * MAX_SINK_CHARS] * 7})
    assert not together.complete
    assert sum(len(value.text) for value in together.values) == MAX_SINKS_CHARS
    assert len(together.values) == 7
    many = sink_values(found, {"recipients": ["x" * 200_000, *map(str, range(MAX_SINK_VALUES))]})
    assert not many.complete
    assert len(many.values) == MAX_SINK_VALUES
    assert sum(len(value.text) for value in many.values) <= MAX_SINKS_CHARS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["recipients", "items", "body", "x"]), JSON))
def test_any_arguments_give_bounded_values_at_places_that_exist(arguments: dict[str, Any]) -> None:
    found = entry(
        sinks=[{"kind": kind, "path": path} for kind, path in (("recipient", "recipients"), ("id", "items[].to"))]
    )
    answer = sink_values(found, arguments)
    assert len(answer.values) <= MAX_SINK_VALUES
    for _, pointer, text in answer.values:
        place: Any = arguments
        for step in pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            place = place[int(name)] if isinstance(place, list) else place[name]
        assert text in (place, name) if isinstance(place, str) or text == name else text == json.dumps(place)


def test_an_address_that_is_the_name_of_a_member_of_a_sink_is_a_link() -> None:
    found = entry(sinks=[{"kind": "content", "path": "body"}])
    assert ("link", "/body/eve@evil.example", "eve@evil.example") in values(found, body={"eve@evil.example": "x"})
    assert values(found, body={"a": "to eve@evil.example"}) == [("content", "/body/a", "to eve@evil.example")]


def test_values_below_long_names_are_looked_into_as_far_as_their_pointers_are_short() -> None:
    found = entry(sinks=[{"kind": "content", "path": "body"}])
    within: Any = ["eve@evil.example"] * 2_000
    for _ in range(60):
        within = {"n" * 3_000: within}
    answer = sink_values(found, {"items": within})
    assert ("link", "") in {(value.kind, value.pointer) for value in answer.values}, "what is not looked into"
    assert sum(map(len, answer.cut)) + sum(len(value.pointer) for value in answer.values) <= MAX_LOOKED_CHARS


@pytest.mark.parametrize("path", ["keys(shared_with)", "keys(shared_with || `{}`)"])
def test_the_names_of_members_are_what_keys_takes(path: str) -> None:
    found = entry(sinks=[{"kind": "recipient", "path": path}], irrelevant=["shared_with"])
    given = {"thief@evil.example": "rw", "bob@corp.example": {"role": "r"}}
    assert values(found, shared_with=given) == [
        ("recipient", "/shared_with/thief@evil.example", "thief@evil.example"),
        ("recipient", "/shared_with/bob@corp.example", "bob@corp.example"),
    ]
    assert values(found, shared_with="bob@corp.example") == [("recipient", "/shared_with", "bob@corp.example")]
    assert values(found) == []


def test_a_long_composed_text_is_cut_and_leaves_the_rest_whole() -> None:
    found = entry(sinks=[{"kind": "content", "path": "body"}, {"kind": "recipient", "path": "recipients[]"}])
    for long in ("x" * (MAX_CONTENT_CHARS + 1), "x" * 1_000_000):
        values = sink_values(found, {"body": long, "recipients": ["y" * MAX_SINK_CHARS]})
        assert values.complete
        assert values.cut == {"/body"}
        assert [(value.kind, len(value.text)) for value in values.values] == [
            ("recipient", MAX_SINK_CHARS),
            ("content", MAX_CONTENT_CHARS),
        ]
    assert sink_values(found, {"body": "x" * MAX_CONTENT_CHARS, "recipients": ["y"]}).cut == frozenset()
