"""Bank accounts are found in a composed text, however they are spelt."""

from __future__ import annotations

import uuid

import pytest

from pdp.wording.accounts import bank_accounts

DE, MT = "a:DE89370400440532013000", "a:MT84MALT011000012345MTLCAST001S"


@pytest.mark.parametrize(
    "text",
    [
        "DE89370400440532013000",
        "de89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "DE89-3704-0044-0532-0130-00",
        "DE89.3704.0044.0532.0130.00",
        "DE89 / 3704 / 0044 / 0532 / 0130 / 00",
        "DE89  3704\n0044 0532 0130 00",
        "DE 89 37040044 0532013000",
        "IBAN_DE89370400440532013000",
        "IBANDE89370400440532013000",
        "D\u041589\u200b370400440532013000",
        "(DE89)\uff13\uff17\uff10\uff14 0044 0532 0130 00",
        "Our ref AB12 DE89 3704 0044 0532 0130 00",
        "Our ref NO12 DE89 3704 0044 0532 0130 00",
        "DE89 3704 0044 0532 0130 00 2026 4711",
    ],
)
def test_an_account_is_found_however_it_is_spelt(text: str) -> None:
    assert bank_accounts(f"Pay into {text} please") == [DE]


def test_each_account_is_told_once_and_in_order() -> None:
    text = "MT84 MALT 0110 0001 2345 MTLC AST0 01S or DE89 3704 0044 0532 0130 00, not MT84MALT011000012345MTLCAST001S"
    assert bank_accounts(text) == [MT, DE]


@pytest.mark.parametrize(
    "text",
    [
        "DE89 3704 0044 0532 0130 01",
        "DE8937040044053201300012",
        "Meet us at 10 on 2026-11-30 in room 4711, or on 2026-12-01",
        "de89 and 3704 and 0044 and 0532 and 0130 and 00",
        "",
    ],
)
def test_other_numbers_are_no_accounts(text: str) -> None:
    assert bank_accounts(text) == []


def test_ids_of_machines_are_hardly_ever_taken_for_accounts() -> None:
    assert sum(bool(bank_accounts(str(uuid.UUID(int=number**7 % 2**128)))) for number in range(5_000)) <= 1
