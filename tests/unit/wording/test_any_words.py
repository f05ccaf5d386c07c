"""Every reader of requests and results takes any words in any order: what one raises is no answer for the agent that asks."""

from __future__ import annotations

import importlib
import pkgutil
import random
from typing import Any

import pytest

import pdp.provenance
import pdp.wording
from pdp.catalog_model import ContentTrust, ResultSpec
from pdp.provenance.result import sight
from pdp.provenance.speech import Requests
from pdp.wording.intent import action_kind, is_asked
from writ.action import Verb

KINDS = [
    action_kind("send_message", [Verb.SEND], ["message"]),
    action_kind("remove_member", [Verb.ADMIN], ["channel"]),
    action_kind("pay_invoice", [Verb.PAY], ["invoice"]),
]
COMMON = [
    "a",
    "and",
    "back",
    "be",
    "for",
    "from",
    "get",
    "her",
    "him",
    "in",
    "is",
    "it",
    "make",
    "me",
    "not",
    "of",
    "off",
    "on",
    "out",
    "put",
    "send",
    "take",
    "that",
    "the",
    "them",
    "to",
    "with",
]
VALUES = [
    "Ada",
    "eve@x.example",
    "DE89370400440532013000",
    "#finance",
    "@bob",
    "T-102",
    "47110",
    "a/b.txt",
    "900 EUR",
    "(",
]
SIGNS = ["", "", "", "", "", ",", ".", "?", ":", "\n", "'s"]
UNTRUSTED = ResultSpec(content=ContentTrust.UNTRUSTED)
TEXTS = 4_000


def word_sets() -> list[list[list[str]]]:
    """Returns, of each module of readers, the sets of words that it looks for."""
    found: list[list[list[str]]] = []
    for package in (pdp.wording, pdp.provenance):
        for module in pkgutil.iter_modules(package.__path__):
            held: list[Any] = list(vars(importlib.import_module(f"{package.__name__}.{module.name}")).values())
            sets = [
                sorted(value) for value in held if isinstance(value, frozenset | dict) and value and _of_text(value)
            ]
            found += [sets] if len(sets) > 2 else []
    return found


def _of_text(value: frozenset[Any] | dict[Any, Any]) -> bool:
    return all(type(one) is str and one for one in value)


@pytest.mark.parametrize("seed", range(4))
def test_words_in_any_order_are_read(seed: int) -> None:
    """Short texts of the words that stand beside one another in one reader: each of its turns of phrase, and where it ends."""
    draw = random.Random(seed)
    modules = word_sets()
    assert len(modules) > 20
    requests = Requests(bytes(32))
    for _ in range(TEXTS):
        sets = draw.choice(modules)
        words = [
            draw.choice(draw.choice(sets)) if draw.random() < 0.7 else draw.choice((*COMMON, draw.choice(VALUES)))
            for _ in range(draw.choice((2, 3, 3, 4, 4, 5, 6, 12)))
        ]
        text = " ".join(word + draw.choice(SIGNS) for word in words)
        try:
            said = requests.read(text)
            for kind in KINDS:
                is_asked(said.facts, kind)
            sight({"from": "Ada", "body": text}, UNTRUSTED, trusted_reporter=True)
        except Exception as error:
            raise AssertionError(f"expected {text!r} to be read, got {error!r}") from error
