"""Folds text to what a reader would take it for: NFKC, case, look-alikes of Latin, invisible characters, blanks.

For rules that forbid and for detectors; rules that allow compare exact values. The look-alikes are the Cyrillic and
Greek letters that common fonts draw like Latin ones (Unicode TR 39, confusables.txt, its single letters only).
"""

from __future__ import annotations

import re
import unicodedata

_LOOKALIKES = str.maketrans(
    dict(zip("абвгеіјкморстухһѕԁԛԝүѵьґ", "a6breijkmopctyxhsdqwyvbr", strict=True))
    | dict(zip("αβγεηικμνορτυχωϲϳ", "abyenikmvoptuxwcj", strict=True))
    | dict(zip("\u0131\u0251\u0261\u01c0", "iagl", strict=True))
)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff\x00-\x08\x0e-\x1f\x7f-\x9f]"
)


def fold(text: str) -> str:
    """Returns the folded text; folding twice changes nothing more."""
    if not text.isascii():
        return _fold_any(text)
    # NFKC leaves ASCII alone, and nothing in it looks like something else.
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.lower().split())


def _fold_any(text: str) -> str:
    before = ""
    while before != text:  # at most a few rounds: each step shortens or maps towards lower-case Latin
        before = text
        text = _alike(_normal(text))
    return text


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


def _alike(normal: str) -> str:
    return " ".join(normal.casefold().translate(_LOOKALIKES).split())


def is_plain(text: str) -> bool:
    """True when `text` surely is its own fold: printable lower-case ASCII, single blanks inside."""
    return text.isascii() and fold(text) == text


def is_folded(text: str) -> bool:
    """True when `text` is its own fold: when one round changes nothing."""
    if text.isascii():
        return fold(text) == text
    normal = _normal(text)
    # Some characters stand for eighteen. What more than doubles is longer than `text`, whatever blanks are left out.
    return len(normal) <= 2 * len(text) and _alike(normal) == text
