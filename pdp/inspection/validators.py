"""Checks of matched text that a regular expression cannot make, by the name that rules call them by.

A validator gets what group 1 of the pattern matched, or the whole match without a group; it is quick, pure, and
answers False for anything it cannot read. It never raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pdp.inspection.validators_business import BUSINESS_VALIDATORS
from pdp.inspection.validators_exfiltration import is_text_in_address, is_text_in_label
from pdp.inspection.validators_health import HEALTH_VALIDATORS
from pdp.inspection.validators_identity import IDENTITY_VALIDATORS
from pdp.inspection.validators_payment import PAYMENT_VALIDATORS
from pdp.inspection.validators_personal import PERSONAL_VALIDATORS
from pdp.inspection.validators_secrets import (
    is_assigned,
    is_jwt,
    is_key_like,
    is_password,
    is_prefixed_key,
    is_random,
    is_secret,
)
from pdp.inspection.validators_threat import climbs, is_ordered

Validator = Callable[[str], bool]


def luhn(text: str) -> bool:
    """True when the digits of `text` (ISO/IEC 7812-1 annex B) have their check digit and are not all the same."""
    digits = [ord(c) - 48 for c in text if "0" <= c <= "9"]
    if len(digits) < 2 or len(set(digits)) == 1:
        return False
    doubled = sum(d * 2 - 9 if d > 4 else d * 2 for d in digits[-2::-2])
    return (sum(digits[-1::-2]) + doubled) % 10 == 0


VALIDATORS: Mapping[str, Validator] = {
    "assigned": is_assigned,
    "climbs": climbs,
    "jwt": is_jwt,
    "key_like": is_key_like,
    "luhn": luhn,
    "ordered": is_ordered,
    "password": is_password,
    "prefixed_key": is_prefixed_key,
    "random": is_random,
    "secret": is_secret,
    "text_in_address": is_text_in_address,
    "text_in_label": is_text_in_label,
    **BUSINESS_VALIDATORS,
    **HEALTH_VALIDATORS,
    **IDENTITY_VALIDATORS,
    **PAYMENT_VALIDATORS,
    **PERSONAL_VALIDATORS,
}
"""Every validator that a rule may name."""

DEAR_US: Mapping[str, int] = {"eu_vat": 25, "medical": 70, "phone_told": 60, "world": 100}
"""Validators that take long, and how long for the texts that are slowest, in µs: these may not come in any number. All belong to
rules whose words or names of members say already what it is."""

USUAL_US = 3
"""What the other validators take."""

COST_US: Mapping[str, int] = {
    **dict.fromkeys(IDENTITY_VALIDATORS, 9),
    **dict.fromkeys(PAYMENT_VALIDATORS, 6),
    **dict.fromkeys(("document_letters", "document_number", "us_itin", "us_ssn"), USUAL_US),
    "assigned": 9,
    "bitcoin": 22,
    "id_nik": 16,
    "identity_alone": 14,
    "in_gstin": 15,
    "key_like": 14,
    "medical": 60,
    "mx_curp": 16,
    "my_nric": 18,
    "nz_account": 50,
    "ordered": 5,
    "phone_fr": 22,
    "phone_gb": 23,
    "prefixed_key": 20,
    "random": 11,
    "secret": 6,
    "text_in_address": 7,
    "text_in_label": 7,
    "wif": 15,
    "world": 40,
}
"""How long validators take for a usual text that they read to its end, in µs: what is counted as work."""

REFUSED_US: Mapping[str, int] = {
    "card": 3,
    "iban": 1,
    "key_like": 8,
    "phone": 25,
    "phone_told": 60,
    "phone_us": 21,
    "prefixed_key": 6,
    "random": 4,
}
"""The same for a text that they refuse, where that takes another time: at its first sign, or when each plan was tried in vain."""
