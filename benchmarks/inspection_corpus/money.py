"""Payment cards, bank accounts and figures of a business, made up from the public formats."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from benchmarks.inspection_corpus.checksums import draw, luhn, mod97, weighted

_CARDS = (
    ("4", 16),
    ("51", 16),
    ("55", 16),
    ("2221", 16),
    ("2720", 16),
    ("34", 15),
    ("37", 15),
    ("6011", 16),
    ("65", 16),
    ("3528", 16),
    ("3589", 16),
    ("36", 14),
    ("305", 14),
    ("62", 16),
)
_IBANS = {
    "DE": "nnnnnnnnnnnnnnnnnn",
    "AT": "nnnnnnnnnnnnnnnn",
    "CH": "nnnnncccccccccccc",
    "FR": "nnnnnnnnnncccccccccccnn",
    "GB": "aaaannnnnnnnnnnnnn",
    "NL": "aaaannnnnnnnnn",
    "ES": "nnnnnnnnnnnnnnnnnnnn",
    "IT": "annnnnnnnnncccccccccccc",
    "BE": "nnnnnnnnnnnn",
    "PL": "nnnnnnnnnnnnnnnnnnnnnnnn",
    "SE": "nnnnnnnnnnnnnnnnnnnn",
    "NO": "nnnnnnnnnnn",
    "DK": "nnnnnnnnnnnnnn",
    "PT": "nnnnnnnnnnnnnnnnnnnnn",
    "IE": "aaaannnnnnnnnnnnnn",
    "CZ": "nnnnnnnnnnnnnnnnnnnn",
    "SA": "nncccccccccccccccccc",
    "BR": "nnnnnnnnnnnnnnnnnnnnnnnac",
    "MT": "aaaannnnncccccccccccccccccc",
    "TR": "nnnnnncccccccccccccccc",
}
_KINDS = {
    "n": "0123456789",
    "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "c": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
}
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "JPY", "PLN", "SEK")
SIGNS = ("$", "€", "£", "US$")


def card(random: Random) -> str:
    """A card number of a random issuer: plain, in groups by blanks or hyphens."""
    prefix, size = random.choice(_CARDS)
    number = luhn(prefix + draw(random, size - 1 - len(prefix)))
    return grouped_card(random, number)


def grouped_card(random: Random, number: str) -> str:
    """Returns a card number as people write it."""
    joint = random.choice(("", "", " ", "-"))
    cuts = (0, 4, 10, 16) if len(number) in (14, 15) else (0, 4, 8, 12, 16)
    return joint.join(number[a:b] for a, b in pairwise(cuts))


def iban(random: Random) -> str:
    """An IBAN of a random country, plain or in groups of four."""
    country = random.choice(sorted(_IBANS))
    body = "".join(draw(random, 1, _KINDS[kind]) for kind in _IBANS[country])
    number = f"{country}{98 - mod97(f'{body}{country}00'):02d}{body}"
    return number if random.random() < 0.5 else " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def bic(random: Random) -> str:
    """A BIC: four letters, a country, two characters, perhaps a branch."""
    bank = draw(random, 4, "ABCDEFGHKLMNOPRSTUVWZ")
    place = random.choice(("DE", "FR", "GB", "US", "IT", "NL", "CH", "AT")) + random.choice(
        ("FF", "2L", "33", "PP", "21")
    )
    return bank + place + random.choice(("", "XXX", "500"))


def aba(random: Random) -> str:
    """A US routing number: Federal Reserve district, seven digits, check digit by 3-7-1."""
    body = f"{random.choice((*range(1, 13), *range(21, 33))):02d}{draw(random, 6)}"
    return f"{body}{-weighted(body, (3, 7, 1, 3, 7, 1, 3, 7)) % 10}"


def clabe(random: Random) -> str:
    """A Mexican CLABE of eighteen digits."""
    body = random.choice(("002", "012", "014", "021", "072")) + draw(random, 14)
    total = sum(int(d) * w % 10 for d, w in zip(body, (3, 7, 1) * 6, strict=False))
    return f"{body}{-total % 10}"


def cbu(random: Random) -> str:
    """An Argentine CBU of 22 digits."""
    bank, account = draw(random, 7), draw(random, 13)
    first = -weighted(bank, (7, 1, 3, 9, 7, 1, 3)) % 10
    second = -weighted(account, (3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3)) % 10
    return f"{bank}{first}{account}{second}"


def account(random: Random) -> str:
    """A plain account number of eight to twelve digits."""
    return draw(random, 1, "123456789") + draw(random, random.randint(7, 11))


def sort_code(random: Random) -> str:
    """A British sort code."""
    return f"{random.randint(10, 99)}-{draw(random, 2)}-{draw(random, 2)}"


def bsb(random: Random) -> str:
    """An Australian BSB."""
    return f"{random.choice(('01', '03', '06', '08', '73'))}{draw(random, 1)}-{draw(random, 3)}"


def ifsc(random: Random) -> str:
    """An Indian IFSC: four letters, 0, six characters."""
    return f"{draw(random, 4, 'ABCDEHIKNOPSUY')}0{draw(random, 6)}"


def amount(random: Random) -> str:
    """An amount of money as a report writes it."""
    value = random.choice((random.randint(1, 999), random.randint(1, 99) + round(random.random(), 1)))
    scale = random.choice((" million", "m", "k", " billion", "M", ",000", ",500,000"))
    if scale.startswith(","):
        value = int(value)
    if random.random() < 0.5:
        return f"{random.choice(SIGNS)}{value}{scale}"
    return f"{value}{scale} {random.choice(CURRENCIES)}" if scale != "k" else f"{random.choice(CURRENCIES)} {value}k"
