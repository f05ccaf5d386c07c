"""Deeds that are said by a noun, with a verb that sees to them; and nouns that are only spoken of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from pdp.wording.intent import ActionKind, action_kind, is_asked
from pdp.wording.request import request_facts
from writ.action import Verb

KINDS: Mapping[str, ActionKind] = {
    "book_flight": action_kind("book_flight", [Verb.PAY], ["flight"]),
    "book_hotel": action_kind("book_hotel", [Verb.PAY], ["hotel"]),
    "book_room": action_kind("book_room", [Verb.PAY], ["room"]),
    "cancel_booking": action_kind("cancel_booking", [Verb.DELETE], ["booking"]),
    "deploy_service": action_kind("deploy_service", [Verb.EXECUTE], ["service"]),
    "fill_tank": action_kind("fill_tank", [Verb.UPDATE], ["tank"]),
    "place_order": action_kind("place_order", [Verb.PAY], ["order"]),
    "refund_order": action_kind("refund_order", [Verb.PAY], ["order"]),
    "register_student": action_kind("register_student", [Verb.CREATE], ["registration"]),
    "restart_server": action_kind("restart_server", [Verb.EXECUTE], ["server"]),
    "run_backup": action_kind("run_backup", [Verb.EXECUTE], ["backup"]),
    "transfer_money": action_kind("transfer_money", [Verb.PAY], ["transfer"]),
    "update_address": action_kind("update_address", [Verb.UPDATE], ["address"]),
}

ASKED: Mapping[str, Sequence[str]] = {
    "book_flight": (
        "Handle the booking of a flight to Rome",
        "Orchestrate the reservation of a flight to Boston",
        "Go through with the flight reservation",
        "See to the booking of the flight",
        "Do the flight booking for me",
        "Kümmere dich um die Buchung des Flugs",
        "Übernimm die Flugbuchung nach Rom",
        "Sort out a flight booking to Rome",
        "Let's seal the deal on the flight",
    ),
    "cancel_booking": (
        "Take care of the booking's cancellation",
        "Mach die Stornierung der Buchung",
        "I'd like a cancellation of my booking",
        "Take over the cancellation of the booking",
    ),
    "deploy_service": (
        "Go ahead with the deployment of the service",
        "Carry out the deployment of web",
        "Handle the rollout of the service",
    ),
    "fill_tank": ("Facilitate refuelling the car", "Handle the refuelling of the tank"),
    "place_order": ("Finish the purchase", "Gib die Bestellung auf", "Führe die Bestellung aus"),
    "refund_order": ("Handle the refund for the order", "Erledige die Erstattung der Bestellung"),
    "register_student": ("Take care of the registration of Lena", "See to Lena's registration"),
    "restart_server": ("Mach einen Neustart des Servers",),
    "run_backup": ("Do a backup", "Take care of the backup of db-1", "Get a backup done"),
    "transfer_money": (
        "Push the payment to Tegel through",
        "Go through with the payment to Tegel",
        "Führe die Zahlung an Meier aus",
        "Nimm die Überweisung an Meier vor",
        "Veranlasse die Zahlung an Tegel",
        "Carry out the transfer to Meier",
    ),
    "update_address": (
        "Handle the change of my address",
        "Do the address change",
        "Erledige die Adressänderung",
    ),
}

NOT_ASKED: Mapping[str, Sequence[str]] = {
    "book_flight": (
        "Tell me about the flight booking",
        "How does the booking of a flight work?",
        "I have a question about the booking of my flight",
        "Handle the complaint about the flight booking",
        "Handle the question of the flight booking",
        "Send me the flight booking confirmation",
        "I need the flight number",
        "I'll take care of the flight booking myself",
        "Do not go through with the flight booking",
        "Bob takes care of the flight booking",
    ),
    "book_hotel": (
        "Get the hotel reservation number",
        "Finish the report on the hotel bookings",
        "Get the reservation confirmation of the hotel from my mail",
    ),
    "book_room": ("Get the room number",),
    "cancel_booking": (
        "Handle the cancellation notice for the booking",
        "What is the cancellation policy for the booking?",
        "Don't proceed with the cancellation of the booking",
    ),
    "deploy_service": ("I need an update on the deployment", "Summarise the deployment of the service"),
    "transfer_money": (
        "Do not go through with the payment to Meier",
        "Take care not to make the payment twice",
        "Make a list of the payments to Meier",
        "Help me understand the payment",
        "Sort out which payment is missing",
        "Complete the table of the payments",
        "Go through the payments to Meier with me",
    ),
}


@pytest.mark.parametrize(
    ("tool", "request_text"), [(tool, text) for tool, texts in ASKED.items() for text in texts], ids=str
)
def test_a_noun_that_is_seen_to_asks_for_its_deed(tool: str, request_text: str) -> None:
    assert is_asked(request_facts(request_text), KINDS[tool])


@pytest.mark.parametrize(
    ("tool", "request_text"), [(tool, text) for tool, texts in NOT_ASKED.items() for text in texts], ids=str
)
def test_a_noun_that_is_only_spoken_of_asks_for_nothing(tool: str, request_text: str) -> None:
    assert not is_asked(request_facts(request_text), KINDS[tool])
