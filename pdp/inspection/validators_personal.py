"""Checks of what names a person: e-mail and IP addresses, telephone numbers, names, dates of birth, addresses, vehicles.

Telephone numbers are checked by the numbering plans of `telephone`, vehicles by ISO 3779.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import date

from pdp.inspection.telephone import is_in_one_plan, is_in_plan, is_international
from pdp.inspection.validators_payment import digits_of

_FILE_ENDINGS_TEXT = (
    "png jpg jpeg gif svg webp ico js ts css html htm json xml yaml yml txt md py java go rs rb php sh exe dll so zip tar"
    " gz pdf csv log lock map min conf cfg ini local localhost internal invalid"
)
_FILE_ENDINGS = frozenset(_FILE_ENDINGS_TEXT.split())
_MAIL = re.compile(r"[^\s@]{1,64}@(?:[^\s@.]{1,63}\.)+[^\s@.\d]{2,24}")
_VERSION_CONTROL = frozenset({"git", "hg", "svn"})

_NATIONAL_REGIONS = ("US", "GB", "DE", "FR", "IN", "BR", "ES", "IT", "NL", "AU", "CN", "JP", "PL", "SE")
"""Plans that a national number is tried against, when a word beside it says that it is one."""

_NAME = re.compile(
    "[^\\W\\d_](?:[^\\W\\d_]|[ .,'\u2019\u02bc\u00b4`\u0900-\u0dff\u0e00-\u0eff\u200c\u200d-]){0,58}[^\\W\\d_.]?\\.?"
)
_NO_NAMES_TEXT = (
    "unknown none null n/a na nil undefined test anonymous admin administrator root user guest default empty true false"
    " string name first last firstname lastname surname first_name last_name full_name required optional yes no system"
    " service bot customer client patient employee contact everyone all any other someone nobody team support sales"
    " info id key value text varchar char column field label asc desc required. redacted masked hidden"
)
_NO_NAMES = frozenset(_NO_NAMES_TEXT.split())
_NOT_SURNAMES_TEXT = (
    "street road avenue lane drive boulevard square station airport university college school hospital church river lake"
    " park county city state island bay beach hotel inc ltd llc gmbh corp company group bank foundation award prize day"
    " bridge tower museum library stadium theatre theater centre center institute award house hall building street. st"
    " province republic valley falls creek hill hills mountain mountains north south east west the and or is was has will"
    " said says can may must should january february march april june july august september october november december"
    " monday tuesday wednesday thursday friday saturday sunday order invoice project version release server code"
    " period note notes twain method theorem law laws syndrome right wrong"
    " disease scale test index algorithm effect model series edition cup open bowl league games street's avenue's"
)
_NOT_SURNAMES = frozenset(_NOT_SURNAMES_TEXT.split())
_NOT_GIVEN_TEXT = (
    "the a an in on at of to from by for with mount new old big little great san santa los las el saint fort port cape"
    " upper lower our my your his her their this that these those no not if when while after before since until we you"
    " they he she it i mr mrs ms dr prof sir dear hi hello hey and or but so as is was are were be been being did do does"
    " call ask tell see meet contact email send pay thank thanks please sincerely regards best der die das ein eine von"
    " though although because even also only just both each every such like than then there here what which who where how"
    " central hyde regent ocean state national royal north south east west senator speaker president cardinal judge mayor"
    " governor representative congressman captain colonel general sergeant officer director chairman professor doctor king"
    " queen prince princess lord lady saint sister brother uncle aunt father mother"
    " und oder mit bei herr frau le la les un une et de del y con per il lo aston martin robert's wells morgan johnson"
)
_NOT_GIVEN = frozenset(_NOT_GIVEN_TEXT.split())
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero gennaio janeiro januari",
            "feb february februar février fevrier febrero febbraio fevereiro februari",
            "mar march märz maerz mars marzo março marco maart",
            "apr april avril abril aprile",
            "may mai mayo maggio maio mei",
            "jun june juni juin junio giugno junho",
            "jul july juli juillet julio luglio julho",
            "aug august août aout agosto augustus",
            "sep sept september septembre septiembre settembre setembro",
            "oct okt october oktober octobre octubre ottobre outubro",
            "nov november novembre noviembre novembro",
            "dec dez december dezember décembre decembre diciembre dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
_DATE_PARTS = re.compile(r"\d+|[^\W\d_]+")
_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_PLATE = re.compile(r"(?=.*\d)(?=.*[^\W\d_])[\w\s\u00b7-]{4,12}")
_FIRST_YEAR, _LAST_YEAR = 1900, 2049
_LONGEST_ING = 6
"""`Jing`, `Ming`, `Irving` are names; longer words in -ing are verbs."""
_NO_PHONE = re.compile(r"\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{4}|\d{1,3}\.(?:\d{3}|\d{5,})|\d{4} \d\d")
"""Dates, coordinates and shares: digits in groups that no plan of numbers has."""
_IPV4 = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}")
_EUI_64 = re.compile(r"(?:[0-9A-Fa-f]{2}:){7}[0-9A-Fa-f]{2}")


def is_email(text: str) -> bool:
    """True for a mail address of a person or team; not `git@host`, a file name such as `icon@2x.png`, or a URL's user."""
    if "://" in text or _MAIL.fullmatch(text) is None:
        return False
    local, _, domain = text.rpartition("@")
    ending = domain.rpartition(".")[2].lower()
    return (
        ending not in _FILE_ENDINGS
        and local.lower() not in _VERSION_CONTROL
        and not local.startswith(".")
        and ".." not in local
    )


def is_phone_us(text: str) -> bool:
    """True for a number of the North American plan, written nationally."""
    return is_in_plan(text, "US")


def is_phone_extension(text: str) -> bool:
    """True for ten digits or more and an extension; ranges are not checked, an extension says enough."""
    number, _, extension = text.lower().replace("ext", "x").partition("x")
    return len(digits_of(number)) in range(10, 14) and bool(digits_of(extension))


def is_phone_gb(text: str) -> bool:
    """True for a British number, written nationally."""
    return is_in_plan(text, "GB")


def is_phone_fr(text: str) -> bool:
    """True for a French number, written nationally."""
    return is_in_plan(text, "FR")


def is_phone_told(text: str) -> bool:
    """True for a number that one of a dozen plans has, or of 7 to 15 digits in groups: for what a context calls a phone."""
    digits = digits_of(text)
    if not 6 <= len(digits) <= 15 or len(set(digits)) < 3 or _NO_PHONE.fullmatch(text.strip()):
        return False
    if re.search(r"\d[ ().\-/]+\d", text) or text.lstrip().startswith(("+", "(")):
        return len(digits) >= 7
    return is_in_one_plan(text, _NATIONAL_REGIONS)


def is_person_name(text: str) -> bool:
    """True for what can be a name, when the field is one of a person's name: letters, at most six words, no placeholder."""
    name = text.strip()
    if _NAME.fullmatch(name) is None or len(name) < 2:
        return False
    words = name.lower().split()
    return len(words) <= 6 and not all(word in _NO_NAMES for word in words)


def is_full_name(text: str) -> bool:
    """True for a given name and surname found in prose; not where the second word says street, company, or a verb."""
    words = text.replace("\u2019", "'").split()
    last = words[-1].lower().strip(".,'") if words else ""
    return last != "" and last not in _NOT_SURNAMES and last not in _NO_NAMES


def is_name_before(text: str) -> bool:
    """True when the first of the words found before a common family name can be a given name: no article, no place."""
    first = text.strip().partition(" ")[0].lower()
    if len(first) > _LONGEST_ING and first.endswith("ing"):
        return False
    return first != "" and first not in _NOT_GIVEN and first not in _NOT_SURNAMES and first not in _NO_NAMES


def is_birth_date(text: str) -> bool:
    """True for a calendar date of 1900 to 2049 in the usual orders, with names of months in eight languages."""
    parts = _DATE_PARTS.findall(text.split("T")[0] if re.match(r"\d{4}-\d\d-\d\dT", text) else text)
    months = [_MONTHS[p.lower()] for p in parts if p.lower() in _MONTHS]
    numbers = [p for p in parts if p.isdecimal()]
    if months:
        return len(numbers) == 2 and any(_is_date(y, months[0], d) for y, d in (numbers, numbers[::-1]))
    if len(numbers) == 1 and len(numbers[0]) == 8:
        n = numbers[0]
        return _is_date(n[:4], n[4:6], n[6:]) or _is_date(n[4:], n[2:4], n[:2]) or _is_date(n[4:], n[:2], n[2:4])
    if len(numbers) != 3:
        return False
    a, b, c = numbers
    return _is_date(a, b, c) or _is_date(c, b, a) or _is_date(c, a, b)


def _is_date(year: str, month: str | int, day: str) -> bool:
    if len(year) not in (2, 4) or len(day) > 2 or len(str(month)) > 2:
        return False
    full = int(year) + (1900 if len(year) == 2 else 0)
    if not _FIRST_YEAR <= full <= _LAST_YEAR:
        return False
    try:
        date(full, int(month), int(day))
    except ValueError:
        return False
    return True


def is_address_line(text: str) -> bool:
    """True for what can be a postal address in an address field: 4 to 200 characters with a word, and no URL or mail."""
    line = text.strip()
    return (
        4 <= len(line) <= 200
        and re.search(r"[^\W\d_]{2}", line) is not None
        and (re.search(r"[\d\s]", line) is not None)
        and "@" not in line
        and "://" not in line
        and re.search(r"[<>{}=;$]", line) is None
    )


def is_ip(text: str) -> bool:
    """True for an IPv4 or IPv6 address that a person's device can have: no mask, loopback, multicast or network address."""
    if octets := _octets(text):
        first, last = octets[0], octets[-1]
        return last not in (0, 255) and first not in (0, 127) and first < 224 and text != "169.254.169.254"
    try:
        address = ipaddress.IPv6Address(text.strip("[]").split("%")[0])
    except ValueError:
        return False
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        return False
    return not address.is_link_local or "%" not in text


def _octets(text: str) -> list[int]:
    """Returns the four numbers of an IPv4 address in its usual form, [] for any other text."""
    if not _IPV4.fullmatch(text):
        return []
    octets = [int(part) for part in text.split(".")]
    return octets if max(octets) < 256 else []


def is_ip_plain(text: str) -> bool:
    """True for an address that does not read as a version: two octets or more of 32 and above.

    Text that holds the rest of a URL, a port or a mask is none: it names a server or a network.
    """
    if "/" in text or _EUI_64.fullmatch(text) or not is_ip(text):
        return False
    octets = _octets(text)
    return not octets or sum(octet >= 32 for octet in octets) >= 2


def is_plate(text: str) -> bool:
    """True for 4 to 12 letters, digits, blanks and hyphens with at least one letter and one digit."""
    return _PLATE.fullmatch(text.strip()) is not None


def is_vin(text: str) -> bool:
    """True for a vehicle identification number with the check digit of 49 CFR 565 (North America, China)."""
    number = text.upper()
    if len(number) != 17 or len(set(number)) < 5 or sum(c.isalpha() for c in number) < 3:
        return False
    try:
        values = [int(c) if c.isdigit() else _VIN_VALUES[c] for c in number]
    except KeyError:
        return False
    rest = sum(v * w for v, w in zip(values, _VIN_WEIGHTS, strict=True)) % 11
    return number[8] == ("X" if rest == 10 else str(rest))


def is_told(text: str) -> bool:
    """True for a value that says something: not empty, a placeholder, a flag or a type name."""
    return len(text.strip()) >= 2 and text.strip().lower() not in _NO_NAMES


PERSONAL_VALIDATORS: Mapping[str, Callable[[str], bool]] = {
    "address_line": is_address_line,
    "birth_date": is_birth_date,
    "email": is_email,
    "full_name": is_full_name,
    "ip": is_ip,
    "ip_plain": is_ip_plain,
    "person_name": is_person_name,
    "name_before": is_name_before,
    "phone": is_international,
    "phone_fr": is_phone_fr,
    "phone_gb": is_phone_gb,
    "phone_told": is_phone_told,
    "telephone_extension": is_phone_extension,
    "phone_us": is_phone_us,
    "plate": is_plate,
    "told": is_told,
    "vin": is_vin,
}
