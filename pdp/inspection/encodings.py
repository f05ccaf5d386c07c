"""The encodings that are opened: how each is recognised, cheaply, and how it is undone.

`TRIGGERS` are patterns for the prefilter: text in which none occurs holds nothing encoded, so it costs nothing more. They
are narrow where the encoding allows it: base64 and hex of ASCII text have a structure that random identifiers lack.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import quopri
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote, unquote_plus

from pdp.inspection.codes import CODE_RUNS, CODE_TRIGGERS, code_bytes, may_be_code, unleeted, unmorsed

MIN_RUN_CHARS = 16
"""Shortest run of base64 that is tried: twelve bytes, the least that holds a card number or an order."""

_B64 = "[A-Za-z0-9+/_-]"
# Four characters of base64 are three bytes; when these are ASCII, three of the four characters are half as free or less.
_B64_ASCII = f"[CDI-Za-f][AC-HQS-Xgi-nwyz0-3][ABEFIJMNQRUVYZcdghklopstwx014589]{_B64}"
_B64_UTF16 = f"[I-Za-f][AQgw][AB]{_B64}A[A-H][AEIMQUYcgkosw048]A"
# The same for letters of two bytes in UTF-8 (Greek, Cyrillic, Hebrew, Arabic), for such in UTF-16 whose higher byte is 03 to
# 06, and for letters of three bytes (Chinese, Korean, Hindi …), which groups of four begin with.
_B64_TWO = f"[w-z0-3][I-LYZabo-r4-7][DHLPTXbfjnrvz37/_][A-Za-f][g-v][MNcdst89][CGKOSWaeimquy26+-]{_B64}"
_B64_WIDE = f"{_B64}[AQgw][M-Zab]{_B64}[AB]{_B64}[AEIMQUYcgkosw048][D-G]"
_B64_THREE = f"[4-7][I-LYZabo-r4-7][CGKOSWaeimquy26+-]{_B64}"
# The same where such letters begin at the second and at the third byte of a group, as behind a blank.
_B64_SECOND = f"[g-v][Oeu_+-][CGKOSWaeimquy26+-]{_B64}"
_B64_THIRD = "[g-v][I-LYZabo-r4-7][DHLPTXbfjnrvz37/_][g-v]"
_HEX = "[0-9a-fA-F]"
_HEX_TEXT = "(?:[2-7][0-9a-fA-F]|0[9aAdD])"

_APART = "[0-9A-Z](?:[ -][0-9A-Z]){11}"
_HAN_APART = "(?:[\u4e00-\u9fff] ){6}"
# What parts a word: a comment, the joint of two literals (on one line or two), bold signs; and a group of digits: odd signs.
_OF_WORD = "[0-9A-Za-z_-]"
_PARTED_BY = r"""(?:<!--[^<>]{0,64}-->|/\*[^*/]{0,64}\*/|["']\s{0,24}[+.&]\s{0,24}["'])"""
_ODD = "(?:[*_/~#]|\u00b7|\u2022)"
_GLUED = (
    "(?i:ignore|disregard|forget|override|bypass)"
    "(?:[._-](?i:all|any|previous|prior|the|your|every|above|earlier|these|those)[A-Za-z._-]{0,24}[._-]"
    "|(?:All|Any|Previous|Prior|The|Your|Every|Above|Earlier|These|Those)[A-Za-z]{0,24})"
    "(?i:instruction|prompt|directive|guideline)"
)

TRIGGERS: dict[str, tuple[str, ...]] = {
    "base64": (
        # One pattern, since each of them alone makes the automaton behind their gate slower.
        f"(?:{_B64_ASCII}){{4}}|(?:{_B64_TWO}){{2}}|(?:{_B64_WIDE}){{2}}",
        f"(?:{_B64_UTF16}){{2}}",
        f"(?:{_B64_THREE}){{4}}|(?:{_B64_SECOND}){{2}}|(?:{_B64_THIRD}){{2}}",
        rf"H4sI{_B64}{{12}}|eJ[w-z]{_B64}{{12}}|eN[o-r]{_B64}{{12}}|eA[E-H]{_B64}{{12}}",
    ),
    "base32": ("[A-Z2-7]{24}",),
    "hex": (
        f"{_HEX_TEXT}{{10}}",
        rf"(?:{_HEX_TEXT}[\s:,;-]){{10}}",
        rf"(?:0x{_HEX_TEXT}[\s:,;-]{{0,2}}){{8}}",
        # Letters of two and of three bytes in UTF-8, and those up to Arabic in UTF-16.
        f"(?:[cdCD]{_HEX}[89abAB]{_HEX}){{5}}|(?:[eE]{_HEX}[89abAB]{_HEX}[89abAB]{_HEX}){{3}}",
        f"(?:{_HEX}{{2}}0[03-6]){{6}}",
        "1[fF]8[bB]08[0-9a-fA-F]{26}",
    ),
    "percent": ("%(?:[2-7][0-9A-Fa-f]|0[09AaDd]|[Cc][0-9A-Fa-f]|[DdEe][0-9A-Fa-f]%)|%u[0-9A-Fa-f]{4}",),
    "html": (r"&(?:#[0-9]{2,7};?|#[xX][0-9a-fA-F]{2,6};?|[a-zA-Z][a-zA-Z0-9]{1,12};)",),
    "escape": (r"\\(?:u\{?[0-9a-fA-F]{2,6}|x[0-9a-fA-F]{2}|[0-3][0-7]{2})",),
    # No longer number and no hex behind `=`: every page of a log is full of `status=200 id=41ab3f`.
    "quoted_printable": (r"=\r?\n|=(?:[2-7][0-9A-F][A-Fa-f]{0,8}[^0-9A-Fa-f]|[2-7][A-F]|C[23]|E[0-9A-F]=)",),
    "spaced": (r"(?:[ ._*|-][A-Za-z]){4}[ ._*|-]", _APART, _HAN_APART),
    "parted": (
        f"{_OF_WORD}{_PARTED_BY}{_OF_WORD}",
        r"[A-Za-z]\*\*[A-Za-z]",
        f"[0-9]{{4}}{_ODD}[0-9]{{4,6}}{_ODD}[0-9]{{4,5}}",
        _GLUED,
    ),
    "reversed": (r"(?i)snoitcurtsni|erongi|tpmorp|drowssap|drager|//:s?ptth|backwards|rückwärts",),
    "rot13": (r"(?i)vafgehpgvba|vtaber|qvfertneq|cnffjbeq|flfgrz cebzcg|uggcf?://|rot[ _-]?13",),
    **CODE_TRIGGERS,
}
"""Step → patterns for the prefilter."""

_RUNS = {
    "base64": re.compile(rb"(?:[A-Za-z0-9+/_-]{16,}(?:\r?\n[A-Za-z0-9+/_-]{4,})*|[A-Za-z0-9+/_-]{16,})={0,2}"),
    "base32": re.compile(rb"[A-Z2-7]{24,}={0,6}"),
    "hex": re.compile(rb"(?:(?:(?:0x|\\x)[0-9a-fA-F]{2}|[0-9a-fA-F]{2,}+)[\s:,;-]{0,2}+)++"),
    **CODE_RUNS,
}
_WHOLE = {step: re.compile(pattern.encode()) for step in TRIGGERS if step not in _RUNS for pattern in TRIGGERS[step]}
_WHOLE["spaced"] = re.compile(
    rb"(?i:[^a-z][a-z](?:[ ._*|-][a-z]){5}[^a-z])|(?:[\xe4-\xe9][\x80-\xbf]{2} ){6}|" + _APART.encode()
)
_WHOLE["parted"] = re.compile("|".join(TRIGGERS["parted"]).encode())
_WHOLE["json"] = re.compile(rb'[\[{]\s*\\*"')
_QUOTED = re.compile(r"=\r?\n|=(?:[2-7][A-F]|[2-7][0-9][A-Fa-f]{0,8}[G-Zg-z=_]|C[23]|E[0-9A-F]=)")
# A sign that is no escape: in MIME there is none, in a line of a log several.
_UNQUOTED = re.compile(r"=(?![0-9A-F]{2}|\r?\n)")
_BLANK = re.compile(rb"\s+")
_HEX_JOINTS = re.compile(rb"0x|\\x|[\s:,;-]")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-3][0-7]{2}))")
_LETTERS = re.compile(r"\b([A-Za-z])((?:[ ._*|-][A-Za-z]\b)+)")
_JOINT = re.compile(r"[ ._*|-]")
_DIGIT = re.compile("[0-9]")
_APART_RUN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Z](?:[ -][0-9A-Z]){11,}(?![0-9A-Za-z])")
_HAN_JOINT = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_PARTING = re.compile(rf"(?<={_OF_WORD}){_PARTED_BY}(?={_OF_WORD})|\*\*(?=[A-Za-z])|(?<=[A-Za-z])\*\*")
_ODD_JOINT = re.compile(f"(?<=[0-9]{{4}}){_ODD}(?=[0-9]{{2}})|(?<=[0-9]{{2}}){_ODD}(?=[0-9]{{4}})")
_GLUED_RUN = re.compile(rf"{_GLUED}[A-Za-z._-]*")
_HUMP = re.compile(r"[._-]|(?<=[a-z])(?=[A-Z])")
_PERCENT_U = re.compile(r"%u([0-9A-Fa-f]{4})")
_DATA_SPACE = re.compile(r"\s")
_LEADING_ZEROS = re.compile(r"(?<=&#)0+(?=[0-9])")
_NO_CHARACTER = re.compile(r"&#[0-9]{8,};?")


def runs(step: str, buffer: bytes) -> Iterator[tuple[int, int]]:
    """Yields where runs of base64, base32 or hex stand in `buffer`."""
    for match in _RUNS[step].finditer(buffer):
        start, end = match.span()
        if end - start >= MIN_RUN_CHARS and may_be_code(step, match[0]):
            yield start, end


def next_place(step: str, buffer: bytes, start: int) -> int:
    """Returns where `buffer` shows an encoding that concerns a whole text, from `start` on; -1 when it does not."""
    match = _WHOLE[step].search(buffer, start)
    return -1 if match is None else match.start()


def is_run(step: str) -> bool:
    """True for encodings of a part of a text, False for those that are undone in a whole text."""
    return step in _RUNS


def bytes_of(step: str, run: bytes) -> Iterator[bytes]:
    """Yields what a run may stand for: all of it, and the parts between characters that also separate words."""
    if step == "hex":
        digits = _HEX_JOINTS.sub(b"", run)
        yield from _quietly(binascii.unhexlify, digits[: len(digits) & ~1])
    elif step == "base32":
        body = run.rstrip(b"=")
        yield from _quietly(
            base64.b32decode, body[: len(body) - (len(body) % 8 in (1, 3, 6))] + b"=" * (-len(body) % 8)
        )
    elif step in CODE_RUNS:
        yield from code_bytes(step, run)
    else:
        body = _BLANK.sub(b"", run)
        yield from _base64(body)
        if (b"/" in body or b"-" in body or b"_" in body) and len(body) < 4096:
            parts = re.split(rb"[/_-]", body)
            for part in parts if len(parts) > 1 else ():
                if len(part) >= MIN_RUN_CHARS:
                    yield from _base64(part)


def _base64(body: bytes) -> Iterator[bytes]:
    body = body.rstrip(b"=").translate(_STANDARD)
    body = body[: len(body) - (len(body) % 4 == 1)]
    yield from _quietly(binascii.a2b_base64, body + b"=" * (-len(body) % 4))


_STANDARD = bytes.maketrans(b"-_", b"+/")


def _quietly(decode: Callable[[bytes], bytes], run: bytes) -> Iterator[bytes]:
    try:
        yield decode(run)
    except (binascii.Error, ValueError):
        return


def undone(step: str, text: str) -> str:
    """Returns `text` without an encoding that concerns a whole text; `text` itself when there was none."""
    return _UNDO[step](text)


def is_undone(step: str, text: str) -> bool:
    """True when `text` holds an encoding that concerns a whole text."""
    if step == "quoted_printable" and not _QUOTED.search(text) and _UNQUOTED.search(text):
        return False  # `took=41 id=x`
    return undone(step, text) != text


def _percent(text: str) -> str:
    text = _PERCENT_U.sub(lambda match: chr(int(match[1], 16)), text)
    return unquote(text) if _DATA_SPACE.search(text) else unquote_plus(text)


def _html(text: str) -> str:
    """Undoes entities. A number of thousands of digits, which `int` refuses, is no character; zeros before one do not count."""
    return html.unescape(_NO_CHARACTER.sub("\ufffd", _LEADING_ZEROS.sub("", text)))


def _escape(text: str) -> str:
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    braced, four, two, octal = match.groups()
    number = int(octal, 8) if octal else int(braced or four or two, 16)
    return chr(number) if number < 0x110000 else ""


def _quoted_printable(text: str) -> str:
    return quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _spaced(text: str) -> str:
    """Joins letters that stand apart; where words are apart by more than letters are, they stay apart. Long runs of capitals
    and digits stand behind, each as one."""
    text = _HAN_JOINT.sub("", text)
    runs = dict.fromkeys(_JOINT.sub("", run) for run in _APART_RUN.findall(text) if _DIGIT.search(run))
    text = _LETTERS.sub(lambda match: match[1] + _JOINT.sub("", match[2]), text)  # joins runs without a digit
    behind = set(text.split("\n"))  # where they are, when this is the second time
    return "\n".join([text, *(run for run in runs if run not in behind)])


def _unparted(text: str) -> str:
    """Returns `text` without what parts words and numbers without a reader's noticing; glued words apart."""
    text = _ODD_JOINT.sub("-", _PARTING.sub("", text))
    return _GLUED_RUN.sub(lambda match: _HUMP.sub(" ", match[0]), text)


_UNDO: dict[str, Callable[[str], str]] = {
    "percent": _percent,
    "html": _html,
    "escape": _escape,
    "quoted_printable": _quoted_printable,
    "parted": _unparted,
    "spaced": _spaced,
    "reversed": lambda text: text[::-1],
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "morse": unmorsed,
    "leet": unleeted,
}
