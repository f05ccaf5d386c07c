"""Payees by a plain name: "pay Meier the rent", and a transfer to `Eve Consulting`.

What such a name leads to only the bank knows, and no number tells one from the other. So it is compared with the words by which
the request says whom to pay. Pure, in linear time.
"""

from __future__ import annotations

from collections.abc import Collection

from pdp.provenance.model import HANDLE, PAYEE
from pdp.wording.marks import words
from pdp.wording.things import singular


def reach_of_payee(kind: str, reach: str, *, pays: bool, told: bool) -> str:
    """Returns how a value reaches somebody, given how it would by its form: a name in the place of an account is a payee, as is
    one in the place of a person where a payment is made and the request says by name whom to pay (`told`)."""
    if kind == "account" and not reach:
        return PAYEE
    return PAYEE if pays and told and reach == HANDLE else reach


def has_a_name_of(value: str, paid: Collection[str]) -> bool:
    """Tells whether a payee's name holds one of the words by which a request says whom to pay: `Meier Immobilien` is Meier."""
    called = set(words(value))
    called |= {singular(word) for word in called}
    return any(name in called or singular(name) in called for name in paid)
