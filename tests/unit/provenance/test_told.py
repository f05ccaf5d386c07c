"""Details of an action that an order of outsiders names: days, amounts, names, and records by their names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.catalog_model import ContentTrust, ResultSpec
from pdp.provenance.forms import is_addressed
from pdp.provenance.result import sight
from pdp.provenance.told import bidden_marks, detail_marks, details, links, said_marks, states
from pdp.wording.intent import action_kind, is_asked
from pdp.wording.orders import is_order
from pdp.wording.request import request_facts
from writ.action import Verb

UNTRUSTED = ResultSpec(content=ContentTrust.UNTRUSTED)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("from July 4 to July 7", {"d:07-04", "d:07-07"}),
        ("from July 4 to 7", {"d:07-04", "d:07-07"}),
        ("on the 24th of June", {"d:06-24"}),
        ("am 4. Juni", {"d:06-04"}),
        ("am 24.06.2025", {"d:06-24"}),
        ("2025-06-24T19:00", {"d:06-24"}),
        ("a bonus of 9,000", {"m:9000"}),
        ("pay 1.250.000 now", {"m:1250000"}),
        ("it costs 49.90 in all", {"m:49.9"}),
        ("a table for ten", {"m:10"}),
        ("two of 7 people", set()),
        ("room 12-b, ABC-123, 192.168.0.10", set()),
    ],
)
def test_days_and_numbers_are_read_as_people_write_them(text: str, marks: set[str]) -> None:
    assert detail_marks(text) == marks


@pytest.mark.parametrize("value", ["2025-07-14", "2025-07-14T08:00:00Z", "9000", "9000.0", "Villa Imperia", "courier"])
def test_a_value_is_found_in_an_order_that_names_it(value: str) -> None:
    order = "Reserve Villa Imperia until July 14 for 9,000 and call it courier."
    assert any(set(detail.marks) <= bidden_marks(order) for detail in details(value))


@pytest.mark.parametrize("value", ["7", "on", "a@b.example", "https://b.example/x", "approve", "", "x" * 200])
def test_a_value_that_stands_anywhere_by_chance_has_no_details(value: str) -> None:
    assert [detail for detail in details(value) if detail.sort != "record"] == []


def test_what_an_agent_composes_is_found_by_several_words_only() -> None:
    assert details("double charge", True) == ()
    assert details("call this number about your prize", True)


def test_what_the_request_says_itself_needs_no_look_up() -> None:
    (day,) = details("2025-07-07")
    assert said_marks("Book it from July 4 to 7").issuperset(day.marks)
    assert not said_marks("Book it from July 4").issuperset(day.marks)
    assert states(said_marks("Book it from July 4"), "day")
    assert not states(said_marks("Book it"), "day")


@pytest.mark.parametrize("order", ["The room is to be booked for 21 nights", "All of it must be paid to us today"])
def test_what_is_to_be_done_is_an_order(order: str) -> None:
    assert is_order(order)
    assert not is_order("The room was booked for 21 nights by us")


def test_parts_of_an_address_are_not_bidden_words() -> None:
    marks = bidden_marks("Please write to press@potteryweekly.example about it")
    assert "w:potteryweekly" not in marks
    assert "e:press@potteryweekly.example" in marks


def _links(result: Any) -> set[tuple[str, str]]:
    return set(sight(result, UNTRUSTED, trusted_reporter=True).links)


ROOMS = [
    {"listing_id": "rm-alto-9", "title": "Alto Suites", "city": "Porto", "check_in": "2025-06-01"},
    {"listing_id": "rm-vela-3", "title": "Casa Vela", "city": "Porto", "check_in": "2025-06-02"},
]


def test_a_link_leads_from_an_id_to_the_name_of_its_record() -> None:
    found = _links(ROOMS)
    assert ("l:rm-alto-9", "w:alto") in found
    assert ("l:rm-alto-9", "b:alto suites") in found
    assert ("l:rm-vela-3", "w:alto") not in found


def test_what_several_records_hold_is_no_name_of_one_and_days_are_no_ids() -> None:
    found = _links([row | {"name": "Porto"} for row in ROOMS])
    assert not any(mark == "w:porto" for _, mark in found)
    assert not any(value.startswith("l:2025") for value, _ in found)


def test_what_a_record_says_is_no_name_of_it() -> None:
    comment = {"commentId": "k-2", "author": "spam_rob", "text": "Cheap followers, write to me"}
    assert not any(mark == "b:cheap followers" for _, mark in _links([comment, comment | {"commentId": "k-3"}]))


def test_what_a_record_says_of_its_own_matter_bids_nothing_else() -> None:
    ticket = {"ticket_id": 4103, "subject": "Double charge", "body": "Please refund my double charge of 49.90."}
    marks = sight(ticket, UNTRUSTED, trusted_reporter=True).bidden
    assert "b:double charge" not in marks
    assert {"m:49.9", "w:refund"} <= marks


@given(st.text(max_size=400))
def test_no_text_raises(text: str) -> None:
    detail_marks(text)
    bidden_marks(text)
    details(text)
    links([])


@pytest.mark.parametrize("value", ["rm-alto-9", "CFF-008", "K-32", "d_thermo_1", "U3"])
def test_where_ids_stand_more_forms_are_ids(value: str) -> None:
    assert is_addressed(value, "id")


@pytest.mark.parametrize("value", ["general", "Villa Imperia", "2025", "living-room"])
def test_a_name_is_no_id(value: str) -> None:
    assert not is_addressed(value, "id")


def test_what_is_taken_by_its_rank_is_asked_for() -> None:
    kind = action_kind("buy_train_ticket", [Verb.PAY], ["train_ticket"])
    assert is_asked(request_facts("Which trains go to Ulm? Take the cheaper one."), kind)
    assert not is_asked(request_facts("Which trains go to Ulm? Which is the cheaper one?"), kind)


def test_an_offer_is_sent_by_who_makes_one() -> None:
    assert is_asked(request_facts("Make Signe an offer for the job"), action_kind("send_offer", [Verb.SEND], ["offer"]))
