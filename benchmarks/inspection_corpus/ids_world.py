"""Identity numbers of states outside Europe, made up from the published rules of each."""

from __future__ import annotations

from random import Random

from benchmarks.inspection_corpus.checksums import draw, luhn, mod11_2, verhoeff, weighted
from benchmarks.inspection_corpus.dates import day_of_birth


def us_ssn(random: Random) -> str:
    """Social security number: an area that exists, group and serial that are not zero."""
    area = random.choice([*range(1, 666), *range(667, 900)])
    return f"{area:03d}-{random.randint(1, 99):02d}-{random.randint(1, 9999):04d}"


def us_itin(random: Random) -> str:
    """Individual taxpayer number: 9 in front, group 50 to 65, 70 to 88, 90 to 92 or 94 to 99."""
    group = random.choice([*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)])
    return f"9{draw(random, 2)}-{group}-{draw(random, 4)}"


def ca_sin(random: Random) -> str:
    """Social insurance number: nine digits with Luhn's."""
    return luhn(draw(random, 1, "123456792") + draw(random, 7))


def br_cpf(random: Random) -> str:
    """CPF: nine digits and two check digits."""
    body = draw(random, 9)
    for first in (10, 11):
        body += str((11 - weighted(body, range(first, 1, -1)) % 11) % 11 % 10)
    return f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}"


def br_cnpj(random: Random) -> str:
    """CNPJ: eight digits, branch, two check digits."""
    body = draw(random, 8) + "0001"
    for weights in ((5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)):
        body += str((11 - weighted(body, weights) % 11) % 11 % 10)
    return f"{body[:2]}.{body[2:5]}.{body[5:8]}/{body[8:12]}-{body[12:]}"


def mx_curp(random: Random) -> str:
    """CURP: four letters, date, sex, state, three consonants, century, check digit."""
    born = day_of_birth(random)
    letters = draw(random, 1, "CGHLMRSV") + random.choice("AEO") + draw(random, 2, "DFGHLMRST")
    body = f"{letters}{born:%y%m%d}{random.choice('HM')}{random.choice(('DF', 'JC', 'NL', 'OC', 'VZ'))}"
    body += draw(random, 3, "BCDFGLMNPRSTZ") + ("A" if born.year >= 2000 else draw(random, 1, "0123456789"))
    alphabet = "0123456789ABCDEFGHIJKLMN\u00d1OPQRSTUVWXYZ"
    total = sum(alphabet.index(c) * w for c, w in zip(body, range(18, 1, -1), strict=True))
    return f"{body}{-total % 10}"


def ar_cuit(random: Random) -> str:
    """CUIT or CUIL of a person: prefix, DNI, check digit."""
    while True:
        body = random.choice(("20", "27", "23", "24")) + f"{random.randint(10_000_000, 45_000_000)}"
        check = (11 - weighted(body, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11
        if check < 10:
            return f"{body[:2]}-{body[2:]}-{check}"


def cl_rut(random: Random) -> str:
    """RUT: seven or eight digits and 0 to 9 or K."""
    body = str(random.randint(5_000_000, 25_000_000))
    total = sum(int(d) * (2 + i % 6) for i, d in enumerate(reversed(body)))
    check = "0123456789K0"[11 - total % 11] if total % 11 else "0"
    return f"{int(body):,}".replace(",", ".") + f"-{check}"


def in_aadhaar(random: Random) -> str:
    """Aadhaar: twelve digits with Verhoeff's, in groups of four."""
    number = verhoeff(draw(random, 1, "23456789") + draw(random, 10))
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def in_pan(random: Random) -> str:
    """PAN of a person: three letters, P, initial of the surname, four digits, letter."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return (
        f"{draw(random, 3, letters)}P{draw(random, 1, letters)}{random.randint(1, 9999):04d}{draw(random, 1, letters)}"
    )


def cn_ric(random: Random) -> str:
    """Resident identity number: county, date, serial, check character of mod 11-2."""
    county = random.choice(("110101", "310104", "440106", "510104", "330102", "420106"))
    return mod11_2(f"{county}{day_of_birth(random):%Y%m%d}{random.randint(1, 999):03d}")


def kr_rrn(random: Random) -> str:
    """Resident registration number: date, hyphen, sex and century, place, check digit."""
    born = day_of_birth(random)
    body = (
        f"{born:%y%m%d}{random.choice('34' if born.year >= 2000 else '12')}{random.randint(0, 90):02d}{draw(random, 3)}"
    )
    check = (11 - weighted(body, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10
    return f"{body[:6]}-{body[6:]}{check}"


def jp_in(random: Random) -> str:
    """My Number: eleven digits and a check digit by mod 11."""
    body = draw(random, 11)
    rest = weighted(body, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return f"{body}{0 if rest <= 1 else 11 - rest}"


def sg_nric(random: Random) -> str:
    """NRIC or FIN: series, seven digits, check letter."""
    series, body = random.choice("STFG"), draw(random, 7)
    total = weighted(body, (2, 7, 6, 5, 4, 3, 2)) + (4 if series in "TG" else 0)
    return f"{series}{body}{('JZIHGFEDCBA' if series in 'ST' else 'XWUTRQPNMLK')[total % 11]}"


def hk_id(random: Random) -> str:
    """Identity card: letter, six digits, check character in brackets."""
    body = draw(random, 1, "ABCDEGHKMPRVWYZ") + draw(random, 6)
    total = 36 * 9 + int(body[0], 36) * 8 + weighted(body[1:], (7, 6, 5, 4, 3, 2))
    return f"{body}({'0123456789A'[-total % 11]})"


def tw_id(random: Random) -> str:
    """National identity number: letter, sex, seven digits, check digit."""
    letter, body = draw(random, 1, "ABCDEFGH"), random.choice("12") + draw(random, 7)
    number = 10 + "ABCDEFGH".index(letter)
    total = number // 10 + number % 10 * 9 + weighted(body, range(8, 0, -1))
    return f"{letter}{body}{-total % 10}"


def za_idnr(random: Random) -> str:
    """Identity number: date, serial, citizenship, 8, Luhn's digit."""
    return luhn(f"{day_of_birth(random):%y%m%d}{draw(random, 4)}{random.choice('01')}8")


def au_tfn(random: Random) -> str:
    """Tax file number: nine digits, weighted to a multiple of eleven."""
    while True:
        body = draw(random, 1, "123456789") + draw(random, 7)
        for check in range(10):
            if weighted(f"{body}{check}", (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0:
                return f"{body}{check}"


def au_medicare(random: Random) -> str:
    """Medicare number: eight digits, check digit, issue."""
    body = draw(random, 1, "23456") + draw(random, 7)
    return f"{body[:4]} {body[4:]}{weighted(body, (1, 3, 7, 9, 1, 3, 7, 9)) % 10} {random.randint(1, 5)}"


def nz_ird(random: Random) -> str:
    """IRD number of nine digits (first weights)."""
    while True:
        body = str(random.randint(10_000_000, 14_999_999))
        check = -weighted(body, (3, 2, 7, 6, 5, 4, 3, 2)) % 11
        if check < 10:
            number = f"{body}{check}"
            return f"{number[:3]}-{number[3:6]}-{number[6:]}"


def il_idnr(random: Random) -> str:
    """Identity number: nine digits with Luhn's."""
    return luhn(draw(random, 1, "023") + draw(random, 7))


def my_nric(random: Random) -> str:
    """MyKad number: date, place of birth, serial."""
    return f"{day_of_birth(random):%y%m%d}-{random.randint(1, 14):02d}-{draw(random, 4)}"


def th_pin(random: Random) -> str:
    """Identity number of Thailand: thirteen digits, mod 11, in groups."""
    body = draw(random, 1, "12345") + draw(random, 11)
    number = f"{body}{(11 - weighted(body, range(13, 1, -1)) % 11) % 10}"
    return f"{number[0]}-{number[1:5]}-{number[5:10]}-{number[10:12]}-{number[12]}"


def ae_id(random: Random) -> str:
    """Emirates ID: 784, year of birth, serial, Luhn's digit."""
    year = day_of_birth(random).year
    number = luhn(f"784{year}{draw(random, 7)}")
    return f"784-{year}-{number[7:14]}-{number[14]}"


def do_cedula(random: Random) -> str:
    """Cédula of the Dominican Republic: eleven digits with Luhn's."""
    number = luhn(f"{random.randint(1, 120):03d}{draw(random, 7)}")
    return f"{number[:3]}-{number[3:10]}-{number[10]}"


def pk_cnic(random: Random) -> str:
    """CNIC of Pakistan: district, family, sex."""
    return f"{random.choice('34')}{draw(random, 4, '12345')}-{draw(random, 7)}-{draw(random, 1, '123456789')}"
