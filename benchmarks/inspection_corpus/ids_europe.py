"""Identity numbers of European states, made up from the published rules of each."""

from __future__ import annotations

from random import Random

from benchmarks.inspection_corpus.checksums import draw, ean, icao, luhn, mod11_10, weighted
from benchmarks.inspection_corpus.dates import day_of_birth

_DE_LETTERS = "CFGHJKLMNPRTVWXYZ"
_CF_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            2,
            4,
            18,
            20,
            11,
            3,
            6,
            8,
            12,
            14,
            16,
            10,
            22,
            25,
            24,
            23,
        ),
        strict=True,
    )
)
_CONSONANTS = "BCDFGLMNPRSTVZ"


def gb_nino(random: Random) -> str:
    """National insurance number: two letters, six digits, A to D."""
    while (prefix := draw(random, 1, "ABCEGHJKLMNPRSTWXYZ") + draw(random, 1, "ABCEGHJKLMNPRSTWXYZ")) in (
        "GB",
        "NK",
        "TN",
        "ZZ",
        "KN",
        "BG",
        "NT",
    ):
        pass
    return prefix + draw(random, 6) + draw(random, 1, "ABCD")


def gb_utr(random: Random) -> str:
    """Unique taxpayer reference: the first digit checks the other nine."""
    body = draw(random, 9)
    return "21987654321"[weighted(body, (6, 7, 8, 9, 10, 5, 4, 3, 2)) % 11] + body


def gb_licence(random: Random) -> str:
    """Driving licence number of 16 characters."""
    born = day_of_birth(random)
    surname = draw(random, random.randint(3, 5), "ABCDEFGHIKLMNOPRSTW").ljust(5, "9")
    month = born.month + (50 if random.random() < 0.5 else 0)
    year = f"{born.year % 100:02d}"
    initials = f"{draw(random, 1, 'ABCDEJKMPRST')}{random.choice('9ABEJM')}"
    return (
        f"{surname}{year[0]}{month:02d}{born.day:02d}{year[1]}{initials}9{draw(random, 2, 'ABCDEFGHJKLMNPRSTUVWXYZ')}"
    )


def de_idnr(random: Random) -> str:
    """Tax identification number: of the first ten digits exactly one occurs twice."""
    digits = random.sample("0123456789", 9)
    digits.insert(random.randint(0, 9), random.choice(digits))
    while digits[0] == "0" or any(digits[i] == digits[i + 1] == digits[i + 2] for i in range(8)):
        random.shuffle(digits)
    return mod11_10("".join(digits))


def de_card(random: Random) -> str:
    """Serial number of an identity card with its check digit."""
    return icao(draw(random, 1, "LMNPRTVWXYZ") + draw(random, 5, "0123456789" + _DE_LETTERS) + draw(random, 3))


def de_rvnr(random: Random) -> str:
    """Pension insurance number: area, date of birth, first letter of the name, serial, check digit."""
    born = day_of_birth(random)
    letter = draw(random, 1, "ABDEFGHKLMNRSTW")
    body = f"{random.choice((12, 15, 50, 52, 65, 53)):02d}{born:%d%m%y}{letter}{random.randint(1, 99):02d}"
    spread = body.replace(letter, f"{ord(letter) - 64:02d}")
    total = sum(sum(divmod(int(d) * w, 10)) for d, w in zip(spread, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    return f"{body}{total % 10}"


def fr_nir(random: Random) -> str:
    """Number of registration: sex, year, month, department, commune, order, key 97 - n mod 97."""
    born = day_of_birth(random)
    body = (
        f"{random.choice('12')}{born:%y%m}{random.choice((13, 33, 44, 59, 69, 75, 92)):02d}{random.randint(1, 400):03d}"
    )
    body += f"{random.randint(1, 999):03d}"
    return f"{body}{97 - int(body) % 97:02d}"


def it_codicefiscale(random: Random) -> str:
    """Fiscal code of sixteen characters."""
    born = day_of_birth(random)
    body = f"{draw(random, 6, _CONSONANTS)}{born:%y}{'ABCDEHLMPRST'[born.month - 1]}"
    body += f"{born.day + random.choice((0, 40)):02d}{random.choice(('H501', 'F205', 'L219', 'D612', 'A944'))}"
    total = sum(
        _CF_ODD[c] if place % 2 == 0 else (int(c) if c.isdigit() else ord(c) - 65) for place, c in enumerate(body)
    )
    return body + chr(65 + total % 26)


def es_dni(random: Random) -> str:
    """DNI: eight digits and a letter by mod 23."""
    number = draw(random, 8)
    return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


def es_nie(random: Random) -> str:
    """NIE: X, Y or Z in place of the first digit of a DNI."""
    number = draw(random, 1, "012") + draw(random, 7)
    return "XYZ"[int(number[0])] + number[1:] + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


def nl_bsn(random: Random) -> str:
    """BSN: eleven test with -1 for the last digit."""
    while True:
        body = draw(random, 1, "123456789") + draw(random, 7)
        check = weighted(body, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
        if check < 10:
            return f"{body}{check}"


def be_nn(random: Random) -> str:
    """National number: date of birth, serial, 97 - n mod 97 (2 in front for those born since 2000)."""
    born = day_of_birth(random)
    body = f"{born:%y%m%d}{random.randint(1, 997):03d}"
    return f"{body}{97 - int(('2' if born.year >= 2000 else '') + body) % 97:02d}"


def pl_pesel(random: Random) -> str:
    """PESEL: date with the century in the month, serial, check digit."""
    born = day_of_birth(random)
    body = f"{born:%y}{born.month + (20 if born.year >= 2000 else 0):02d}{born:%d}{draw(random, 4)}"
    return f"{body}{-weighted(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10}"


def se_personnummer(random: Random) -> str:
    """Personal number: date, hyphen, serial, Luhn's digit."""
    born = day_of_birth(random)
    number = luhn(f"{born:%y%m%d}{random.randint(1, 999):03d}")
    return f"{number[:6]}-{number[6:]}"


def no_fodselsnummer(random: Random) -> str:
    """Birth number of those born 1940 to 1999 or later, with two check digits."""
    while True:
        born = day_of_birth(random)
        serial = random.randint(0, 499) if born.year < 2000 else random.randint(500, 999)
        body = f"{born:%d%m%y}{serial:03d}"
        first = -weighted(body, (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11
        second = -weighted(f"{body}{first}"[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
        if first < 10 and second < 10:
            return f"{body}{first}{second}"


def fi_hetu(random: Random) -> str:
    """Personal identity code: date, sign of the century, serial, check character."""
    born = day_of_birth(random)
    serial = random.randint(2, 899)
    check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(f"{born:%d%m%y}{serial:03d}") % 31]
    return f"{born:%d%m%y}{'A' if born.year >= 2000 else '-'}{serial:03d}{check}"


def dk_cpr(random: Random) -> str:
    """CPR number of those born before 2000 with its old check digit, which is no longer given to all."""
    while True:
        born = day_of_birth(random, last=1999)
        body = f"{born:%d%m%y}{random.randint(0, 399):03d}"
        check = -weighted(body, (4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
        if check < 10 and born.year >= 1937:
            return f"{body[:6]}-{body[6:]}{check}"


def pt_nif(random: Random) -> str:
    """NIF of a person: 1 or 2 in front, mod 11."""
    body = draw(random, 1, "12") + draw(random, 7)
    return f"{body}{-weighted(body, (9, 8, 7, 6, 5, 4, 3, 2)) % 11 % 10}"


def ch_ssn(random: Random) -> str:
    """AHV number: 756, nine digits, check digit of GS1."""
    number = ean("756" + draw(random, 9))
    return f"{number[:3]}.{number[3:7]}.{number[7:11]}.{number[11:]}"


def at_vnr(random: Random) -> str:
    """Insurance number: serial, check digit in the fourth place, date of birth."""
    while True:
        serial, born = f"{random.randint(100, 999)}", f"{day_of_birth(random):%d%m%y}"
        check = weighted(serial + born, (3, 7, 9, 5, 8, 4, 2, 1, 6)) % 11
        if check < 10:
            return f"{serial}{check} {born}"


def ie_pps(random: Random) -> str:
    """PPS number: seven digits, check letter, since 2013 a second letter that counts nine times."""
    body, second = draw(random, 7), random.choice(("", "A"))
    total = weighted(body, (8, 7, 6, 5, 4, 3, 2)) + (9 if second else 0)
    return f"{body}{'WABCDEFGHIJKLMNOPQRSTUV'[total % 23]}{second}"


def cz_rc(random: Random) -> str:
    """Birth number since 1954: date (month + 50 for women), slash, four digits, all a multiple of eleven."""
    while True:
        born = day_of_birth(random, first=1955)
        body = f"{born:%y}{born.month + random.choice((0, 50)):02d}{born:%d}{draw(random, 3)}"
        check = int(body) % 11
        if check < 10:
            return f"{body[:6]}/{body[6:]}{check}"


def ro_cnp(random: Random) -> str:
    """CNP: sex and century, date, county, serial, check digit."""
    born = day_of_birth(random)
    sex = random.choice("56" if born.year >= 2000 else "12")
    body = f"{sex}{born:%y%m%d}{random.randint(1, 40):02d}{random.randint(1, 999):03d}"
    check = weighted(body, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return f"{body}{1 if check == 10 else check}"


def bg_egn(random: Random) -> str:
    """EGN: date (month + 40 since 2000), serial, check digit."""
    born = day_of_birth(random)
    body = f"{born:%y}{born.month + (40 if born.year >= 2000 else 0):02d}{born:%d}{draw(random, 3)}"
    return f"{body}{weighted(body, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10}"


def hr_oib(random: Random) -> str:
    """OIB: ten digits and the check digit of mod 11,10."""
    return mod11_10(draw(random, 10))


def gr_amka(random: Random) -> str:
    """AMKA: date of birth, serial, Luhn's digit."""
    return luhn(f"{day_of_birth(random):%d%m%y}{draw(random, 4)}")


def ee_ik(random: Random) -> str:
    """Personal code of Estonia and Lithuania: century and sex, date, serial, check digit in two rounds."""
    born = day_of_birth(random)
    body = f"{random.choice('56' if born.year >= 2000 else '34')}{born:%y%m%d}{random.randint(1, 999):03d}"
    check = weighted(body, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if check == 10:
        check = weighted(body, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return f"{body}{check}"


def is_kennitala(random: Random) -> str:
    """Kennitala of a person: date, serial, check digit, century."""
    while True:
        born = day_of_birth(random)
        body = f"{born:%d%m%y}{random.randint(20, 99)}"
        check = -weighted(body, (3, 2, 7, 6, 5, 4, 3, 2)) % 11
        if check < 10:
            return f"{body[:6]}-{body[6:]}{check}{'0' if born.year >= 2000 else '9'}"


def tr_tckimlik(random: Random) -> str:
    """Identity number of Turkey: nine digits and two check digits."""
    body = draw(random, 1, "123456789") + draw(random, 8)
    odd, even = sum(map(int, body[::2])), sum(map(int, body[1::2]))
    tenth = (odd * 7 - even) % 10
    return f"{body}{tenth}{(odd + even + tenth) % 10}"


def ru_snils(random: Random) -> str:
    """SNILS: nine digits and a control number by mod 101."""
    body = f"{random.randint(100, 999)}{draw(random, 6)}"
    check = weighted(body, range(9, 0, -1)) % 101 % 100
    return f"{body[:3]}-{body[3:6]}-{body[6:]} {check:02d}"


def ua_rntrc(random: Random) -> str:
    """Taxpayer number of Ukraine: days since 1899-12-31, serial, check digit."""
    body = f"{random.randint(18000, 38000)}{draw(random, 4)}"
    return f"{body}{weighted(body, (-1, 5, 7, 9, 4, 6, 10, 5, 7)) % 11 % 10}"


def mrz(random: Random) -> str:
    """Second line of a passport's machine-readable zone (TD3)."""
    born = day_of_birth(random)
    state = random.choice(("UTO", "D<<", "FRA", "GBR", "USA", "ITA", "NLD", "POL"))
    number = icao(draw(random, 1, "CFGHJKLX") + draw(random, 8))
    birth, expiry = icao(f"{born:%y%m%d}"), icao(f"{random.randint(27, 35)}{born:%m%d}")
    personal = icao("<" * 14)[:14] + "0"
    whole = icao(number + birth + expiry + personal)[-1]
    return f"{number}{state}{birth}{random.choice('MF<')}{expiry}{personal}{whole}"
