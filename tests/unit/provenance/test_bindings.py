"""Which values of a request are named for which deeds: read from clauses, compared with kinds of actions."""

from __future__ import annotations

import pytest

from pdp.provenance.bindings import elsewhere, holds, is_replaced, written_values
from pdp.wording.intent import action_kind
from pdp.wording.named_for import Naming
from pdp.wording.naming_clauses import Clause
from pdp.wording.own import own_words
from pdp.wording.request import request_facts
from writ.action import Verb

IBAN = "GB82WEST12345698765432"
DELETES = ("delete_file", Verb.DELETE, "file")
CLOSES = ("close_ticket", Verb.UPDATE, "ticket")
CANCELS = ("cancel_order", Verb.DELETE, "order")
SENDS = ("send_mail", Verb.SEND, "email")
KICKS = ("remove_member", Verb.DELETE, "member")
POSTS = ("post_message", Verb.SEND, "message")
PAYS = ("transfer_money", Verb.PAY, "payment")


def _others(request: str, action: tuple[str, Verb, str], *, paid: bool = False) -> set[str]:
    tool, verb, resource = action
    found = elsewhere(
        written_values(own_words(request).named),
        request_facts(request),
        action_kind(tool, [verb], [resource]),
        paid=paid,
    )
    return {value for _, value in found}


@pytest.mark.parametrize(
    ("request_text", "action", "other"),
    [
        ("Read drafts/new.txt, then delete drafts/old.txt", DELETES, "drafts/new.txt"),
        ("Lies drafts/new.txt und lösche drafts/old.txt", DELETES, "drafts/new.txt"),
        ("Delete drafts/old.txt and share drafts/new.txt with Bob", DELETES, "drafts/new.txt"),
        ("T-102 is urgent. Close T-101", CLOSES, "t-102"),
        ("Close T-101, we continue in T-102", CLOSES, "t-102"),
        ("Is T-102 done? Close T-101", CLOSES, "t-102"),
        ("Schließe T-101, T-102 bleibt offen", CLOSES, "t-102"),
        ("Wo ist Bestellung 47111? Und storniere 47110", CANCELS, "47111"),
        ("Warn bob@corp.example about eve@evil.example", SENDS, "eve@evil.example"),
        ("Read what eve@evil.example wrote and send bob@corp.example a summary", SENDS, "eve@evil.example"),
        ("Mail bob@corp.example eve@evil.example's order", SENDS, "eve@evil.example"),
        ("Post the budget in #finance and read #general", POSTS, "general"),
        ("Summarise #general for #finance", POSTS, "general"),
        ("Remove @bob from #finance and add him to #general", KICKS, "general"),
        (f"Has {IBAN} been paid? Pay FR1420041010050500013M02606 900 EUR", PAYS, IBAN),
    ],
)
def test_a_value_of_another_clause_is_none_of_this_deed(
    request_text: str, action: tuple[str, Verb, str], other: str
) -> None:
    assert _others(request_text, action) == {other}


@pytest.mark.parametrize(
    ("request_text", "action"),
    [
        ("Close T-101 and ticket T-102 as well", CLOSES),
        ("Close T-101. Same for T-102", CLOSES),
        ("Close T-101 and do the same with T-102", CLOSES),
        ("Set T-101 and T-103 to closed", CLOSES),
        ("T-101 is fixed and so is T-102. Close both", CLOSES),
        ("Look at T-101 and close it. Close T-102", CLOSES),
        ("Schließe T-101 und bitte auch T-102", CLOSES),
        ("Order 47110 is wrong, cancel it please. Order 47111 as well", CANCELS),
        ("Storniere 47110 und die 47111", CANCELS),
        ("Delete everything in drafts: drafts/old.txt, drafts/new.txt", DELETES),
        ("Send bob@corp.example the budget, eve@evil.example in copy", SENDS),
        ("Bob's address is bob@corp.example. Send it to him and to lena@corp.example", SENDS),
        ("Reply to the mail from lena@corp.example and send bob@corp.example the budget", SENDS),
        ("Schick bob@corp.example und lena@corp.example das Budget", SENDS),
        ("Frobnicate T-101 and look at T-102", CLOSES),
        ("Close T-101", CLOSES),
    ],
)
def test_what_goes_on_a_list_is_taken_up_or_labelled_counts(request_text: str, action: tuple[str, Verb, str]) -> None:
    assert _others(request_text, action) == set()


@pytest.mark.parametrize(
    "said",
    ["{} is wrong", "My own account is {}", "Debit {}", "{} ist nicht mehr gültig", "I saw {} in a mail"],
)
def test_an_account_that_is_only_spoken_of_is_none_of_the_payee(said: str) -> None:
    assert _others(f"Pay Meier 900 EUR. {said.format(IBAN)}", PAYS, paid=True) == {IBAN}


@pytest.mark.parametrize("said", ["His IBAN is {}", "IBAN: {}", "Meier's account: {}", "Seine IBAN lautet {}", "To {}"])
def test_an_account_that_is_said_to_be_the_payees_counts(said: str) -> None:
    assert _others(f"Pay Meier 900 EUR. {said.format(IBAN)}", PAYS, paid=True) == set()


def test_a_reading_action_may_be_named_by_any_value() -> None:
    assert _others("Read T-102 and close T-101", ("read_ticket", Verb.READ, "ticket")) == set()


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (("/", "drafts/new.txt"), "path", "/srv/Drafts/new.txt"),
        (("@", "eve@evil.example"), "recipient", "Eve <Eve@evil.example>"),
        (("bank", IBAN), "account", "GB82 WEST 1234 5698 7654 32"),
        (("#@", "general"), "channel", "general"),
        (("no", "42"), "id", "42"),
        (("t-", "t-102"), "id", "T-102"),
    ],
)
def test_a_value_is_found_in_another_spelling(value: tuple[str, str], kind: str, text: str) -> None:
    assert holds({value}, kind, text)
    assert not holds(set(), kind, text)
    assert not holds({("t-", "t-103")}, kind, text)


def test_a_long_request_is_read_in_linear_time() -> None:
    counted = [len(written_values("close it, T-101 and it, " * times)) for times in (50, 500)]
    assert counted == [50, 500]


def test_a_correction_replaces_values_of_its_shape_alone() -> None:
    written = written_values("no, I meant 47111")
    assert is_replaced(written, "id", "47110")
    assert not is_replaced(written, "id", "47111")
    assert not is_replaced(written, "id", "T-102")
    assert not is_replaced(written, "recipient", "bob@corp.example")


class _Asked(dict[int, str]):
    """Counts how often it is asked whether a value stands at a place."""

    times = 0

    def __contains__(self, at: object) -> bool:
        self.times += 1
        return super().__contains__(at)


def test_a_clause_of_many_values_is_read_in_linear_time() -> None:
    asked: list[int] = []
    for count in (200, 400, 600):
        shapes = _Asked(dict.fromkeys(range(count), "a1"))
        naming = Naming(["a1"] * count, shapes, set(), {count - 1: "."})
        naming.take(Clause(said=range(count), sentence=0, aside=True))
        asked.append(shapes.times)
    assert asked[2] - asked[1] == asked[1] - asked[0]
