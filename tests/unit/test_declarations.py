"""Declared counters and facts: strict parsing, and what an action reserves and looks up."""

from __future__ import annotations

from typing import Any

import pytest

from pdp.declarations import MAX_AMOUNT, Declarations, StateContext
from pdp.model import Counts, FactKey
from writ.action import Action, Container, Destination, Operation, Scope, Verb
from writ.errors import ConfigurationError

NOW_MS = 1_790_000_000_000
UPDATES: dict[str, Any] = {
    "match": {"verbs": ["UPDATE"], "resource_types": ["invoice"]},
    "key": ["organisation"],
    "window": {"calendar": "month", "zone": "Europe/Berlin"},
    "measure": "calls",
    "counts": "allowed",
}


def context(*operations: Operation, environment: str = "production", **fields: Any) -> StateContext:
    named: dict[str, Any] = {
        "organisation": "acme",
        "agent_id": "billing-7",
        "agent_role": "billing",
        "agent_unit": "finance",
        "principal_id": "ann",
        "session_id": "s-1",
        "tool_server": "erp",
        "tool_name": "invoices.update",
        "args_bytes": 321,
        **fields,
    }
    return StateContext(action=Action(operations=operations), environment=environment, **named)


def operation(verb: Verb = Verb.UPDATE, resource_type: str = "invoice", **fields: Any) -> Operation:
    return Operation(verb=verb, resource_type=resource_type, **fields)


def counting(**changes: Any) -> Declarations:
    return Declarations.parse({"c": {**UPDATES, **changes}}, {})


def amounts(declarations: Declarations, *operations: Operation) -> list[tuple[int, bool]]:
    found = declarations.reservations(context(*operations), NOW_MS)
    return [(reservation.amount, reservation.unbounded) for reservation in found]


def test_an_action_reserves_in_the_counters_that_match_one_of_its_operations() -> None:
    assert amounts(counting(), operation(), operation(Verb.SEND)) == [(1, False)]
    assert amounts(counting(), operation(Verb.READ)) == []
    assert amounts(counting(), operation(resource_type="payment")) == []


def test_a_counter_that_names_no_resource_types_counts_them_all() -> None:
    assert amounts(counting(match={"verbs": ["UPDATE"]}), operation(resource_type="payment")) == [(1, False)]


def test_a_counter_may_tell_actions_apart_by_what_they_do() -> None:
    declared = counting(key=["session.id", "action.digest"])
    paid: dict[str, Any] = {
        "resource_ids": ("INV-1", "INV-2"),
        "containers": (Container(type="customer", id="7"),),
        "amount_minor": 1000,
        "destinations": (Destination(kind="account", value="DE89370400440532013000", external=True),),
        "attributes": {"status": "paid"},
    }

    def key(*beside: Operation, **changes: Any) -> str:
        (reservation,) = declared.reservations(context(operation(**paid | changes), *beside), NOW_MS)
        return reservation.key

    def account(value: str) -> dict[str, Any]:
        return {"destinations": (Destination(kind="account", value=value, external=True),)}

    same = [
        account("DE89 3704 0044 0532 0130 00"),
        account("de89-3704.0044_0532/0130\n00"),
        account("D\u0415\u200b89370400440532013000"),  # a Cyrillic letter, and an invisible one
        {"resource_ids": ("inv 2", "INV-1")},
        {"containers": (Container(type="customer", id="007"),)},
    ]
    assert {key(**changes) for changes in same} == {key(operation(Verb.SEND))} == {key()}
    others = [
        account("DE89370400440532013001"),
        {"resource_ids": ("INV-1",)},
        {"containers": ()},
        {"amount_minor": 1001},
        {"currency": "EUR"},
        {"attributes": {"status": "open"}},
        {"scope": Scope.SINGLE},
    ]
    assert len({key(), *(key(**changes) for changes in others)}) == len(others) + 1


def test_scopes_narrow_what_matches_and_an_unknown_environment_never_does() -> None:
    declared = counting(
        match={"verbs": ["UPDATE"], "resource_types": ["invoice"], "scopes": ["ALL"], "environments": ["production"]}
    )
    assert amounts(declared, operation(scope=Scope.SINGLE)) == []
    assert amounts(declared, operation(scope=Scope.ALL)) == [(1, False)]
    assert declared.reservations(context(operation(scope=Scope.ALL), environment="staging"), NOW_MS) == ()
    assert len(declared.reservations(context(operation(scope=Scope.ALL), environment=""), NOW_MS)) == 1


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"max_rows": 40}, (40, False)),
        ({"scope": Scope.SINGLE}, (1, False)),
        ({"scope": Scope.MANY, "resource_ids": ("1", "2", "3")}, (3, False)),
        ({"scope": Scope.MANY}, (0, True)),
        ({"scope": Scope.ALL, "resource_ids": ("1",)}, (0, True)),
        ({"max_rows": -5}, (0, True)),
        ({"max_rows": MAX_AMOUNT + 1}, (0, True)),
    ],
)
def test_rows_are_an_upper_bound_and_without_one_the_counter_is_over(
    fields: dict[str, Any], expected: tuple[int, bool]
) -> None:
    assert amounts(counting(measure="rows"), operation(**fields)) == [expected]


def test_money_adds_up_in_its_currency_and_another_currency_escapes_no_limit() -> None:
    declared = counting(measure="money", currency="EUR")
    euros = operation(amount_minor=1250, currency="EUR")
    assert amounts(declared, euros, euros) == [(2500, False)]
    assert amounts(declared, euros, operation(amount_minor=1, currency="USD")) == [(0, True)]
    assert amounts(declared, operation(currency="EUR")) == [(0, True)]
    assert amounts(declared, operation(amount_minor=-1, currency="EUR")) == [(0, True)]


@pytest.mark.parametrize("measure", ["bytes", "tokens"])
def test_bytes_are_an_upper_bound_of_tokens(measure: str) -> None:
    assert amounts(counting(measure=measure), operation()) == [(321, False)]


def test_distinct_values_give_one_reservation_each_and_what_cannot_be_listed_is_over() -> None:
    declared = counting(measure="distinct", of="destination")
    mails = tuple(Destination(kind="email", value=value, external=True) for value in ("a@x", "b@x"))
    found = declared.reservations(context(operation(destinations=mails), operation(destinations=mails[:1])), NOW_MS)
    assert len({reservation.element for reservation in found}) == len(found) == 2
    assert len({reservation.key for reservation in found}) == 1
    assert amounts(declared, operation()) == [(0, True)]
    ids = counting(measure="distinct", of="resource.id")
    assert amounts(ids, operation(scope=Scope.ALL, resource_ids=("1",))) == [(0, True)]
    assert amounts(ids, operation(scope=Scope.MANY, resource_ids=("1", "2"))) == [(1, False), (1, False)]
    many = tuple(str(number) for number in range(100))
    assert amounts(ids, operation(scope=Scope.MANY, resource_ids=many)) == [(0, True)]


def test_keys_part_what_their_parts_part_and_nothing_else() -> None:
    declared = counting(key=["agent.id", "container.customer"])

    def keys(*ids: str, **fields: Any) -> list[str]:
        inside = operation(containers=tuple(Container(type="customer", id=name) for name in ids))
        return [entry.key for entry in declared.reservations(context(inside, **fields), NOW_MS)]

    assert len(set(keys("7", "8"))) == 2
    assert keys("7") == keys("7", session_id="another")
    assert keys("7") != keys("7", agent_id="another")
    assert len(keys()) == 1
    assert keys("") != keys()


def test_key_parts_do_not_run_into_each_other() -> None:
    declared = counting(key=["agent.id", "agent.role"])
    one = declared.reservations(context(operation(), agent_id="ab", agent_role="c"), NOW_MS)
    other = declared.reservations(context(operation(), agent_id="a", agent_role="bc"), NOW_MS)
    assert one[0].key != other[0].key


def test_a_changed_window_or_measure_begins_anew() -> None:
    keys = {
        declared.reservations(context(operation(max_rows=1)), NOW_MS)[0].key
        for declared in (
            counting(),
            counting(measure="rows"),
            counting(window={"calendar": "day", "zone": "Europe/Berlin"}),
            counting(window={"sliding_s": 60}),
        )
    }
    assert len(keys) == 4


def test_windows_and_kinds_come_from_the_declaration() -> None:
    (sliding,) = counting(window={"sliding_s": 60}, counts="denied").reservations(context(operation()), NOW_MS)
    assert (sliding.window.length_ms, sliding.window.starts_ms, sliding.counts) == (60_000, (), Counts.DENIED)
    (calendar,) = counting().reservations(context(operation()), NOW_MS)
    assert calendar.window.starts_ms[1] <= NOW_MS < calendar.window.starts_ms[2]


def test_facts_are_looked_up_for_every_container_and_for_none_without_one() -> None:
    declared = Declarations.parse({}, {"assignment": {"key": ["agent.id", "container.customer"], "max_ttl_s": 3600}})
    customers = tuple(Container(type="customer", id=name) for name in ("7", "8"))
    assert declared.fact_keys(context(operation(containers=customers))) == (
        FactKey(name="assignment", parts=("billing-7", "7")),
        FactKey(name="assignment", parts=("billing-7", "8")),
    )
    assert declared.fact_keys(context(operation())) == ()
    found = declared.fact("assignment")
    assert found is not None
    assert found.max_ttl_s == 3600
    assert declared.fact("other") is None


WRONG: list[dict[str, Any]] = [
    {"extra": 1},
    {"match": {"resource_types": ["invoice"]}},
    {"match": {"verbs": ["UPDATE"], "resource_types": []}},
    {"match": {"verbs": ["update"], "resource_types": ["invoice"]}},
    {"match": {"verbs": "UPDATE", "resource_types": ["invoice"]}},
    {"match": {"verbs": [], "resource_types": ["invoice"]}},
    {"match": {"verbs": ["UPDATE"], "resource_types": ["invoice"], "tiers": ["T0"]}},
    {"key": []},
    {"key": ["agent"]},
    {"key": ["agent.id", "agent.id"]},
    {"key": ["container."]},
    {"window": {"calendar": "week", "zone": "UTC"}},
    {"window": {"calendar": "day"}},
    {"window": {"sliding_s": 0}},
    {"window": {"sliding_s": True}},
    {"window": {"sliding_s": 1.5}},
    {"window": {"sliding_s": 60, "zone": "UTC"}},
    {"window": {"calendar": "day", "zone": "Nowhere/Land"}},
    {"measure": "seconds"},
    {"measure": "money"},
    {"measure": "money", "currency": "euro"},
    {"measure": "calls", "currency": "EUR"},
    {"measure": "distinct"},
    {"measure": "distinct", "of": "session.id"},
    {"counts": "all"},
]


@pytest.mark.parametrize("change", WRONG, ids=lambda change: str(change)[:60])
def test_a_wrong_counter_is_refused_and_named(change: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Declarations.parse({"c": {**UPDATES, **change}}, {})
    assert caught.value.reason in ("DECLARATION_INVALID", "ZONE_UNKNOWN")
    assert "expected" in caught.value.message


@pytest.mark.parametrize("field", sorted(UPDATES))
def test_a_counter_that_lacks_a_field_is_refused(field: str) -> None:
    with pytest.raises(ConfigurationError, match=field):
        Declarations.parse({"c": {name: value for name, value in UPDATES.items() if name != field}}, {})


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"key": ["agent.id"]},
        {"key": ["agent.id"], "max_ttl_s": 0},
        {"key": ["x"], "max_ttl_s": 1},
        {"key": ["agent.id"], "max_ttl_s": 1, "x": 1},
    ],
)
def test_a_wrong_fact_is_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="DECLARATION_INVALID"):
        Declarations.parse({}, {"f": value})
    with pytest.raises(ConfigurationError, match="DECLARATION_INVALID"):
        Declarations.parse({"Bad Name": UPDATES}, {})
