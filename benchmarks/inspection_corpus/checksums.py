"""Check digits, written from the specifications, so that the corpus does not come from what it tests. Digits are ints."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

_VERHOEFF_D = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_VERHOEFF_P = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def draw(random: Random, count: int, alphabet: str = "0123456789") -> str:
    """Returns `count` characters of `alphabet`."""
    return "".join(random.choices(alphabet, k=count))


def weighted(digits: str, weights: Sequence[int]) -> int:
    """Returns the sum of the products of digits and weights."""
    return sum(int(d) * w for d, w in zip(digits, weights, strict=True))


def luhn(body: str) -> str:
    """Returns `body` with the check digit of ISO/IEC 7812-1."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return f"{body}{-total % 10}"


def verhoeff(body: str) -> str:
    """Returns `body` with Verhoeff's check digit."""
    check = 0
    for place, digit in enumerate(reversed(body), start=1):
        value = int(digit)
        for _ in range(place % 8):
            value = _VERHOEFF_P[value]
        check = _VERHOEFF_D[check][value]
    return f"{body}{next(d for d in range(10) if _VERHOEFF_D[check][d] == 0)}"


def mod97(text: str) -> int:
    """Returns the remainder of ISO 7064 mod 97, letters counted from A = 10."""
    return int("".join(str(int(c, 36)) for c in text)) % 97


def mod11_10(body: str) -> str:
    """Returns `body` with the check digit of ISO 7064 mod 11,10."""
    rest = 10
    for digit in body:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return f"{body}{(11 - rest) % 10}"


def mod11_2(body: str) -> str:
    """Returns `body` with the check character of ISO 7064 mod 11-2 (0 to 9, X)."""
    rest = 0
    for digit in body:
        rest = (rest + int(digit)) * 2 % 11
    check = (12 - rest) % 11
    return body + ("X" if check == 10 else str(check))


def ean(body: str) -> str:
    """Returns `body` with the check digit of GS1 (weights 3 and 1 from the right)."""
    return f"{body}{-sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body))) % 10}"


def icao(body: str) -> str:
    """Returns `body` with the check digit of ICAO 9303 (weights 7, 3, 1)."""
    values = (0 if c == "<" else int(c, 36) for c in body)
    return f"{body}{sum(v * (7, 3, 1)[i % 3] for i, v in enumerate(values)) % 10}"
