"""Checks of identity numbers that states give to people, by country: length, check digits, dates, district codes.

`python-stdnum` knows most of them; those that it lacks are here: machine-readable passports (ICAO 9303 part 3, 4.9),
Germany's identity card and pension number, China, Singapore,
Hong Kong, Taiwan, Australian Medicare, Russian SNILS, Kazakhstan, the Emirates,
Saudi Arabia, Egypt, Uruguay, and the structural rules of the British national insurance number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module

from pdp.inspection.validators_payment import digits_of, is_luhn

_STDNUM = (
    "al.nipt ar.cuit au.abn au.acn at.tin at.vnr au.tfn be.bis be.nn bg.egn br.cnpj br.cpf ca.sin ch.ssn cl.rut co.nit cz.rc"
    " de.idnr dk.cpr do.cedula ec.ci ee.ik es.dni es.nie fi.hetu fr.nir gb.utr gr.amka hr.oib ie.pps il.idnr in_.aadhaar"
    " in_.epic in_.pan is_.kennitala it.codicefiscale it.iva jp.in_ kr.rrn lt.asmens mx.curp mx.rfc my.nric id.nik nl.bsn"
    " nz.ird pe.cui pk.cnic pl.nip pl.pesel pt.cc pt.nif in_.gstin kr.brn ro.cnp ru.inn se.personnummer sg.uen si.emso eu.vat"
    " th.pin tr.tckimlik ua.rntrc za.idnr az.voen be.vat by.unp ch.uid dk.cvr do.rnc fi.ytunnus fr.siren fr.siret gb.vat ma.ice"
    " md.idno no.orgnr pl.regon se.orgnr tr.vkn ua.edrpou"
)

_MONTHS = frozenset(range(1, 13))
_MRZ_VALUES = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
_MRZ_WEIGHTS = (7, 3, 1)
_NRIC_WEIGHTS = (2, 7, 6, 5, 4, 3, 2)
_NRIC_LETTERS = {"S": "JZIHGFEDCBA", "T": "GFEDCBAJZIH", "F": "XWUTRQPNMLK", "G": "RQPNMLKXWUT", "M": "KLJNPQRTUWX"}
_TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_MEDICARE_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9)
_NINO = re.compile(r"([A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])\d{6}[A-D]")
_NO_NINO = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
_RIC = re.compile(r"(\d\d)\d{15}[\dX]")
_CN_PROVINCES = frozenset(
    f"{n}"
    for n in (
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
    )
)
_SEPARATORS = re.compile(r"[\s./-]")


def _of_stdnum(name: str) -> Callable[[str], bool]:
    """Returns the check `stdnum.<name>.is_valid`, which never raises, but for numbers of one repeated digit."""
    check = import_module(f"stdnum.{name}").is_valid

    def is_number(text: str) -> bool:
        digits = digits_of(text)
        return (len(digits) < 4 or len(set(digits)) > 1) and bool(check(text))

    return is_number


def mrz_digit(text: str) -> int:
    """Returns the check digit of ICAO 9303 over letters, digits and fillers; anything else counts as a filler."""
    return sum(_MRZ_VALUES.get(c, 0) * _MRZ_WEIGHTS[i % 3] for i, c in enumerate(text)) % 10


def is_mrz(text: str) -> bool:
    """True for the data line of a machine-readable passport (TD3, 44), or of a TD1 or TD2 card (30 or 36 characters)."""
    for line in text.upper().split():
        if len(line) in (36, 44) and _data_line_holds(line):
            return True
        if len(line) == 30 and line[0] in "ACI" and mrz_digit(line[5:14]) == _digit(line[14]):
            return True
    return False


def _data_line_holds(line: str) -> bool:
    parts = ((line[0:9], line[9]), (line[13:19], line[19]), (line[21:27], line[27]))
    return all(mrz_digit(part) == _digit(check) for part, check in parts)


def _digit(character: str) -> int:
    return ord(character) - 48 if "0" <= character <= "9" else 0 if character == "<" else -1


def is_nino(text: str) -> bool:
    """True for a British national insurance number: a prefix that is given out, six digits, suffix A to D."""
    number = _SEPARATORS.sub("", text).upper()
    return _NINO.fullmatch(number) is not None and number[:2] not in _NO_NINO and len(set(number[2:8])) > 1


def is_ssn(text: str) -> bool:
    """True for a US social security number of an area and group that exist; the well-known advertised ones as well."""
    digits = digits_of(text)
    if len(digits) != 9 or len(set(digits)) == 1:
        return False
    number = "".join(map(str, digits))
    return number[:3] not in ("000", "666") and number[0] != "9" and number[3:5] != "00" and number[5:] != "0000"


def is_itin(text: str) -> bool:
    """True for a US individual taxpayer number: 9 in front, fourth and fifth digit in a range that the IRS gives out."""
    digits = digits_of(text)
    if len(digits) != 9 or digits[0] != 9 or len(set(digits)) == 1:
        return False
    group = digits[3] * 10 + digits[4]
    return 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99


def is_cn_ric(text: str) -> bool:
    """True for a Chinese resident number (GB 11643): province, date of birth, check character of ISO 7064 mod 11-2."""
    number = text.upper()
    found = _RIC.fullmatch(number)
    if found is None or found[1] not in _CN_PROVINCES:
        return False
    digits = digits_of(number[6:14])
    if not 1900 <= int(number[6:10]) <= 2049 or not _is_month_day(digits[4:]):
        return False
    rest = 0
    for digit in number[:17]:
        rest = (rest + int(digit)) * 2 % 11
    return "0123456789X"[(12 - rest) % 11] == number[17]


def is_de_rvnr(text: str) -> bool:
    """True for a German pension insurance number (VKVV section 4): area, date of birth, initial, serial, check digit."""
    number = _SEPARATORS.sub("", text).upper()
    if re.fullmatch(r"\d{8}[A-Z]\d{3}", number) is None or not _is_month_day(digits_of(number[4:6] + "01")):
        return False
    spread = digits_of(f"{number[:8]}{ord(number[8]) - 64:02d}{number[9:11]}")
    total = sum(sum(divmod(d * w, 10)) for d, w in zip(spread, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    return total % 10 == int(number[11])


def is_fodselsnummer(text: str) -> bool:
    """True for a Norwegian birth or D number: day (+40) and month (+40) of a date, and two check digits by mod 11."""
    digits = digits_of(text)
    if len(digits) != 11 or (digits[0] * 10 + digits[1]) % 40 > 31 or (digits[2] * 10 + digits[3]) % 40 not in _MONTHS:
        return False
    first = sum(d * w for d, w in zip(digits[:10], (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), strict=True))
    second = sum(d * w for d, w in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True))
    return first % 11 == 0 and second % 11 == 0 and digits[0] * 10 + digits[1] > 0


def is_de_card(text: str) -> bool:
    """True for the serial number of a German identity card or passport with its check digit (ICAO weights)."""
    number = _SEPARATORS.sub("", text).upper()
    return (
        len(number) == 10
        and number[0] in "CFGHJKLMNPRTVWXYZ"
        and number[9].isdigit()
        and mrz_digit(number[:9]) == int(number[9])
    )


def is_nric(text: str) -> bool:
    """True for a Singapore NRIC or FIN: series S, T, F, G or M, seven digits, check letter."""
    number = text.upper()
    letters = _NRIC_LETTERS.get(number[:1])
    digits = digits_of(number)
    if letters is None or len(number) != 9 or len(digits) != 7:
        return False
    offset = {"T": 4, "G": 4, "M": 3}.get(number[0], 0)
    total = sum(d * w for d, w in zip(digits, _NRIC_WEIGHTS, strict=True)) + (3 if number[0] == "M" else 0)
    if number[0] == "M":
        return letters[10 - total % 11] == number[8]
    shift = offset if letters[0] in "JX" else 0
    return letters[(total + shift) % 11] == number[8]


def is_hkid(text: str) -> bool:
    """True for a Hong Kong identity card: one or two letters, six digits, check character in mod 11."""
    number = re.sub(r"[\s()]", "", text).upper()
    if re.fullmatch(r"[A-Z]{1,2}\d{6}[0-9A]", number) is None:
        return False
    body = number[:-1].rjust(8)
    values = [36 if c == " " else int(c, 36) for c in body]
    total = sum(v * w for v, w in zip(values, range(9, 1, -1), strict=True))
    return (total + int(number[-1], 36)) % 11 == 0


def is_tw_id(text: str) -> bool:
    """True for a national identity number of Taiwan: a letter, 1 or 2 (8 or 9 for residents), eight digits."""
    number = text.upper()
    if re.fullmatch(r"[A-Z][1289]\d{8}", number) is None:
        return False
    letter = _TW_LETTERS.index(number[0]) + 10
    total = letter // 10 + letter % 10 * 9 + sum(int(c) * w for c, w in zip(number[1:9], range(8, 0, -1), strict=True))
    return (total + int(number[9])) % 10 == 0


def is_medicare(text: str) -> bool:
    """True for an Australian Medicare number: first digit 2 to 6, ninth digit checks the first eight."""
    digits = digits_of(text)
    if len(digits) not in (10, 11) or not 2 <= digits[0] <= 6 or digits[9] == 0:
        return False
    return sum(d * w for d, w in zip(digits[:8], _MEDICARE_WEIGHTS, strict=True)) % 10 == digits[8]


def is_snils(text: str) -> bool:
    """True for a Russian SNILS: nine digits and a control number of two."""
    digits = digits_of(text)
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    total = sum(d * w for d, w in zip(digits[:9], range(9, 0, -1), strict=True)) % 101
    return total % 100 == digits[9] * 10 + digits[10]


def is_kz_iin(text: str) -> bool:
    """True for an IIN of Kazakhstan: date of birth, century digit, mod 11 in two rounds."""
    digits = digits_of(text)
    if len(digits) != 12 or not 1 <= digits[6] <= 6 or not _is_month_day(digits[2:6]):
        return False
    check = sum(d * w for d, w in zip(digits[:11], range(1, 12), strict=True)) % 11
    if check == 10:
        check = sum(d * w for d, w in zip(digits[:11], (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2), strict=True)) % 11
    return check == digits[11]


def is_emirates_id(text: str) -> bool:
    """True for an Emirates ID: 784, year of birth, eight digits; its check digit is not published."""
    digits = digits_of(text)
    return len(digits) == 15 and digits[:3] == [7, 8, 4] and digits[3:5] in ([1, 9], [2, 0])


def is_sa_id(text: str) -> bool:
    """True for a Saudi national (1) or resident (2) number of ten digits with Luhn's check digit."""
    digits = digits_of(text)
    return len(digits) == 10 and digits[0] in (1, 2) and len(set(digits)) > 1 and is_luhn(digits)


def is_eg_id(text: str) -> bool:
    """True for an Egyptian national number: century, date of birth, governorate 01 to 35 or 88; no public check digit."""
    digits = digits_of(text)
    if len(digits) != 14 or digits[0] not in (2, 3) or not _is_month_day(digits[3:7]):
        return False
    governorate = digits[7] * 10 + digits[8]
    return 1 <= governorate <= 35 or governorate == 88


def is_uy_ci(text: str) -> bool:
    """True for a Uruguayan identity card of seven or eight digits (weights 2987634, mod 10)."""
    digits = digits_of(text)
    if not 7 <= len(digits) <= 8 or len(set(digits)) == 1:
        return False
    padded = [0] * (8 - len(digits)) + digits
    return -sum(d * w for d, w in zip(padded[:7], (2, 9, 8, 7, 6, 3, 4), strict=True)) % 10 == padded[7]


def _is_month_day(digits: list[int]) -> bool:
    return 1 <= digits[0] * 10 + digits[1] <= 12 and 1 <= digits[2] * 10 + digits[3] <= 31


def is_uk_licence(text: str) -> bool:
    """True for a British driving licence number: surname, decade, month (+50), day, year, initials, computer digits."""
    number = text.upper().replace(" ", "")
    found = re.fullmatch(r"(?=.{16})[A-Z]{1,5}9{0,4}\d([0156]\d)([0-3]\d)\d[A-Z9]{2}[A-Z0-9]{3}", number)
    return found is not None and 1 <= int(found[1]) % 50 <= 12 and 1 <= int(found[2]) <= 31


def is_identity_alone(text: str) -> bool:
    """True for a number that nothing speaks for but two checks: two check digits, or a date of birth and one of them.

    Of random numbers of eleven digits about one in thirty passes, of thirteen or fourteen one in hundred.
    """
    number = text.strip()
    return any(_IDENTITY_CHECKS[name](number) for name in _ALONE.get(len(number), ()) if _looks_like(name, number))


def _looks_like(name: str, number: str) -> bool:
    """Refuses most numbers at a tenth of what the whole check costs."""
    if not number.isdecimal() or not number.isascii():
        return False
    if name == "br_cpf":
        rest = sum(int(d) * w for d, w in zip(number[:9], range(10, 1, -1), strict=True)) % 11
        return number[9] == ("0" if rest < 2 else str(11 - rest))
    if name == "tr_tckimlik":
        return sum(map(int, number[:10])) % 10 == int(number[10])
    if name == "de_idnr":
        return len(set(number[:10])) in (8, 9) and number[0] != "0"
    return _DATED[name].match(number) is not None


def is_document_number(text: str) -> bool:
    """True for 5 to 20 letters and digits with at least four digits that are not all alike: what a context calls an id."""
    digits = digits_of(text)
    return 4 <= len(digits) <= 18 and len(set(digits)) > 1 and 5 <= len(_SEPARATORS.sub("", text)) <= 20


def is_document_letters(text: str) -> bool:
    """True when letters and digits are mixed, as in codes of documents that are neither words nor counts."""
    return any(c.isdigit() for c in text) and any(c.isalpha() for c in text)


_ALONE = {
    11: ("pl_pesel", "br_cpf", "de_idnr", "be_nn", "tr_tckimlik", "ee_ik", "gr_amka", "ar_cuit"),
    13: ("kr_rrn", "ro_cnp"),
    14: ("br_cnpj",),
}
_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DATED = {
    "pl_pesel": re.compile(rf"\d\d(?:[02468][1-9]|[13579][0-2]){_DAY}"),
    "be_nn": re.compile(rf"\d\d(?:[024][1-9]|[135][0-2]){_DAY}"),
    "ee_ik": re.compile(rf"[3-6]\d\d{_MONTH}{_DAY}"),
    "gr_amka": re.compile(rf"{_DAY}{_MONTH}"),
    "ar_cuit": re.compile(r"20|2[3-7]|3[034]"),
    "kr_rrn": re.compile(rf"\d\d{_MONTH}{_DAY}[1-8]"),
    "ro_cnp": re.compile(rf"[1-8]\d\d{_MONTH}{_DAY}"),
    "br_cnpj": re.compile(r"\d{8}000"),
}

_WORLD = {
    "ar.dni": (7, 8), "be.ssn": (11,), "bg.pnf": (10,), "ca.bc_phn": (10,), "co.nit": range(8, 17), "cr.cpf": (9, 10),
    "cr.cr": (11, 12), "cu.ni": (11,), "cz.rc": (9, 10), "de.stnr": (10, 11, 13), "do.cedula": (11,), "ec.ci": (10,),
    "ec.ruc": (13,), "eg.tn": (9,), "fr.nif": (13,), "gn.nifp": (9,), "gr.vat": (8, 9), "gt.nit": range(4, 19),
    "il.idnr": range(4, 10), "in_.vid": (16,), "lt.asmens": (11,), "mk.edb": (13,), "mz.nuit": (9,),
    "nl.onderwijsnummer": (9,), "pe.ruc": (11,), "pl.nip": (10,), "pt.nif": (9,), "py.ruc": range(4, 10),
    "ro.cf": (*range(4, 11), 13), "ro.cnp": (13,), "rs.pib": (9,), "si.emso": (13,), "sk.rc": (9, 10), "sv.nit": (14,),
    "th.tin": (13,), "tr.tckimlik": (11,), "us.tin": (9,), "uy.rut": (12,), "vn.mst": (10, 13), "za.tin": (10,),
    "id.npwp": (15, 16), "at.tin": (9,), "pe.cui": (8, 9), "ua.rntrc": (10,), "nz.ird": (8, 9), "fi.veronumero": (12,),
    "al.nipt": (), "es.nif": (), "gb.upn": (), "gh.tin": (), "ke.pin": (), "mu.nid": (), "mx.rfc": (),
    "nl.identiteitskaartnummer": (), "ve.rif": (),
}  # fmt: skip
"""Numbers that few countries have alike, each by its own check digits; a word nearby says which. Beside each, how many digits
it has when it is digits alone: all checks together take a third of a millisecond, those of one length a fifth of it."""
_LETTERED = frozenset(
    ("gr.vat", "gt.nit", "mk.edb", "nz.ird", "pe.cui", "pl.nip", "pt.nif", "ro.cf", "sv.nit", "uy.rut")
)
"""Those of digits that may have letters as well: the country before them, or a check letter."""


_NO_NUMBER = re.compile(
    r"(?:19|20)\d\d-\d\d(?:-\d\d)?(?: \d\d)?|\d\d?[./-]\d\d?[./-](?:19|20)\d\d|\d\.\d+|\d{4} \d\d|\d\d [-+]\d{4}"
    r"|(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}"
)
"""Dates, times, shares and addresses that a check digit fits by chance."""
_CARD = re.compile(r"[3-6](?:[ -]?\d){12,18}")

_LEAST_WORLD_CHARS = 7


def _is_of_world(text: str) -> bool:
    """True when `text` is a number of one of the countries of `_WORLD`."""
    if (_CARD.fullmatch(text) and is_luhn(digits_of(text))) or _NO_NUMBER.fullmatch(text):
        return False
    if sum(map(str.isalnum, text)) < _LEAST_WORLD_CHARS:
        return False
    if not is_document_number(text):
        return False
    has_letters = any(map(str.isalpha, text))
    checks = _WORLD_OF_LETTERS if has_letters else _WORLD_OF_DIGITS.get(len(digits_of(text)), ())
    return any(check(text) for check in checks)


_WORLD_CHECKS: Mapping[str, Callable[[str], bool]] = {name: import_module(f"stdnum.{name}").is_valid for name in _WORLD}
_WORLD_OF_LETTERS = [_WORLD_CHECKS[name] for name in _WORLD if not _WORLD[name] or name in _LETTERED]
_WORLD_OF_DIGITS = {
    size: [check for name, check in _WORLD_CHECKS.items() if size in _WORLD[name]] for size in range(4, 19)
}

_IDENTITY_CHECKS: Mapping[str, Callable[[str], bool]] = {
    **{name.replace("_.", ".").rstrip("_").replace(".", "_"): _of_stdnum(name) for name in _STDNUM.split()},
    "ae_id": is_emirates_id,
    "au_medicare": is_medicare,
    "cn_ric": is_cn_ric,
    "de_card": is_de_card,
    "de_rvnr": is_de_rvnr,
    "document_letters": is_document_letters,
    "document_number": is_document_number,
    "eg_id": is_eg_id,
    "gb_licence": is_uk_licence,
    "gb_nino": is_nino,
    "hk_id": is_hkid,
    "kz_iin": is_kz_iin,
    "mrz": is_mrz,
    "no_fodselsnummer": is_fodselsnummer,
    "ru_snils": is_snils,
    "sa_id": is_sa_id,
    "sg_nric": is_nric,
    "tw_id": is_tw_id,
    "us_itin": is_itin,
    "world": _is_of_world,
    "us_ssn": is_ssn,
    "uy_ci": is_uy_ci,
}

IDENTITY_VALIDATORS: Mapping[str, Callable[[str], bool]] = {**_IDENTITY_CHECKS, "identity_alone": is_identity_alone}
