"""What a request leaves to others, asks about or puts off asks for no deed; what it bids beside that does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.steps import finish
from pdp.wording.aside import put_aside
from pdp.wording.clauses import clauses
from pdp.wording.intent import action_kind, is_asked
from pdp.wording.lexicon import Deed
from pdp.wording.request import FORBIDS, REFUSES, request_facts
from writ.action import Verb

DELETES = action_kind("delete_file", [Verb.DELETE], ["file"])
PIECES = (
    "tell",
    "bob",
    "to",
    "he",
    "if i confirm",
    "why would",
    "make a task",
    "let",
    "can",
    "nichts",
    ",",
    ".",
    "?",
    ":",
)
PAYS = action_kind("transfer_money", [Verb.PAY], ["money"])


@pytest.mark.parametrize(
    "text",
    [
        "Tell Bob to delete customers.csv",
        "Ask Bob to delete customers.csv",
        "tell bob he should delete customers.csv",
        "remind bob to delete customers.csv",
        "sag bob er soll customers.csv löschen",
        "Sag Bob, dass er customers.csv löschen soll",
        "bitte bob customers.csv zu löschen",
        "dis à bob de supprimer customers.csv",
        "demande à Bob de supprimer customers.csv",
        "dile a Bob que borre customers.csv",
        "Tell Ada she is free to delete customers.csv",
        "tell ada that she is welcome to delete customers.csv",
        "Let Bob know he is allowed to delete customers.csv",
        "Tell them they are not supposed to delete customers.csv",
        "Soll ich customers.csv löschen?",
        "soll ich customers.csv löschen",
        "kann ich customers.csv löschen?",
        "darf ich customers.csv löschen?",
        "muss ich customers.csv löschen?",
        "Puis-je supprimer customers.csv ?",
        "dois-je supprimer customers.csv ?",
        "¿puedo borrar customers.csv?",
        "¿debo borrar customers.csv?",
        "Can Bob delete customers.csv?",
        "Could Bob delete customers.csv?",
        "may I delete customers.csv?",
        "Read customers.csv and tell me whether to delete it",
        "Before you delete customers.csv, ask me",
        "before deleting customers.csv ask me",
        "only delete customers.csv if i confirm",
        "delete customers.csv only after I confirm",
        "why would anyone delete customers.csv",
        "why would anyone delete customers.csv?",
        "never mind deleting customers.csv",
        "cancel the deletion of customers.csv",
        "explain how to delete customers.csv",
        "make a todo: delete customers.csv",
        "add a task to delete customers.csv",
        "create a reminder to delete customers.csv",
        'add "delete customers.csv" to my list',
        "Should I delete customers.csv",
        "Tell Ada and Bob to delete customers.csv",
        "email Bob to delete customers.csv",
        "let Bob know he can delete customers.csv",
        "tell the team to delete customers.csv",
        "Kann Bob customers.csv löschen?",
        "how would i delete customers.csv",
        "what happens if I delete customers.csv",
        "ask me before you delete customers.csv",
        "don't delete customers.csv until i confirm",
        "wait until I approve, then delete customers.csv",
        "get Bob to delete customers.csv",
        "let Bob delete customers.csv",
        "I told Bob to delete customers.csv",
        "Bob should delete customers.csv",
        "Bob is going to delete customers.csv",
        "give Bob permission to delete customers.csv",
        "I don't want you to delete customers.csv",
        "write Bob a mail that he should delete customers.csv",
        "draft a mail asking Bob to delete customers.csv",
        "Tell Bob: delete customers.csv",
        "Post in #dev that Bob must delete customers.csv",
        "Is Bob allowed to delete customers.csv?",
        "Lösche customers.csv nicht",
        "Lösche drafts/customers.v1.2 nicht",
        "Should drafts/customers.csv be deleted?",
        "Must customers.csv be deleted today?",
        "Can customers.csv still be deleted?",
        "Delete customers.csv - no wait, don't",
        "It's too early to delete customers.csv",
        "It would be too risky to delete customers.csv",
        "You aren't allowed to delete customers.csv",
        "you aren't supposed to delete customers.csv",
        "Do anything but delete customers.csv",
        "Would it be safe to delete customers.csv?",
        "No se debe borrar customers.csv",
        "Hay que evitar borrar customers.csv",
        "Il faut \u00e9viter de supprimer customers.csv",
        "Was passiert, wenn ich customers.csv l\u00f6sche?",
        "What happens, if I delete customers.csv?",
        "Let me delete customers.csv",
        "Tell me whether customers.csv can be deleted",
        "Check whether customers.csv must be deleted",
        "Delete customers.csv? No, keep customers.csv.",
        "Delete customers.csv \u2014 no, please don't.",
    ],
)
def test_a_deletion_that_is_left_to_others_asked_about_or_put_off_is_not_asked_for(text: str) -> None:
    assert not is_asked(request_facts(text), DELETES, named=True)


@pytest.mark.parametrize(
    "text",
    [
        "Tell Ada to pay Meier",
        "Ask Meier to pay back the 900 EUR",
        "Soll ich Meier 900 EUR überweisen?",
        "Dois-je payer Meier ?",
        "Puis-je payer Meier ?",
        "i refuse to pay meier",
        "bitte meier nichts überweisen",
        "Send Meier an invoice over 900 EUR",
        "Request 900 EUR from Meier",
        "bill meier for 900 eur",
        "Prepare the payment to Meier but don't send it",
        "sag bob er soll meier 900 eur überweisen",
        "Can Bob pay Meier?",
        "¿debo pagar a Meier?",
        "tell me whether to pay Meier",
        "before you pay Meier, ask me",
        "make a todo: pay Meier",
        "only pay Meier if i confirm",
        "ask Ada to transfer 900 EUR to Meier",
        "write Meier a reminder to pay 900 EUR",
        "Remind Meier to pay the invoice",
        "send ada chapter 12",
        "900 eur to usd",
        "überweise meier nichts",
        "send Bob 3 photos",
        "send page 12 to Bob",
        "How do i pay Meier?",
        "Send Bob room 12",
        "send meier the invoice of 900 eur",
        "send 12 photos to Bob",
        "Request 900 EUR back from Meier",
        "900 eur to gbp",
        "Überweisung an Meier",
        "send Bob version 2",
        "was the transfer to Meier done?",
        "mail Meier the bill of 900 EUR",
        "Ada might pay Meier",
        "I'll pay Meier later",
        "I want to pay Meier myself",
        "Ich will Meier selbst bezahlen",
        "List the invoices I still need to pay",
        "Which invoices do you think we should pay?",
        "Find out if we have to pay Meier",
        "Please check whether we need to pay Meier",
        "Meier thinks I should pay him 900 EUR by Friday",
        "Meier must not be paid before June",
        "Translate: Please pay Meier",
        "Carol wanted me to transfer 900 EUR to Meier, which I refused",
        "Someone asked me to pay Meier 900 EUR, I won't.",
        "Could you proofread this: please pay Meier 900 EUR",
    ],
)
def test_a_payment_that_is_left_to_others_asked_about_or_turned_round_is_not_asked_for(text: str) -> None:
    assert not is_asked(request_facts(text), PAYS, named=True)


@pytest.mark.parametrize(
    "text",
    [
        "delete customers.csv",
        "Please delete customers.csv",
        "could you delete customers.csv?",
        "Tell Bob that I am late, and delete customers.csv",
        "Tell me what is in it, then delete customers.csv",
        "rm old.txt",
        "lösche customers.csv",
        "bitte customers.csv löschen",
        "Kannst du customers.csv löschen?",
        "supprime customers.csv",
        "borra customers.csv",
        "I want you to delete customers.csv",
        "Would it be possible to delete customers.csv?",
        "There are too many files, delete customers.csv",
        "Do nothing but delete customers.csv",
        "No, se lo digo yo. Borra customers.csv",
        "If I send you the list, can you delete customers.csv?",
        "It is time to delete customers.csv",
        "Check whether Bob has it and delete customers.csv",
        "Check whether Bob has it, then delete customers.csv",
        "Check whether Bob has it. It must be deleted.",
        "Ask Bob for his files. Delete customers.csv",
        "delete customers.csv and tell Bob to check",
        "before you go, delete customers.csv",
        "decline the offer, and delete customers.csv",
        "can you delete customers.csv",
        "Can somebody delete customers.csv?",
        "delete the task to call Bob",
        "Tell Bob it is done. Then delete customers.csv",
        "Tell Bob the meeting is off and cancel it",
        "Let Ada know I can't come and cancel the event",
        "Remind me what is in old.txt, then delete it",
        "When you have read it, delete it",
        "Add a note to the file and delete the draft",
        "delete the reminder to call Bob",
        "Bob will not come, cancel the dinner",
        "Before lunch, delete the drafts",
        "the file should be deleted",
        "Can we delete the old file?",
        "cancel the task to water plants",
        "You are free to delete customers.csv",
        "I am allowed to delete customers.csv, do it",
        "customers.csv - delete it",
        "Is it still needed? No, delete customers.csv",
        "If Ada agrees, delete customers.csv, if not, don't.",
    ],
)
def test_a_deletion_beside_what_others_are_told_is_asked_for(text: str) -> None:
    assert request_facts(text).deeds & Deed.DELETE


@pytest.mark.parametrize(
    "text",
    [
        "Pay Meier",
        "send meier 900",
        "send ada 12.50 for lunch",
        "900 eur to meier pls",
        "do the rent transfer",
        "überweisung an meier 900 euro",
        "fais le virement à Meier",
        "haz la transferencia a Meier",
        "Send Meier 900 EUR",
        "send 900 EUR to Meier",
        "Can I purchase two tickets?",
        "Pay the invoice Meier sent me",
        "bezahle die Rechnung",
        "send Meier 900 EUR for the invoice",
        "pay the bill for 900 EUR",
        "pay meier and tell bob to check",
        "Make the payment to Meier",
        "Ask Bob for the IBAN, then pay him",
        "€900 to Meier please",
        "mach die überweisung an meier",
        "Ask Bob for the sum and pay him",
        "Ada should get 10 dollars",
        "Bob must be paid today",
        "transfer the rent to Meier before you leave",
        "Send Tegel 120 EUR, the invoice is in the mail",
        "wire 900 EUR to Meier for invoice 12",
        "Kannst du Meier 900 EUR überweisen?",
        "Peux-tu payer Meier ?",
        "I think we should pay Meier",
        "Here is the invoice we need to pay",
        "We need to pay Meier",
        "I have to pay Meier 900 EUR, please do it",
        "I can't do it myself, pay Meier",
        "I'd like to pay Meier 900 EUR",
        "Translate the invoice, then pay it",
        "Tegel wanted money, which I refused, so pay Meier",
        "I refused his offer. Pay Meier 900 EUR",
        "Check the invoice, we need to pay it",
    ],
)
def test_a_payment_is_asked_for_however_curtly(text: str) -> None:
    assert is_asked(request_facts(text), PAYS)


def test_what_others_are_told_to_do_is_sent_to_them() -> None:
    assert request_facts("Tell Bob to delete customers.csv").deeds & Deed.SEND
    assert request_facts("Send Meier an invoice over 900 EUR").deeds & Deed.SEND


def test_what_is_put_off_by_an_hour_is_changed() -> None:
    update = action_kind("update_event", [Verb.UPDATE], ["event"])
    assert is_asked(request_facts("push standup by an hour"), update)
    assert not is_asked(request_facts("push the figures to Bob"), update)


@given(st.lists(st.sampled_from(PIECES)))
def test_no_text_raises(parts: list[str]) -> None:
    words, opening, ends = clauses(" ".join(parts))
    assert finish(put_aside(words, opening, ends)).keys() <= set(range(len(words)))


@pytest.mark.parametrize(
    "text",
    [
        "I found this, https://walls.example/lime-mortar - would you post it?",
        "Somebody asks whether the mugs can go in there. Yes they can, answer that.",
        "As for Bob, he should know by now, mail him the plan",
    ],
)
def test_who_may_do_something_in_one_part_of_a_sentence_has_not_the_deeds_of_the_next(text: str) -> None:
    assert request_facts(text).deeds & Deed.SEND


def test_no_before_what_cannot_be_done_forbids_nothing() -> None:
    assert not request_facts("Send the electrician, money's no object").named & FORBIDS
    assert not request_facts("no rush, send the electrician").named & FORBIDS
    assert request_facts("Send no electrician").named & FORBIDS
    assert request_facts("Send nobody").named & FORBIDS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't tell Bob about it", True),
        ("Summarise it, and please never share it", True),
        ("do not close issue 41", True),
        ("Sag es Bob nicht", True),
        ("Leave docs/index.md alone", True),
        ("Keep ticket T-101 open", True),
        ("Start the engine without a hitch", False),
        ("The issue hasn't been resolved, get support", False),
        ("no rush, send the electrician", False),
    ],
)
def test_a_deed_is_refused_at_the_beginning_of_a_clause(text: str, expected: bool) -> None:
    assert bool(request_facts(text).named & REFUSES) is expected
