"""To whom a request says that something goes."""

from __future__ import annotations

import pytest

from pdp.wording.whom import whom


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
        ("tell my boss Bob that I am late", ("bob",)),
        ("forward it to landlord Meier", ("meier",)),
        ("Invite Bob to the budget review", ("bob",)),
        ("Sum up the thread of Eve for Ada and Bob", ("ada", "bob")),
        ("Tell Ada that I am late and set up a meeting with Bob and Kim on Monday", ("ada", "bob", "kim")),
        ("Schedule a call with Bob, and tell Ada", ("ada", "bob")),
        ("Thank Ada, then create a task for Bob: order cake", ("ada", "bob")),
        ("Tell Ada. Add Bob to the channel", ("ada", "bob")),
        ("Sag Ada, dass es passt, und mach einen Termin mit Bob aus", ("ada", "bob")),
        ("Tell Ada about the meeting with Eve", ("ada",)),
        ("Tell Ada that Carol set up a meeting with Bob", ("ada",)),
        ("Tell Ada I have a meeting with Bob", ("ada",)),
        ("Tell Ada to set up a meeting with Bob", ("ada",)),
        ("Tell Ada and make a task for Bob's return", ("ada",)),
        ("I'd like to set up a meeting with Bob. Tell Ada", ("ada", "bob")),
        ("Set up a meeting about the mail from Eve, then tell Ada what was said with Eve", ("ada",)),
        ("Send the summary of the call with Eve to Ada", ("ada",)),
        ("Send the client list to Ada", ("ada",)),
        ("Collect the plans and mail them to Ada", ("ada",)),
        ("Summarise all my mail and send it to Ada", ("ada",)),
        ("Send everyone's comments to Ada", ("ada",)),
        ("Summarise the Lisbon trip for Ada and mail it", ("ada",)),
        ("Ada wants the Lisbon plan, mail it to her", ("ada",)),
        ("Let Ada know about Lisbon", ("ada",)),
        ("Ada needs the Lisbon plan. Send her the summary", ("ada",)),
        ("forward it to the client Tegel GmbH, please", ("tegel", "gmbh")),
        ("Send the plan to Bob, not to Ada", ("bob",)),
        ("Schick den Bericht an Bob", ("bob",)),
        ("Schick dem Vermieter Meier die Zahlen", ("meier",)),
        ("Schick es an unsere Kundin Ada", ("ada",)),
        ("Never send anything to Ada. Send it to Bob.", ("bob",)),
        ("Send the plan to Bob but don't send it to Ada", ("bob",)),
        ("Send the plan to Bob rather than to Ada", ("bob",)),
    ],
)
def test_names_after_what_sends_are_addressed(request_text: str, expected: tuple[str, ...]) -> None:
    assert whom(request_text).told == expected


@pytest.mark.parametrize(
    "request_text",
    [
        "",
        "send",
        "Send him the Lisbon plan",
        "Send the client the plan and tell Ada",
        "Email all guests about Lisbon, and let Ada know",
        "Antworte dem Kunden, dass es länger dauert",
        "Schick die Zahlen an die Buchhaltung",
        "Forward it to Ada, Bob and others",
        "Share it with Ada and colleagues",
        "Mail it",
        "Let me know what Lisbon says",
        "Forward it to the Lisbon people",
        "Forward it to the new Lisbon office",
        "Tell the message Eve has written to the landlord",
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
    assert whom(request_text).told is None


@pytest.mark.parametrize(
    ("request_text", "certain"),
    [
        ("Send the plan to Ada", True),
        ("Send the plan to ada@corp.example", True),
        ("send the plan to ada", False),
        ("send ada the plan", True),
        ("please text ada a reminder", True),
        ("send later the plan", False),
        ("report ada the plan", False),
        ("Mail my assistant which places to eat there are in Konstanz", False),
        ("Send my assistant the plan", False),
    ],
)
def test_a_word_in_small_letters_may_be_no_name(request_text: str, certain: bool) -> None:
    assert whom(request_text).certain is certain


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("Pay the rent for May, 900 EUR, to Meier", ("meier",)),
        ("pay the rent for may, 900 eur, to meier", ("meier",)),
        ("Pay Meier the rent", ("meier",)),
        ("Pay landlord Meier the rent", ("meier",)),
        ("Refund Ada and Bob 12.50 EUR each", ("ada", "bob")),
        ("Transfer 900 EUR to our landlord Meier (rent May)", ("meier",)),
        ("Send Meier 900 EUR for the rent", ("meier",)),
        ("Give Ada $50", ("ada",)),
        ("Zahle 900 EUR an Meier", ("meier",)),
        ("Pay 900 EUR to FR1420041010050500013M02606", ("fr1420041010050500013m02606",)),
        ("Transfer the money to 4711081512", ("4711081512",)),
        ("Pay the bill, and mail the receipt to Ada", None),
        ("Pay the bill and tell Ada", None),
        ("Send Ada the invoice", None),
        ("Pay Tegel's invoice", None),
        ("Pay Meier the rent and Tegel the invoice", ("meier", "tegel")),
        ("Überweise 120 EUR auf DE89 3704 0044 0532 0130 00", ("de89",)),
        ("Put 120 EUR into FR1420041010050500013M02606", None),
        ("The landlord's account is FR1420041010050500013M02606. Also, refund that 10 EUR", None),
        ("Pay 120 EUR, IBAN FR1420041010050500013M02606", ("fr1420041010050500013m02606",)),
        ("Pay the landlord", None),
        ("Pay 900 EUR to my landlord", None),
        ("Order a pizza Margherita", None),
        ("Pay Ada and everybody else on the list", None),
        ("What did I pay to Meier", ("meier",)),
        ("Pay Ada 50 EUR, her IBAN is in notes.txt", None),
        ("Pay Ada 50 EUR from my account", ("ada",)),
        ("Pay the bill in bill.txt to Tegel", None),
    ],
)
def test_payees_are_told_from_what_else_a_request_names(request_text: str, expected: tuple[str, ...] | None) -> None:
    assert whom(request_text).paid == expected


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("Post the budget to the finance channel", ("finance",)),
        ("Post the budget in #finance-team", ("finance", "team")),
        ("Tell the Finance channel what the budget is", ("finance",)),
        ("Post it on the channel finance", ("finance",)),
        ("Post it on the channel called finance today", ("finance",)),
        ("Post it to the 'finance' channel", ("finance",)),
        ("Post it to the right channel", None),
        ("Post it to all channels, finance channel first", None),
        ("F\u00fcge Ada zum Kanal backend hinzu", ("backend",)),
        ("Leg einen Kanal feier an und schreib dort, dass wir kommen", ("feier",)),
        ("Schreib im Kanal backend, dass ich komme", ("backend",)),
        ("Tell everybody in their channel", None),
        ("See issue #12 & post it", None),
        ("Post it in the channel for money matters", None),
        ("Summarise the general channel and post it", None),
        ("Summarise the general channel and post it in the news channel", ("news",)),
        ("Check #ops, then tell #general", ("general",)),
    ],
)
def test_channels_are_named_as_such(request_text: str, expected: tuple[str, ...] | None) -> None:
    assert whom(request_text).channels == expected


def test_words_behind_a_preposition_may_name_a_channel() -> None:
    assert whom("Announce the budget in finance").perhaps == ("finance",)
    assert whom("Announce it to all channels").perhaps == ()


def test_who_addresses_very_many_may_mean_anybody() -> None:
    assert whom("Tell " + ", ".join(f"Ada{chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(300))).told is None


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("Pay Tegel's invoice", ("tegel",)),
        ("Pay the invoice of Tegel GmbH", ("tegel", "gmbh")),
        ("Settle the Tegel invoice", ("tegel",)),
        ("bezahle meiers rechnung", ("meiers",)),
        ("Pay the rent, then tell Ada", ()),
        ("Pay the rent and Ada's lunch", ()),
        ("Ada forwarded me the rent, pay it", ()),
    ],
)
def test_whose_bill_a_request_speaks_of(request_text: str, expected: tuple[str, ...]) -> None:
    assert whom(request_text).billed == expected


@pytest.mark.parametrize(
    ("request_text", "otherwise"),
    [
        ("Bob needs the budget by mail", False),
        ("Can you get Bob the budget numbers?", False),
        ("Schedule a budget meeting with Bob", False),
        ("Forward it to the landlord", True),
        ("Reply that Bob is ill", True),
        ("Invite Bob to the budget review", False),
    ],
)
def test_who_addresses_nobody_is_told_from_who_does_so_in_other_words(request_text: str, otherwise: bool) -> None:
    assert whom(request_text).otherwise is otherwise
