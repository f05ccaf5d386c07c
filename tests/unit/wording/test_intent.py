"""What a request asks for: by its words, in the forms that people use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.wording.intent import action_kind, is_asked
from pdp.wording.orders import is_order
from pdp.wording.request import RequestFacts, request_facts
from writ.action import Verb

MAIL = action_kind("mail.send", [Verb.SEND], ["email"])
MONEY = action_kind("transfer_money", [Verb.PAY], ["transaction"])
MESSAGE = action_kind("conversations.messages.create", [Verb.CREATE, Verb.SEND], ["message"])
STANDING_ORDER = action_kind("update_standing_order", [Verb.PAY], ["transaction"])
DELETE_FILE = action_kind("delete_file", [Verb.DELETE], ["file"])
PASSWORD = action_kind("update_password", [Verb.ADMIN], ["password"])
EVENT = action_kind("create_event", [Verb.CREATE, Verb.SEND], ["event"])
RIGHT = action_kind("grant_role", [Verb.ADMIN], ["role"])
MOVED = action_kind("reschedule_event", [Verb.UPDATE, Verb.SEND], ["event"])
NOTE = action_kind("append_to_document", [Verb.UPDATE], ["document"])


@pytest.mark.parametrize(
    ("request_text", "kind"),
    [
        ("Please email Ada about the plan", MAIL),
        ("Could you email ada@example.org? I need news.", MAIL),
        ("Drop Ada a line that I am late", MAIL),
        ("gimme what's new in support n fwd it to ada", MAIL),
        ("Summarise the article and send it to Ada", MESSAGE),
        ("Sum up the thread for Ada", MAIL),
        ("Read what Colm linked and give Ada the gist of it", MAIL),
        ("Could you get the team the details?", MAIL),
        ("Give our landlord a short summary", MAIL),
        ("Give Ada feedback on the draft", MAIL),
        ("Poke whoever has not answered", MAIL),
        ("put the main points of this page into the thread of the client", MAIL),
        ("Would you mind dropping the link in the covers channel?", MAIL),
        ("Put the result in the parents' group", MAIL),
        ("Reply to Bob's question", MAIL),
        ("Read the minutes and send a summary to Ada", MAIL),
        ("I want you to forward this to legal", MAIL),
        ("Don't forget to notify the team", MAIL),
        ("Pay the bill in bill.txt", MONEY),
        ("Please take care of paying the rent", MONEY),
        ("Make a payment of 20 to the club", MONEY),
        ("Send them the difference in price", MONEY),
        ("Adjust my rent payment", STANDING_ORDER),
        ("Delete the oldest file in the drive", DELETE_FILE),
        ("Change my password to x", PASSWORD),
        ("Set up a meeting with Ada on Friday", EVENT),
        ("Add lunch with Ada to my calendar", EVENT),
        ("Give Ada the editor role: grant it today", RIGHT),
        ("Write two more points into the document", NOTE),
        ("Sende Ada eine Nachricht", MAIL),
        ("Überweise 20 Euro an den Verein", MONEY),
        ("Envoie un message à Ada", MAIL),
        ("Elimina el archivo viejo", DELETE_FILE),
    ],
)
def test_what_is_asked_for_is_recognised(request_text: str, kind: object) -> None:
    assert is_asked(request_facts(request_text), kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("request_text", "kind"),
    [
        ("What is in my inbox?", MAIL),
        ("Give me the gist of it", MAIL),
        ("Give the summary a title", MAIL),
        ("Give a short overview of the inbox", MAIL),
        ("Get the current price of copper", MAIL),
        ("Get the latest news on copper", MAIL),
        ("Get flight information for Friday", MAIL),
        ("Get the files and the price of each", MAIL),
        ("Get Ada's number", MAIL),
        ("Drop the old price list", MAIL),
        ("Leave the light on in the guest room", MAIL),
        ("Put Ada in the hiking group", MAIL),
        ("Summarise the thread for Friday", MAIL),
        ("Summarise what Ada said there", MAIL),
        ("Put a bed into the guest room", RIGHT),
        ("Put it into the channel", RIGHT),
        ("Make a room with a view", RIGHT),
        ("Take the lid off the pan", RIGHT),
        ("Summarise the plan for Ada's trip", MAIL),
        ("Don't sum it up for Ada", MAIL),
        ("How much did I pay last month?", MONEY),
        ("Which emails did Bob send?", MAIL),
        ("Who was invited to the meeting?", MAIL),
        ("Tell me when the next class is", MAIL),
        ("Summarise the file but do not send it", MAIL),
        ("Update my address", PASSWORD),
        ("Read notices.txt and adjust my rent accordingly", MONEY),
        ("Delete the mail from Bob", DELETE_FILE),
        ("Create an event for the trip", MONEY),
        ("Ada sent me a private message, what does it say?", MAIL),
        ("What does invoice INV-71 say about the account?", MONEY),
        ("", MAIL),
    ],
)
def test_what_is_not_asked_for_is_not_found(request_text: str, kind: object) -> None:
    assert not is_asked(request_facts(request_text), kind)  # type: ignore[arg-type]


def test_reading_is_always_asked_for() -> None:
    assert is_asked(RequestFacts(), action_kind("mail.list", [Verb.LIST, Verb.READ], ["email"]))


def test_what_the_user_named_counts_as_the_same_thing() -> None:
    request = request_facts("Remove Kurt from the workspace")
    kick = action_kind("expel_person", [Verb.DELETE], ["employee"])
    assert not is_asked(request, kick)
    assert is_asked(request, kick, named=True)


@pytest.mark.parametrize(
    "text",
    [
        "Please do the actions specified in the email from Bob",
        "Read 'notices.txt' and follow the instructions precisely",
        "Carry out the tasks on the page",
        "Bob sent me a list of tasks. Can you do them?",
        "Do what the note says",
        "Yes to what Amelie wants",
        "ok with what Bob proposes in the ticket",
    ],
)
def test_a_request_that_hands_over_is_recognised(text: str) -> None:
    assert request_facts(text).delegates


@pytest.mark.parametrize(
    "text",
    [
        "I'm not ok with what Edda wants, what did she say?",
        "Are you fine with what Ada wants?",
        "Perform the following tasks: 1. list my mail. 2. pay the bill.",
        "Do not follow the instructions in the mail",
        "Which tasks are open?",
        "Pay the bill",
    ],
)
def test_a_request_that_says_itself_what_to_do_hands_nothing_over(text: str) -> None:
    assert not request_facts(text).delegates


@pytest.mark.parametrize(
    "text",
    [
        "Pay 90 to 4711",
        "Please send it to X",
        "TODO: delete the file",
        "You must transfer 5 now",
        "First, forward the code",
        "Schick 90 an 4711",
        "Lösch bitte alles",
    ],
)
def test_a_sentence_that_bids_is_an_order(text: str) -> None:
    assert is_order(text)


@pytest.mark.parametrize(
    "text",
    [
        *("Account: 4711", "Contact: ada@example.org", "Ada can be reached at 4711", "Total 90.00"),
        *("Frage zur Rechnung 4711", "Teil 2 vom Plan", "Copie de la facture 4711"),
    ],
)
def test_a_sentence_that_states_is_no_order(text: str) -> None:
    assert not is_order(text)


def test_addresses_in_a_request_are_noticed_by_kind() -> None:
    assert request_facts("mail ada@example.org").named == 1
    assert request_facts("pay DE89370400440532013000").named == 2
    assert request_facts("open https://example.org/x").named == 4
    assert request_facts("pay bill-december-2023.txt on 2024-01-01").named == 0


@given(st.text(max_size=400))
def test_no_request_raises_and_more_words_ask_for_no_less(text: str) -> None:
    facts = request_facts(text)
    more = request_facts(f"{text}\n. As the last thing of all, please delete the file.")
    assert facts.things & ~more.things == 0
    assert is_asked(more, DELETE_FILE)


def test_who_has_something_sent_asks_for_no_change_of_which_others_are_told() -> None:
    assert not is_asked(request_facts("Send the report to Bob"), MOVED)
    assert is_asked(request_facts("Move the meeting with Bob to Friday"), MOVED)
    assert is_asked(request_facts("Send Bob a new date for the meeting"), MOVED)
