"""Checks of payment card, bank account and wallet numbers: lengths, issuers, check digits. Separators are left out first.

Sources: ISO/IEC 7812-1 (cards), ISO 13616 (IBAN), ISO 9362 (BIC), ABA routing numbers, CLABE of the Mexican banks, CBU of
BCRA, CCC of AEB. They know numbers, not whether an account is open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256

from stdnum import bitcoin
from stdnum.bic import is_valid as _is_bic
from stdnum.nz.bankaccount import is_valid as _is_nz_account

_DIGIT = re.compile(r"\d")
_ALNUM = re.compile(r"[^0-9A-Za-z]")

_CARD_RANGES = (
    # first digits from, to, lengths that are issued
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", (14, 16)),
    ("3095", "3095", (14, 16)),
    ("36", "36", (14, 16)),
    ("38", "39", (14, 16)),
    ("3528", "3589", (16,)),
    ("4", "4", (16,)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("6011", "6011", (16,)),
    ("644", "659", (16,)),
    ("60", "60", (16,)),
    ("81", "82", (16,)),
    ("508", "508", (16,)),
    ("62", "62", (16, 17, 18, 19)),
    ("2200", "2204", (16,)),
    ("9792", "9792", (16,)),
    ("5018", "5018", (16,)),
    ("5020", "5020", (16,)),
    ("5038", "5038", (16,)),
    ("5893", "5893", (16,)),
    ("6304", "6304", (16,)),
    ("6759", "6763", (16,)),
)
_CARD_LENGTHS = frozenset(range(12, 20))

IBAN_LENGTHS: Mapping[str, int] = {
    code: int(size)
    for size, codes in {
        "15": "NO",
        "16": "BE",
        "18": "DK FI FO GL NL SD FK",
        "19": "MK SI",
        "20": "AT BA EE KZ LT LU XK",
        "21": "CH HR LI LV",
        "22": "BG BH CR DE GB GE IE ME RS VA",
        "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ ES MD PK RO SA SE SK TN VG DZ",
        "25": "LY PT ST",
        "26": "IS TR",
        "27": "BI DJ FR GR IT MC MR SM MG",
        "28": "AL AZ BY CY DO GT HN HU LB NI PL SV SN ML CI BJ BF",
        "29": "BR EG PS QA UA",
        "30": "JO KW MU YE",
        "31": "MT SC",
        "33": "RU",
        "32": "LC",
    }.items()
    for code in codes.split()
}
"""Length of the IBAN of each country, by the SWIFT registry."""

_ABA_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7, 1)
_CLABE_WEIGHTS = (3, 7, 1) * 6
_CBU_BANK_WEIGHTS = (7, 1, 3, 9, 7, 1, 3)
_CBU_ACCOUNT_WEIGHTS = (3, 9, 7, 1) * 4
_CCC_WEIGHTS = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)


def digits_of(text: str) -> list[int]:
    """Returns the ASCII digits of `text` as numbers."""
    return [ord(c) - 48 for c in text if "0" <= c <= "9"]


def is_luhn(digits: list[int]) -> bool:
    """True when the last of `digits` is their check digit (ISO/IEC 7812-1 annex B)."""
    doubled = sum(d * 2 - 9 if d > 4 else d * 2 for d in digits[-2::-2])
    return (sum(digits[-1::-2]) + doubled) % 10 == 0


def is_card(text: str) -> bool:
    """True for a card number of an issuer range with its usual length: enough without any word beside it."""
    digits = digits_of(text)
    if len(set(digits)) < 2 or not is_luhn(digits):
        return False
    number = "".join(map(str, digits))
    return any(len(number) in sizes and low <= number[: len(low)] <= high for low, high, sizes in _CARD_RANGES)


_OLD_JCB = [1, 8, 0, 0]
"""First digits of JCB cards of 15 digits, which are still issued."""


def is_card_told(text: str) -> bool:
    """True for any number of 12 to 19 digits with Luhn's check digit whose first digit a card may have (2 to 9, or 1800).

    For values that a field name or a word beside them calls a card: debit cards of 12 to 19 digits, old ones of 13.
    """
    digits = digits_of(text)
    return (
        len(digits) in _CARD_LENGTHS
        and (digits[0] >= 2 or digits[:4] == _OLD_JCB)
        and len(set(digits)) > 1
        and is_luhn(digits)
    )


def is_iban(text: str) -> bool:
    """True for an IBAN of a registered country with its length and check digits (ISO 13616, mod 97)."""
    number = _ALNUM.sub("", text).upper()
    if IBAN_LENGTHS.get(number[:2]) != len(number) or not number[2:4].isdigit():
        return False
    return _mod97(number[4:] + number[:4]) == 1


def is_iban_of_any_country(text: str) -> bool:
    """True for two letters, two digits and 8 to 30 more characters with the check digits of ISO 7064 mod 97-10.

    For accounts of countries that are not registered: only where a word beside it says IBAN or account.
    """
    number = _ALNUM.sub("", text).upper()
    return 12 <= len(number) <= 34 and number[2:4].isdigit() and _mod97(number[4:] + number[:4]) == 1


_VALUES = {ord(letter): str(value) for value, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 10)}


def _mod97(text: str) -> int:
    return int(text.translate(_VALUES)) % 97


def is_nrb(text: str) -> bool:
    """True for a Polish account number: an IBAN without its country, 26 digits."""
    number = _ALNUM.sub("", text)
    return (
        len(number) == 26 and number.isdigit() and len(set(number)) > 2 and _mod97(f"{number[2:]}PL{number[:2]}") == 1
    )


def is_bic(text: str) -> bool:
    """True for a BIC of 8 or 11 characters with a country (ISO 9362)."""
    return bool(_is_bic(text))


def is_aba(text: str) -> bool:
    """True for a US routing number: nine digits of a Federal Reserve district, weighted 3-7-1 to a multiple of ten."""
    digits = digits_of(text)
    if len(digits) != 9 or not digits[2:] or len(set(digits)) == 1:
        return False
    district = digits[0] * 10 + digits[1]
    if not (1 <= district <= 12 or 21 <= district <= 32 or 61 <= district <= 72 or district == 80):
        return False
    return _weighted(digits, _ABA_WEIGHTS) % 10 == 0


def is_clabe(text: str) -> bool:
    """True for an 18-digit Mexican CLABE with a bank code of the banking (0) or payment (1, 6, 7, 9) series."""
    digits = digits_of(text)
    if len(digits) != 18 or digits[0] not in (0, 1, 6, 7, 9) or len(set(digits)) == 1:
        return False
    total = sum(d * w % 10 for d, w in zip(digits[:17], _CLABE_WEIGHTS[:17], strict=True))
    return (10 - total % 10) % 10 == digits[17]


def is_cbu(text: str) -> bool:
    """True for a 22-digit Argentine CBU: bank and account block each with its check digit."""
    digits = digits_of(text)
    if len(digits) != 22 or len(set(digits)) == 1:
        return False
    bank = -_weighted(digits[:7], _CBU_BANK_WEIGHTS) % 10
    account = -_weighted(digits[8:21], _CBU_ACCOUNT_WEIGHTS[:13]) % 10
    return bank == digits[7] and account == digits[21]


def is_ccc(text: str) -> bool:
    """True for a 20-digit Spanish CCC with its two check digits."""
    digits = digits_of(text)
    if len(digits) != 20 or len(set(digits)) == 1:
        return False
    return _ccc_digit([0, 0, *digits[:8]]) == digits[8] and _ccc_digit(digits[10:]) == digits[9]


def _ccc_digit(digits: list[int]) -> int:
    rest = 11 - _weighted(digits, _CCC_WEIGHTS) % 11
    return {10: 1, 11: 0}.get(rest, rest)


def is_no_account(text: str) -> bool:
    """True for an eleven-digit Norwegian account number (weights 5432765432, mod 11)."""
    digits = digits_of(text)
    return len(digits) == 11 and _weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def is_cz_account(text: str) -> bool:
    """True for a Czech or Slovak account `prefix-number/bank`: both parts weighted to a multiple of eleven."""
    found = re.fullmatch(r"(?:(\d{1,6})-)?(\d{2,10})/(\d{4})", text)
    if found is None or found[3] == "0000" or len(set(found[2])) < 2:
        return False
    weights = (6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
    parts = ((found[1] or "0").rjust(10, "0"), found[2].rjust(10, "0"))
    return all(_weighted(digits_of(part), weights) % 11 == 0 for part in parts)


def is_nz_account(text: str) -> bool:
    """True for a New Zealand account bank-branch-account-suffix with a known bank and its check digit."""
    return bool(_is_nz_account(text))


def is_account_number(text: str) -> bool:
    """True for 5 to 20 digits, perhaps grouped, that are not all the same: what a context calls an account."""
    digits = _DIGIT.findall(text)
    return 5 <= len(digits) <= 20 and len(set(digits)) > 1


_BASE58 = {c: i for i, c in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_ADDRESS_BYTES = 25
_KEY_BYTES = 37


def is_base58check(text: str) -> bool:
    """True for an address of a coin that descends from Bitcoin: version, 20 bytes, checksum of four."""
    return _has_checksum(text, _ADDRESS_BYTES)


def is_wif(text: str) -> bool:
    """True for a private key as wallets of Bitcoin export it: version, 32 bytes, perhaps a mark, checksum of four."""
    return _has_checksum(text, _KEY_BYTES) or _has_checksum(text, _KEY_BYTES + 1)


def _has_checksum(text: str, size: int) -> bool:
    """True when `text` is base58 of `size` bytes whose last four are the checksum of the others."""
    number = 0
    for character in text[: 2 * size]:
        if character not in _BASE58:
            return False
        number = number * 58 + _BASE58[character]
    if number.bit_length() > 8 * size:
        return False
    raw = number.to_bytes(size)
    return sha256(sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def is_bitcoin(text: str) -> bool:
    """True for a Bitcoin address, base58check or bech32."""
    return bool(bitcoin.is_valid(text))


def _weighted(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(d * w for d, w in zip(digits, weights, strict=True))


PAYMENT_VALIDATORS: Mapping[str, Callable[[str], bool]] = {
    "aba": is_aba,
    "account_number": is_account_number,
    "base58check": is_base58check,
    "bic": is_bic,
    "bitcoin": is_bitcoin,
    "card": is_card,
    "card_told": is_card_told,
    "cbu": is_cbu,
    "ccc": is_ccc,
    "clabe": is_clabe,
    "cz_account": is_cz_account,
    "iban": is_iban,
    "iban_of_any_country": is_iban_of_any_country,
    "no_account": is_no_account,
    "nrb": is_nrb,
    "nz_account": is_nz_account,
    "wif": is_wif,
}
