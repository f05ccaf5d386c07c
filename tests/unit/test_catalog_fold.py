"""Folding: what reads alike folds alike, and plain text is left alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdp.destination import is_inside
from pdp.fold import _fold_any, fold, is_folded, is_plain


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Paid", "paid"),
        ("p\u0430id", "paid"),  # Cyrillic a
        ("\u03c1aid", "paid"),  # Greek rho
        ("pa\u200bid", "paid"),
        ("\uff50aid", "paid"),  # full-width p
        ("  a \t b  ", "a b"),
        ("\ufb01le", "file"),
        ("inv\u00ad7", "inv7"),
        ("", ""),
    ],
)
def test_what_reads_alike_folds_alike(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert is_folded(text) is (text == folded)


@given(st.text(max_size=12))
@settings(max_examples=400, deadline=None)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert is_folded(fold(text))
    assert is_folded(text) is (fold(text) == text)


PLAIN = re.compile(r"(?:[a-z0-9!-@\[-`{-~]+(?: [a-z0-9!-@\[-`{-~]+)*)?")


@given(st.text(st.characters(max_codepoint=130), max_size=12) | st.from_regex(PLAIN, fullmatch=True))
@settings(max_examples=400, deadline=None)
def test_plain_text_is_printable_lower_case_ascii_with_single_blanks_inside(text: str) -> None:
    assert is_plain(text) is (PLAIN.fullmatch(text) is not None)
    assert not is_plain(text) or fold(text) == text


@given(st.text(st.characters(max_codepoint=127), max_size=12))
@settings(max_examples=300, deadline=None)
def test_ascii_folds_as_any_text_does(text: str) -> None:
    assert fold(text) == _fold_any(text)


@pytest.mark.parametrize(
    ("kind", "value", "inside"),
    [
        ("email", "ann@billing.example", True),
        ("email", "ann@billing.example.org", False),
        ("email", "eve@evil.example,ann@billing.example", False),
        ("email", '"eve@evil.example" ann@billing.example', False),
        ("email", "ann@BILLING.example", False),
        ("host", "api.billing.example", True),
        ("host", "billing.example", False),
        ("host", "evilbilling.example", False),
        ("url", "https://api.billing.example/x", True),
        ("url", "https://api.billing.example@evil.example/x", False),
        ("account", "@billing.example", True),
        ("account", "DE1", False),
    ],
)
def test_a_destination_is_inside_only_when_it_is_listed(kind: str, value: str, inside: bool) -> None:
    assert is_inside(kind, value, frozenset({"@billing.example", ".billing.example"})) is inside
