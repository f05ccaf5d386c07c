"""What stands beside the addresses of a value: `ada@example.org, eve@hostname` reaches more than its one known address.

Names of people before or behind an address, and separators, reach nobody. Pure; every pattern is linear (RE2).
"""

from __future__ import annotations

import re

import re2  # type: ignore[import-untyped]  # has no types

from pdp.fold import fold
from pdp.wording.marks import account, address_spans, spelt_out, words

_HOLE = "\0"
_SHOWN = re2.compile(
    r"""(?:"[^"@<>:/\\\r\n\x00]{0,64}"\s?|[^"@<>,;:/\\\r\n\x00]{0,64})<\s?\x00\s?>|\x00\s?\([^()@<>,;:/\\\r\n\x00]{0,64}\)"""
)
"""An address with a name before it in angle brackets, or behind it in round ones (RFC 5322 3.4, without routes)."""

_LABEL = re2.compile(r"(?i)\b(?:mailto|e-?mail|mail|smtp|xmpp|sips?|from|to|cc|bcc)\s?:")
_SEPARATORS = frozenset(" \t\r\n,;<>()[]{}\"'|&.:/-")

_ACCOUNT_LABELS = frozenset(
    {
        "iban",
        "account",
        "acct",
        "acc",
        "konto",
        "kontonummer",
        "compte",
        "cuenta",
        "conto",
        "rekening",
        "bank",
        "a",
        "c",
        "to",
    }
    | {"number", "no", "nr", "num", "tel", "phone", "telephone", "mobile", "cell", "fax", "sms", "callto"}
)
"""Words before a number that say what it is, and no more."""

# Two classes that share no character: linear in the standard library too, and faster there for many short parts.
_PARTS_OF_ACCOUNTS = re.compile(r"[^\s:/=,;|<>(){}\[\]\"'#@?&]+|[:/=,;|<>(){}\[\]\"'#@?&]+")
_JOINT = 4
"""Letters of a part of a number that has no digit: the bank in `GB29 NWBK 6016 1331 9268 19`."""


_LABELLED = re2.compile(r"\s*([^\W\d_]+)[\s=#].*")


def is_labelled(text: str) -> bool:
    """Tells whether a value says first, in a word of its own, that a number follows: `IBAN DE89 ...`."""
    match = _LABELLED.fullmatch(text)
    return match is not None and fold(match[1]) in _ACCOUNT_LABELS


def accounts(text: str) -> tuple[tuple[str, ...], list[str]]:
    """Returns the marks of the numbers that stand in a value behind a label or beside something else (`IBAN: DE89 3704 ...`,
    `tel:+49 170 1234567`), and the folded words besides that are no labels: they may say whom else it reaches."""
    if not any(character.isdigit() for character in text):
        return (), []
    found: dict[str, None] = {}
    rest: list[str] = []
    run: list[str] = []
    for part in [*_PARTS_OF_ACCOUNTS.findall(fold(text)), ":"]:
        if _is_numeral(part) or (run and part.isalpha() and len(part) <= _JOINT):
            run.append(part)
        elif run and part in ("(", ")"):
            continue  # +49 (170) 1234567
        else:
            _close(run, found, rest)
            rest += words(part)
    return tuple(found), [word for word in rest if word not in _ACCOUNT_LABELS]


def _is_numeral(part: str) -> bool:
    """A part of a number, not a name with a number at its end: no piece of letters alone but a short one."""
    if not any(map(str.isdigit, part)):
        return False
    return all(len(piece) <= _JOINT or any(map(str.isdigit, piece)) for piece in part.split("-"))


def _close(run: list[str], found: dict[str, None], rest: list[str]) -> None:
    """Takes a number, without the short words after it, out of what stood in a row."""
    after: list[str] = []
    while run and run[-1].isalpha():
        after.insert(0, run.pop())
    number = account("".join(run))
    if number:
        found["a:" + number] = None
    else:
        rest += [word for part in run for word in words(part)]
    rest += after
    run.clear()


def beside(text: str) -> list[str] | None:
    """Returns the folded words of `text` that belong to no address of it; None when only signs are left that are no
    separators, so that nobody can have named them."""
    plain = spelt_out(text).replace(_HOLE, " ")
    kept, end = [], 0
    for start, stop in sorted((start, stop) for _, start, stop in address_spans(plain)):
        if start >= end:
            kept += [plain[end:start], _HOLE]
        end = max(end, stop)
    rest = _LABEL.sub(" ", _SHOWN.sub(_HOLE, "".join([*kept, plain[end:]]))).replace(_HOLE, " ")
    found = words(rest)
    return None if not found and not _SEPARATORS.issuperset(rest) else found
