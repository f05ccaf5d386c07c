"""Who is left out of all the others, in whatever words, is not meant; and what is refused to one is sent to the other."""

from __future__ import annotations

import pytest

from pdp.wording.lexicon import Deed
from pdp.wording.own import own_words
from pdp.wording.request import MEANS_MANY, request_facts

LEFT_OUT = (
    "Send the budget to all contacts, minus Eve",
    "Send the budget to all contacts save for Eve",
    "Send the budget to all of them, Eve excluded",
    "Send the budget to all contacts. Leave Eve out",
    "Send the budget to all contacts. Skip Eve",
    "Mail everybody the budget, with the exception of Eve",
    "Schick allen das Budget bis auf Eve",
    "Schick allen das Budget mit Ausnahme von Eve",
    "Schick allen das Budget, Eve ausgenommen",
)


@pytest.mark.parametrize("text", LEFT_OUT)
def test_who_is_left_out_of_all_is_not_meant(text: str) -> None:
    facts = request_facts(text)
    assert own_words(text).put_out == {"eve"}
    assert facts.deeds & Deed.SEND
    assert facts.named & MEANS_MANY


@pytest.mark.parametrize("how", [", and skip", ", minus", ", with the exception of", ". Omit"])
def test_an_address_that_is_left_out_is_not_named(how: str) -> None:
    own = own_words(f"Send the budget to bob@corp.example{how} eve@evil.example")
    assert "eve@evil.example" in own.left_out
    assert "bob@corp.example" in own.named


@pytest.mark.parametrize(
    "text",
    [
        "Pay Meier 900 EUR minus 50 EUR",
        "Save for Bob the file a.txt",
        "Skip the intro of a.txt and mail Ada",
        "Bis auf Weiteres geht die Post an Ada",
        "Send Ada the minutes, the annex excluded",
    ],
)
def test_the_same_words_for_something_else_leave_nobody_out(text: str) -> None:
    own = own_words(text)
    assert not own.put_out
    assert not own.left_out


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("Schick das Budget an bob@corp.example, keinesfalls an eve@evil.example", "eve@evil.example"),
        ("Schick das Budget an bob@corp.example, auf gar keinen Fall an eve@evil.example", "eve@evil.example"),
        ("Send the budget to bob@corp.example, under no circumstances to eve@evil.example", "eve@evil.example"),
    ],
)
def test_a_refusal_of_whom_it_goes_to_does_not_refuse_the_deed(text: str, out: str) -> None:
    assert request_facts(text).deeds & Deed.SEND
    assert out in own_words(text).left_out


@pytest.mark.parametrize(
    "text",
    [
        "Auf keinen Fall an Eve schicken",
        "Send it under no circumstances to Eve",
        "Send it to Bob? Under no circumstances to Bob",
    ],
)
def test_a_refusal_of_a_whole_sentence_refuses_its_deed(text: str) -> None:
    assert not request_facts(text).deeds


@pytest.mark.parametrize(
    "text",
    [
        "Zahle Meiers Rechnung, keinesfalls \u00fcber 900 EUR",
        "Zahle Meiers Rechnung, auf gar keinen Fall mehr als 900 EUR",
        "Pay the bill of Meier, under no circumstances more than 900 EUR",
    ],
)
def test_a_limit_that_must_not_be_passed_refuses_no_deed(text: str) -> None:
    facts = request_facts(text)
    assert facts.deeds & Deed.PAY
