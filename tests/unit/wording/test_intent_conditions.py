"""Deeds under a condition that the agent finds out by itself, and those that wait for somebody's word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from pdp.wording.intent import ActionKind, action_kind, is_asked
from pdp.wording.request import request_facts
from writ.action import Verb

KINDS: Mapping[str, ActionKind] = {
    "cancel_order": action_kind("cancel_order", [Verb.DELETE], ["order"]),
    "change_payment_method": action_kind("change_payment_method", [Verb.UPDATE], ["payment_method"]),
    "fill_tank": action_kind("fill_tank", [Verb.UPDATE], ["tank"]),
    "update_address": action_kind("update_address", [Verb.UPDATE], ["address"]),
}

ASKED: Mapping[str, Sequence[str]] = {
    "cancel_order": (
        "If cancelling part of it is not possible, just cancel the whole order",
        "If it is not in stock any more, please cancel the order",
        "If the shop doesn't pick up, simply cancel the order",
        "The parts are not ready, just cancel the order",
        "See whether the order can still be changed. If not, please cancel it",
        "Don't change the order but cancel it",
        "I can't, cancel the order for me",
        "If not, cancel the order",
    ),
    "change_payment_method": (
        "Can the gift card cover it? If not, I want to change the payment method to visa",
        "If not possible, please switch the payment method to my mastercard",
    ),
    "fill_tank": (
        "In case it can't, just fill the tank",
        "If the pump won't, please fill the tank by hand",
    ),
    "update_address": (
        "If it isn't possible to return one, never mind, but change my address to Elm Street 5",
        "If returning it is not possible, just change the address to my flat",
        "Keep the order and forget about it, but change my address",
    ),
}

NOT_ASKED: Mapping[str, Sequence[str]] = {
    "cancel_order": (
        "If you can't change it, don't cancel the order",
        "If it has shipped, do not cancel the order",
        "Don't, please don't cancel the order",
        "If not possible, just keep the order",
        "If not, forget about the order",
        "Once I say so, cancel the order",
        "I don't want you to cancel the order",
        "Change or don't cancel the order",
        # What is said between a denial and its verb does not end it.
        "Never, ever cancel the order",
        "Do not, I repeat, cancel the order",
        "You must not, whatever he says, cancel the order",
        "I can't, at the moment, cancel the order",
        "Die Bestellung nie, wirklich nie, stornieren",
    ),
    "update_address": ("If it can't be returned, do not change the address",),
}


@pytest.mark.parametrize(
    ("tool", "request_text"), [(tool, text) for tool, texts in ASKED.items() for text in texts], ids=str
)
def test_what_depends_on_what_the_agent_finds_out_is_asked_for(tool: str, request_text: str) -> None:
    assert is_asked(request_facts(request_text), KINDS[tool])


@pytest.mark.parametrize(
    ("tool", "request_text"), [(tool, text) for tool, texts in NOT_ASKED.items() for text in texts], ids=str
)
def test_what_is_refused_under_a_condition_or_waits_for_the_user_is_not(tool: str, request_text: str) -> None:
    assert not is_asked(request_facts(request_text), KINDS[tool])
