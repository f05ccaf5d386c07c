"""To whom a request says that something goes."""

from __future__ import annotations

import pytest

from pdp.provenance_whom import addressees


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("Send a summary of the Lisbon trip to Ada", ("ada",)),
        ("send Ada the Lisbon plan", ("ada",)),
        ("Summarise the Lisbon mail. Send it to Ada.", ("ada",)),
        ("send it to Prof. Stone and Dr. Wen Zhao. Lisbon is nice", ("stone", "wen", "zhao")),
        ("send Ada's report to Ben", ("ben",)),
        ("tell Ada to call Ben", ("ada", "ben")),
        ("share report.docx with Ada Lovelace", ("ada", "lovelace")),
        ("read the message and send it to Ada", ("ada",)),
        ("Sende den Plan an Ada", ("ada",)),
        ("forward it to ada", ("ada",)),
        ("send ada the lisbon plan", ("ada",)),
        ("send the lisbon plan to bob@corp.example", ()),
        ("send the lisbon plan to <bob@corp.example>, and to Ada", ("ada",)),
        ("post it to General and Random", ("general", "random")),
    ],
)
def test_names_after_what_sends_are_addressed(request_text: str, expected: tuple[str, ...]) -> None:
    assert addressees(request_text) == expected


@pytest.mark.parametrize(
    "request_text",
    [
        "",
        "send",
        "Forward it to the Lisbon people",
        "reply to the meeting invite",
        "Reply to Eve's mail",
        "mail the plan to Ada's team",
        "tell whoever wrote about the Lisbon trip that I agree",
        "Send the report to the Lisbon office, and to Ada",
        "tell the client, and mail it to Ada",
        "Book a flight to Paris and mail the itinerary of the Smith mail sender",
        "Send me the Lisbon mail",
        "send it to Ada and the landlord",
        "email Ada and everybody on the list",
        "reply to Ada, cc the landlord",
    ],
)
def test_where_anybody_is_addressed_otherwise_no_name_is_told_from_the_rest(request_text: str) -> None:
    assert addressees(request_text) is None
