"""Bank accounts in composed texts (ISO 13616), however they are spelt: whoever tells one on has somebody pay there. Pure, in
linear time."""

from __future__ import annotations

import re

from pdp.fold import fold
from pdp.inspection.validators_payment import IBAN_LENGTHS, is_iban

_GAP = "[^0-9a-z]{0,3}"
"""What people write between the groups of a number, a sign and blanks around it."""
_BEGINS = re.compile(rf"(?<![0-9a-z])(?:iban)?(?=([a-z]{{2}}{_GAP}[0-9]{_GAP}[0-9](?:{_GAP}[0-9a-z]){{11,30}}))")
"""Each place where a number may begin, since "AB12" may stand before it; and 15 to 34 letters and digits."""
_BETWEEN = re.compile("[^0-9a-z]+")


def bank_accounts(text: str) -> list[str]:
    """Returns the marks (`pdp.wording.marks`) of sort a, in order, of the accounts in a text (untrusted): numbers of a country's
    length whose check digits agree, half digits at least, that end where a group does, whatever code or number follows."""
    return list(dict.fromkeys(f"a:{number}" for match in _BEGINS.finditer(fold(text)) for number in _number(match[1])))


def _number(spelt: str) -> list[str]:
    length = IBAN_LENGTHS.get(spelt[:2].upper(), 0)
    number = ""
    for group in _BETWEEN.split(spelt) if length else ():
        number += group.upper()
        if len(number) == length:
            return [number] if 2 * sum(map(str.isdecimal, number)) >= length and is_iban(number) else []
    return []
