"""Which telephone numbers a numbering plan (ITU-T E.164) gives out, as `phonenumbers` knows the plans.

The library reads any spelling, and takes 15 to 30 µs for each plan that it tries. What is digits and separators alone, with
nothing in front that a plan takes away, is looked up here at a tenth of that; the rest is left to the library. Both answer
the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_TYPES = (
    "fixed_line", "mobile", "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail",
)  # fmt: skip
_SEPARATED = re.compile(r"\+?[0-9][0-9 ./()-]*|\([0-9][0-9 ./()-]*")
_NO_DIGITS = re.compile(r"\D+")
_NORTH_AMERICA = 1


class _Region:
    """One region: its country code, what its numbers look like, and what may stand in front of them."""

    def __init__(self, name: str) -> None:
        data: Any = PhoneMetadata.metadata_for_region(name, None)
        kinds = [kind for kind in (getattr(data, kind) for kind in _TYPES) if kind is not None]
        self.code = str(data.country_code)
        self.leading = re.compile(data.leading_digits) if data.leading_digits else None
        self._general = data.general_desc
        self._kinds = [
            (frozenset(kind.possible_length or ()), re.compile(kind.national_number_pattern))
            for kind in kinds
            if kind.national_number_pattern
        ]
        self._any = re.compile(self._general.national_number_pattern)
        self.lengths = frozenset(self._general.possible_length or ())
        self.abroad = data.international_prefix
        trunk = data.national_prefix_for_parsing
        fronts = [front for front in (self.abroad, trunk, self.code) if front]
        self._trunk = re.compile(trunk) if trunk else None
        self._front = re.compile("|".join(f"(?:{front})" for front in fronts))

    def has(self, number: str) -> bool:
        """True when the region gives out the national `number`."""
        size = len(number)
        return (
            size in self.lengths
            and self._any.fullmatch(number) is not None
            and any((not sizes or size in sizes) and kind.fullmatch(number) is not None for sizes, kind in self._kinds)
        )

    def is_bare(self, digits: str) -> bool:
        """True when nothing in front of `digits`, as dialled in the region, is a prefix that a reader would take away."""
        return self._front.match(digits) is None

    def is_bare_behind_code(self, digits: str) -> bool:
        """The same for digits behind the country code."""
        return self._trunk is None or self._trunk.match(digits) is None


_region = lru_cache(maxsize=None)(_Region)


class _Code:
    """The regions of one country code, those with leading digits of their own apart."""

    def __init__(self, code: int) -> None:
        self.regions = tuple(_region(name) for name in COUNTRY_CODE_TO_REGION_CODE.get(code, ()) if name != "001")
        led = [region.leading.pattern for region in self.regions if region.leading] if len(self.regions) > 1 else []
        self._led = re.compile("|".join(f"(?:{pattern})" for pattern in led)) if led else None
        self._others = tuple(region for region in self.regions if region.leading is None) if led else self.regions

    def gives_out(self, number: str) -> bool:
        """True when one of the regions gives out the national `number`; one whose leading digits it has answers for it."""
        if self._led is None or self._led.match(number) is None:
            return any(region.has(number) for region in self._others)
        for region in self.regions:
            if region.leading is None:
                if region.has(number):
                    return True
            elif region.leading.match(number):
                return region.has(number)
        return False


_code = lru_cache(maxsize=None)(_Code)


def is_in_plan(text: str, region: str) -> bool:
    """True when `text`, dialled in `region` (ISO 3166), is a number that a plan gives out."""
    if _SEPARATED.fullmatch(text) and not text.startswith("+"):
        digits, own = _NO_DIGITS.sub("", text), _region(region)
        if 6 <= len(digits) <= 15 and own.is_bare(digits):
            return _code(int(own.code)).gives_out(digits)
    return _is_valid(text, region)


def is_in_one_plan(text: str, regions: Iterable[str]) -> bool:
    """True when `text`, dialled in one of `regions`, is a number that a plan gives out."""
    if text.isascii() and text.isdecimal() and text.startswith("00") and text[2:3] not in ("", "0"):
        if is_international(text):
            return True
        regions = [region for region in regions if _region(region).abroad != "00"]  # all of these would read it so
    return any(is_in_plan(text, region) for region in regions)


def is_international(text: str) -> bool:
    """True for a number with `+` or `00` in front, of a length that its country has.

    Ranges count only behind `00` and in North America, where much else looks like a number: lists of ranges are never new.
    """
    number = text.strip().replace("(0)", "")
    has_zeros = number.startswith("00")
    if has_zeros:
        number = "+" + number[2:]
    if _SEPARATED.fullmatch(number) and number.startswith("+") and number[1] != "0":
        digits = _NO_DIGITS.sub("", number)
        code = next((digits[:n] for n in (1, 2, 3) if int(digits[:n]) in COUNTRY_CODE_TO_REGION_CODE), "")
        plan, rest = _code(int(code or 0)), digits[len(code) :]
        if plan.regions and len(digits) <= 15 and plan.regions[0].is_bare_behind_code(rest):
            if has_zeros or code == "1":
                return plan.gives_out(rest)
            if len(rest) in plan.regions[0].lengths:
                return True
    if has_zeros:
        return _is_valid(number, None)
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    if parsed.country_code == _NORTH_AMERICA:
        return _code(_NORTH_AMERICA).gives_out(phonenumbers.national_significant_number(parsed))
    return phonenumbers.is_possible_number(parsed)


def _is_valid(text: str, region: str | None) -> bool:
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return False
    code = _code(parsed.country_code)
    if not code.regions:  # of no region: satellites, free numbers of the whole world
        return phonenumbers.is_valid_number(parsed)
    return code.gives_out(phonenumbers.national_significant_number(parsed))
