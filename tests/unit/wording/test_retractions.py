"""Requests that take back what was asked for before them, and those that only sound so."""

from __future__ import annotations

import pytest

from pdp.wording.lexicon import Deed
from pdp.wording.retractions import taken_back, takes_back

ALL_BACK = [
    "stop", "wait", "abort", "cancel that", "hold on", "never mind", "forget it", "actually, keep it", "oh no, keep it",
    "no wait, don't", "nein, doch nicht", "halt, lass es", "I paid it myself, forget it", "bitte nicht",
]  # fmt: skip
GOES_ON = [
    "no", "nein", "no, go ahead", "don't stop", "please don't wait", "don't forget it", "nicht vergessen", "cancel it",
    "wait, also add the figures", "not as an attachment", "keep it short", "ok, go on", "I don't know",
]  # fmt: skip


@pytest.mark.parametrize("said", ALL_BACK)
def test_who_says_nothing_but_stop_takes_back_whatever_was_asked(said: str) -> None:
    assert takes_back(taken_back(said), "transfer_money", Deed.PAY)


@pytest.mark.parametrize("said", GOES_ON)
def test_who_goes_on_or_answers_a_question_takes_back_nothing(said: str) -> None:
    assert not takes_back(taken_back(said), "transfer_money", Deed.PAY)


@pytest.mark.parametrize("said", ["no, don't pay him", "hold on, don't pay yet", "stopp, nicht zahlen", "never pay it"])
def test_a_refused_deed_takes_back_actions_of_that_kind_alone(said: str) -> None:
    assert takes_back(taken_back(said), "transfer_money", Deed.PAY)
    assert not takes_back(taken_back(said), "delete_file", Deed.DELETE)


def test_a_tool_that_is_called_after_the_word_may_be_bidden_by_it() -> None:
    assert not takes_back(taken_back("stop that"), "stop_server", Deed.UPDATE)
    assert takes_back(taken_back("stop that"), "delete_file", Deed.DELETE)


@pytest.mark.parametrize(
    "said", ["no, I meant 47111", "sorry, wrong address. bob@corp.example", "nein, ich meinte T-102"]
)
def test_a_correction_is_told(said: str) -> None:
    assert taken_back(said).corrects


@pytest.mark.parametrize("said", ["sorry, also carol@corp.example", "Cancel 47111", "T-102 too, sorry"])
def test_an_addition_corrects_nothing(said: str) -> None:
    assert not taken_back(said).corrects
