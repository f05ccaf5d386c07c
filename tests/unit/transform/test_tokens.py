"""Tokens against the rules of this repository: one that is found again spoils no other, and none is a number of a person."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pdp.inspection.folder import compiled_folder
from pdp.inspection.model import Finding, Kind, ScanResult
from pdp.inspection.rules import InspectionRules
from pdp.inspection.validators_identity import is_itin, is_ssn
from pdp.model import OutcomeObligation
from pdp.scan import Inspector
from pdp.transform.apply import Transformer
from pdp.transform.plan import TOKENIZE, Cut
from pdp.transform.tokens import Tokens
from pdp.transform.values import tokenized

RULES = Path(__file__).resolve().parents[3] / "rego" / "inspection"
CLASSES = ["payment_card", "pii", "government_id", "bank_account"]
TRANSFORMER = Transformer(bytes(range(32)))


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    rules = {path.parent.name: yaml.safe_load(path.read_bytes()) for path in sorted(RULES.glob("*/data.yaml"))}
    return Inspector(InspectionRules.parse(rules), cache=compiled_folder())


def tokens_of(arguments: Any, scan: Any) -> Any:
    asked = [OutcomeObligation(id="o", type="tokenize", params={"classes": CLASSES})]
    return json.loads(TRANSFORMER.transform(json.dumps(arguments).encode(), asked, scan, {}, "acme"))


@pytest.mark.parametrize("number", ["536-90-4399", "536904399", "536 90 4399", "951-74-4913"])
def test_a_social_security_number_beside_its_name_gets_a_token_and_leaves_the_others_theirs(
    inspector: Inspector, number: str
) -> None:
    out = tokens_of({"body": f"SSN {number}", "to": "b@in.example"}, inspector.scan)
    assert re.fullmatch(r"[a-z]@[a-z]{2}\.invalid", out["to"])
    assert re.sub(r"\d", "9", out["body"]) == "SSN " + re.sub(r"\d", "9", number)
    assert number not in out["body"]


def test_many_cards_get_tokens_although_one_in_ten_is_drawn_again(inspector: Inspector) -> None:
    def card(number: int) -> str:
        digits = f"411111111{number:06d}"
        total = sum(sum(divmod(int(digit) * (2 - at % 2), 10)) for at, digit in enumerate(digits))
        return f"{digits}{-total % 10}"

    cards = [card(number) for number in range(40)]
    out = tokens_of({"a": cards, "b": f"{cards[0]}, {cards[3]}"}, inspector.scan)
    assert all(re.fullmatch(r"\d{16}", token) for token in out["a"])
    assert out["b"] == f"{out['a'][0]}, {out['a'][3]}"
    assert len(set(out["a"])) == len(cards)


def test_only_the_place_that_is_found_again_is_redacted(inspector: Inspector) -> None:
    def scan(args_json: bytes) -> ScanResult:
        """Takes whatever stands at /body for an address."""
        found = inspector.scan(args_json)
        body = json.loads(args_json)["body"]
        if "redacted" in body:
            return found
        one = next(item for item in inspector.scan(b'{"body":"jane@acme.example"}').findings)
        return ScanResult(findings=(*(item for item in found.findings if item.pointer != "/body"), one))

    arguments = {"body": "jane@acme.example", "to": "jane@acme.example", "cc": ["joe@acme.example"]}
    out = tokens_of(arguments, scan)
    assert out["body"] == "[redacted:pii]"
    assert out["to"].endswith(".invalid")
    assert out["cc"][0].endswith(".invalid")
    assert out["cc"][0] == tokens_of({"body": "", "cc": ["joe@acme.example"]}, inspector.scan)["cc"][0]


TEXT = "joe@acme.example owes 4111111111111111"
CUTS = [
    Cut(kind=TOKENIZE, start=0, end=16, data_class="pii"),
    Cut(kind=TOKENIZE, start=22, end=38, data_class="payment_card"),
]


def found_at(start: int, end: int, decoding: tuple[str, ...] = ()) -> Finding:
    return Finding(
        rule="r",
        kind=Kind.DATA,
        data_class="pii",
        pointer="/body",
        start=start,
        end=end,
        source_start=start,
        source_end=end,
        confidence=90,
        sensitivity=50,
        decoding=decoding,
    )


def test_a_token_is_drawn_four_times_and_then_redacted() -> None:
    tokens = Tokens(bytes(32), "acme")
    written: list[tuple[str, str]] = []
    for _ in range(5):
        mail, _, card = tokens.rewritten("/body", TEXT, CUTS).partition(" owes ")
        written.append((mail, card))
        start = len(mail) + len(" owes ")
        assert tokens.draw_again([found_at(start, start + 1)])
    assert len({mail for mail, _ in written}) == 1
    assert len({card for _, card in written}) == 5
    assert [card.isdigit() for _, card in written] == [True] * 4 + [False]
    assert written[-1][1] == "[redacted:payment_card]"


def test_what_is_found_beside_tokens_has_all_of_that_text_drawn_again() -> None:
    tokens = Tokens(bytes(32), "acme")
    first, _, last = tokens.rewritten("/body", TEXT, CUTS).partition(" owes ")
    tokens.rewritten("/other", TEXT[:16], CUTS[:1])
    assert tokens.draw_again([found_at(len(first) + 1, len(first) + 5)])
    mail, _, card = tokens.rewritten("/body", TEXT, CUTS).partition(" owes ")
    assert first != mail
    assert last != card
    assert tokens.rewritten("/other", TEXT[:16], CUTS[:1]) == mail


def test_what_is_found_in_a_name_is_no_token() -> None:
    tokens = Tokens(bytes(32), "acme")
    tokens.rewritten("/body", TEXT, CUTS)
    assert not tokens.draw_again([found_at(0, 4, ("name",))])


@given(st.from_regex(r"[0-9]{3}([- .])[0-9]{2}\1[0-9]{4}", fullmatch=True, alphabet=st.characters(codec="ascii")))
def test_a_token_of_the_shape_of_a_social_security_number_is_nobodys(number: str) -> None:
    token = tokenized(number, bytes(32), b"t")
    assert re.sub(r"\d", "9", token) == re.sub(r"\d", "9", number)
    assert not is_ssn(token)
    assert not is_itin(token)
