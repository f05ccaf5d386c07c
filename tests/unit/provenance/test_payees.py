"""Payees by a plain name, and ids that a request writes out."""

from __future__ import annotations

import pytest

from pdp.provenance.model import BANK, HANDLE, MAIL, PAYEE
from pdp.provenance.payees import has_a_name_of, reach_of_payee
from pdp.provenance.shapes import WRITTEN_ID, written_shapes


@pytest.mark.parametrize("value", ["Meier", "Landlord Meier", "Meier Immobilien GmbH", "MEIER, Hans", "hans-meier"])
def test_a_payee_is_called_so_by_any_word_of_his_name(value: str) -> None:
    assert has_a_name_of(value, ("meier",))


@pytest.mark.parametrize("value", ["Eve Consulting", "Meierhof", "", "Landlord"])
def test_another_payee_is_not_called_so(value: str) -> None:
    assert not has_a_name_of(value, ("meier",))


def test_a_name_in_the_place_of_an_account_is_a_payee() -> None:
    assert reach_of_payee("account", "", pays=True, told=False) == PAYEE
    assert reach_of_payee("account", BANK, pays=True, told=True) == BANK


def test_a_person_is_a_payee_where_the_request_says_whom_to_pay() -> None:
    assert reach_of_payee("recipient", HANDLE, pays=True, told=True) == PAYEE
    assert reach_of_payee("recipient", HANDLE, pays=True, told=False) == HANDLE
    assert reach_of_payee("recipient", HANDLE, pays=False, told=True) == HANDLE
    assert reach_of_payee("recipient", MAIL, pays=True, told=True) == MAIL


def test_ids_that_a_request_writes_out_are_kept_beside_their_shapes() -> None:
    written = written_shapes("give bhall access to d1, and close #47110.")
    assert {"d", WRITTEN_ID + "d1", "00000", WRITTEN_ID + "47110"} <= written
    assert WRITTEN_ID + "d2" not in written
