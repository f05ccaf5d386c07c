"""Deeds in the plain talk of offices: by particles, by what somebody gets or needs, by what is taken off a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from pdp.wording.intent import ActionKind, action_kind, is_asked
from pdp.wording.lexicon import Deed
from pdp.wording.opposites import is_opposed, stands
from pdp.wording.request import request_facts
from writ.action import Verb

KINDS: Mapping[str, ActionKind] = {
    "add_member": action_kind("add_member", [Verb.ADMIN], ["member"]),
    "add_message": action_kind("add_message", [Verb.SEND], ["message"]),
    "book_room": action_kind("book_room", [Verb.PAY], ["room"]),
    "close_ticket": action_kind("close_ticket", [Verb.UPDATE], ["ticket"]),
    "escalate_incident": action_kind("escalate_incident", [Verb.UPDATE], ["incident"]),
    "issue_letter": action_kind("issue_letter", [Verb.SEND], ["letter"]),
    "order_product": action_kind("order_product", [Verb.PAY], ["product"]),
    "pay_invoice": action_kind("pay_invoice", [Verb.PAY], ["invoice"]),
    "purchase_order_cancel": action_kind("purchase_order_cancel", [Verb.PAY, Verb.DELETE], ["purchase_order"]),
    "refund_order": action_kind("refund_order", [Verb.PAY], ["order"]),
    "remove_member": action_kind("remove_member", [Verb.DELETE], ["member"]),
    "renew_certificate": action_kind("renew_certificate", [Verb.EXECUTE], ["certificate"]),
    "reserve_table": action_kind("reserve_table", [Verb.PAY], ["table"]),
    "send_mail": action_kind("send_mail", [Verb.SEND], ["mail"]),
    "send_reminder": action_kind("send_reminder", [Verb.SEND], ["reminder"]),
    "snooze_alert": action_kind("snooze_alert", [Verb.UPDATE], ["alert"]),
    "unlist_product": action_kind("unlist_product", [Verb.UPDATE], ["product"]),
}

ASKED: Mapping[str, Sequence[str]] = {
    "add_member": (
        "Put Kit into the design channel",
        "Hi, could we get Kit into the design channel?",
        "Also let Kit into the group",
    ),
    "add_message": ("Drop them a line that it is done",),
    "book_room": (
        "The seminar is homeless, find it a bigger room",
        "grab us a room for tomorrow",
        "Besorg uns ein Zimmer",
    ),
    "close_ticket": ("Cancel the ticket", "I no longer need the ticket, withdraw it", "scrap the ticket"),
    "escalate_incident": ("kick the incident up to the second line",),
    "issue_letter": ("Ayumi needs a letter for her visa", "Lena braucht einen Brief für die Bank"),
    "order_product": ("get me another bag of the product", "get two more packs of the product", "get me another p-100"),
    "pay_invoice": ("cough up for the Tegel invoice", "square the invoice with Tegel"),
    "purchase_order_cancel": ("If they cannot deliver, cancel the order",),
    "refund_order": ("The customer wants his money back for the order, do it",),
    "remove_member": ("Rafferty wants someone off the group", "get Bob out of the group"),
    "reserve_table": ("snag us a table at Luigi's", "besorg uns einen Tisch"),
    "renew_certificate": ("isn't there a cert about to run out? renew it, but don't touch the old one",),
    "send_mail": ("Ich kann morgen nicht, sag bitte Ada Bescheid",),
    "send_reminder": ("Whoever has the book overdue gets a reminder", "Everyone late gets a friendly reminder"),
    "snooze_alert": ("silence the alert until nine", "keep the alert quiet until nine", "quiet the alert down"),
    "unlist_product": ("take down the product",),
}

NOT_ASKED: Mapping[str, Sequence[str]] = {
    "add_member": (
        "Bob let Kit into the design channel. When?",
        "Eve asked to get Kit into the design channel, show me her mail",
        "Have Kit in the design channel explained to me",
    ),
    "book_room": ("Find me a room in the list", "Find its room in the plan", "grab the room number from the mail"),
    "issue_letter": ("List who needs a letter", "Show me which student needs a letter", "Nobody needs a letter"),
    "order_product": ("Get me another summary of the product", "Show me another bag of the product"),
    "purchase_order_cancel": ("Place the order again", "Update the order"),
    "remove_member": (
        "Bob wants Friday off, tell the group",
        "Get the dates out of the page for the group",
        "Tell Bob that Eve wants him out of the group",
        "Get me the mail out of the group",
    ),
    "send_reminder": (
        "List who gets a reminder",
        "If she gets a reminder, show it to me",
        "Who gets a reminder?",
        "Nobody gets a reminder",
        "Bob gets a reminder every week, why?",
    ),
    "snooze_alert": ("What is the alert about?", "Is the alert still up?"),
}


@pytest.mark.parametrize(
    ("tool", "request_text"), [(tool, text) for tool, texts in ASKED.items() for text in texts], ids=str
)
def test_plain_talk_asks_for_its_deed(tool: str, request_text: str) -> None:
    assert is_asked(request_facts(request_text), KINDS[tool])
    assert not is_opposed(stands(request_text), KINDS[tool].sides)


@pytest.mark.parametrize(
    ("tool", "request_text"), [(tool, text) for tool, texts in NOT_ASKED.items() for text in texts], ids=str
)
def test_who_only_wants_to_see_asks_for_nothing(tool: str, request_text: str) -> None:
    assert not is_asked(request_facts(request_text), KINDS[tool])


@pytest.mark.parametrize(
    "said",
    [
        "Get what Bob said off the finance channel",
        "Get an answer from Bob out of the finance channel",
        "Get an update by Bob off the finance channel",
        "Take Bob's word from the finance channel",
    ],
)
def test_words_that_are_taken_from_a_channel_take_nobody_out(said: str) -> None:
    assert not request_facts(said).deeds & Deed.DELETE
