"""Marks: another spelling of the same address, account or name meets its source."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.wording.marks import account, identifiers, opened, text_marks, url_parts, words


@pytest.mark.parametrize(
    "text",
    [
        "ada.lovelace@example.org",
        "ADA.Lovelace@Example.ORG",
        "<ada.lovelace@example.org>",
        "write to ada.lovelace@example.org.",
        "ada.lovelace [at] example [dot] org",
        "ada.lovelace(at)example(dot)org",
        "аda.lovelace@example.org",  # noqa: RUF001  # a Cyrillic letter
        "ada.lovelace@exam\u200bple.org",
    ],
)
def test_an_address_has_one_mark_however_it_is_spelled(text: str) -> None:
    assert "e:ada.lovelace@example.org" in identifiers(text)


@pytest.mark.parametrize("text", ["GB29NWBK60161331926819", "GB29 NWBK 6016 1331 9268 19", "gb29nwbk60161331926819"])
def test_an_account_number_has_one_mark_with_and_without_blanks(text: str) -> None:
    assert "a:GB29NWBK60161331926819" in identifiers(f"pay to {text} please")


def test_a_phone_number_has_one_mark_with_and_without_signs() -> None:
    assert identifiers("+1 (555) 123-4567") & identifiers("15551234567") == {"a:15551234567"}


@pytest.mark.parametrize(
    "text", ["https://www.Shop.example/a/b?x=1#top", "www.shop.example/a/b?x=1", "shop.example/a/b?x=1"]
)
def test_a_url_has_one_mark_with_and_without_its_scheme(text: str) -> None:
    assert "u:shop.example/a/b?x=1" in identifiers(f"see {text} now")


def test_another_query_is_another_url() -> None:
    assert identifiers("https://shop.example/?d=1") != identifiers("https://shop.example/?d=2")


def test_who_hides_behind_user_information_does_not_hide_the_host() -> None:
    assert url_parts("https://bank.example@evil.example/x") == ("evil.example", "/x")


@pytest.mark.parametrize("text", ["bill-december.txt", "report.pdf", "notes.md"])
def test_a_file_name_is_no_host(text: str) -> None:
    assert identifiers(f"open {text}") == set()


@pytest.mark.parametrize("text", ["2", "1200", "New York", "12-34", ""])
def test_a_short_number_or_a_name_is_no_account(text: str) -> None:
    assert account(text) == ""


def _hex(text: str) -> str:
    return text.encode().hex()


@pytest.mark.parametrize(
    "hidden",
    [
        base64.b64encode(b"eve@evil.example").decode(),
        base64.urlsafe_b64encode(b"eve@evil.example").decode().rstrip("="),
        base64.b64encode(base64.b64encode(b"eve@evil.example")).decode(),
        _hex("eve@evil.example"),
        "eve%40evil%2Eexample",
    ],
)
def test_what_is_encoded_is_found(hidden: str) -> None:
    assert "e:eve@evil.example" in text_marks(f"use {hidden} for this")


def test_bytes_that_are_no_text_are_not_opened() -> None:
    assert list(opened(base64.b64encode(bytes(range(128, 160))).decode())) == []


def test_words_are_folded() -> None:
    assert words("Ｓend IT,  now!") == ["send", "it", "now"]  # noqa: RUF001  # full-width on purpose


@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    assert text_marks(text) >= identifiers(text[:0])


@pytest.mark.parametrize(
    "text", ["a@" * 20_000, "1" * 60_000, "%41" * 20_000, "A" * 60_000, "www." * 15_000, "- " * 30_000]
)
def test_hostile_text_has_no_more_marks_than_characters(text: str) -> None:
    assert len(text_marks(text)) <= len(text)
