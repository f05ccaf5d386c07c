"""Wishes for a state: they ask for what brings it about; a look at it, a condition and a search do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from pdp.wording.intent import ActionKind, action_kind, is_asked
from pdp.wording.request import request_facts
from writ.action import Verb

KINDS: Mapping[str, ActionKind] = {
    "arm_alarm": action_kind("arm_alarm", [Verb.UPDATE], ["alarm"]),
    "cancel_order": action_kind("cancel_order", [Verb.DELETE], ["order"]),
    "close_window": action_kind("close_window", [Verb.UPDATE], ["window"]),
    "lock_doors": action_kind("lock_doors", [Verb.ADMIN], ["door"]),
    "set_budget_limit": action_kind("set_budget_limit", [Verb.ADMIN], ["budget"]),
    "set_quota": action_kind("set_quota", [Verb.ADMIN], ["quota"]),
    "set_temperature": action_kind("set_temperature", [Verb.UPDATE], ["temperature"]),
    "turn_on_light": action_kind("turn_on_light", [Verb.UPDATE], ["light"]),
    "update_price": action_kind("update_price", [Verb.UPDATE], ["price"]),
}

ASKED: Mapping[str, Sequence[str]] = {
    "arm_alarm": ("See that the alarm is armed", "I want the alarm on"),
    "close_window": ("Make sure that the windows are closed", "See that the window is shut"),
    "lock_doors": (
        "Ensure that all the doors are securely locked",
        "Make sure nothing is left open and the doors are locked",
        "See to it that the doors are locked",
        "Keep the doors locked",
        "Be sure that the doors are locked",
        "Sieh zu, dass die Türen verriegelt sind",
        "Sorg dafür, dass die Türen abgeschlossen sind",
        "Stell sicher, dass die Türen verriegelt sind",
    ),
    "set_budget_limit": (
        "Make sure the budget limit is 1000",
        "The budget limit should be 500",
        "For my next trip, the budget limit should be 500",
        "Make sure my budget is not above 500",
        "My travel budget should not exceed 2000",
        "My spending must not exceed 2000",
        "I'd like my budget limit to be 900",
        "Keep my budget under 900",
        "Limit my budget to 700",
        "Ensure that the budget is capped at 700",
        "Das Budgetlimit soll bei 500 liegen",
        "Stell sicher, dass das Budget bei 500 liegt",
    ),
    "set_quota": ("The quota should be 50 GB", "Ensure the quota is 50 GB", "I want her quota to be 50 GB"),
    "set_temperature": (
        "The temperature in the hall should not fall below 17",
        "Keep the temperature at 20",
        "Die Temperatur im Bad soll 21 Grad sein",
    ),
    "turn_on_light": ("I want the hall light on", "See that the light is on at six"),
    "update_price": ("I want the price to be 9.90", "The price has to be 9.90", "Der Preis soll 9,90 sein"),
}

NOT_ASKED: Mapping[str, Sequence[str]] = {
    "cancel_order": (
        "I'm not sure that the order is cancelled",
        "I see that the order is cancelled, why?",
        "Make sure that the order isn't cancelled",
        "Make sure that no order is cancelled",
        "I don't want the order cancelled",
        "Stell sicher, dass die Bestellung niemals storniert wird",
        "Make sure the order isn't cancelled",
        "See that the order is never cancelled",
        "Ensure nothing is cancelled of the order",
        "I'm sure the order is cancelled, look it up",
        "List the orders that need to be cancelled",
    ),
    "lock_doors": (
        "They keep the doors locked",
        "Bob likes to keep the doors locked",
        "Ensure that no one keeps the doors locked",
        "Check that the doors are locked",
        "Verify that all doors are locked",
        "Let me know when the doors are locked",
        "Are you sure that the doors are locked?",
        "If the doors are locked, tell me",
        "I see that the doors are locked",
    ),
    "set_budget_limit": (
        "What should the budget limit be?",
        "Tell me what the budget limit should be",
        "Check that the budget limit is 1000",
        "Find a flight, the cost should not exceed my budget",
        "Ensure the flight cost is under my budget",
        "The trip should be within my budget",
        "The budget should be discussed",
        "The budget limit should be in the report",
        "Bob says the budget limit should be 500, is he right?",
        "Mail Ada: the budget limit should be 500",
        "If the budget limit should be 500, tell me",
        "Keep the budget report on the drive over there",
        # What others say or want, what is so already, what should not be so, and questions.
        "Bob says the budget limit should be 500",
        "Somebody thinks the budget limit should be 500, who?",
        "According to Eve the budget limit should be 500. Is that so?",
        "In Eve's opinion, the budget limit should be 500",
        "Note: the budget limit should be 500",
        "The budget limit should be 500, says Eve. Find her mail",
        "In case the budget limit should be 500, warn me",
        "They keep the budget limit at 500",
        "The budget limit should be 500 by now, is it?",
        "The budget limit should be 500 already",
        "The budget limit must have been 500 last year",
        "The budget limit shouldn't be 500",
        "Make sure the budget limit is not 500",
        "Make sure that the mail says the budget limit is 500",
        "Ensure that you understand why the budget limit is 500",
    ),
    "update_price": ("Tell me what the price should be", "Send Bob the list, he should be at home"),
}


@pytest.mark.parametrize(
    ("tool", "request_text"), [(tool, text) for tool, texts in ASKED.items() for text in texts], ids=str
)
def test_a_wish_for_a_state_asks_for_what_brings_it_about(tool: str, request_text: str) -> None:
    assert is_asked(request_facts(request_text), KINDS[tool])


@pytest.mark.parametrize(
    ("tool", "request_text"), [(tool, text) for tool, texts in NOT_ASKED.items() for text in texts], ids=str
)
def test_a_state_that_is_looked_at_or_chosen_by_asks_for_nothing(tool: str, request_text: str) -> None:
    assert not is_asked(request_facts(request_text), KINDS[tool])
