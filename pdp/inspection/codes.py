"""Codes that give each character as a number or a group of signs: binary, decimal, base 85, uuencode, Morse, leetspeak.

For `encodings`, which says when they are tried. Each decoder gets what was recognised and gives bytes or text; what is no
such code comes out unprintable or empty.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

_ASCII85_FIRST = "[$+-H]"
"""First of five characters of ASCII85 whose four bytes begin with an ASCII letter, digit or blank."""

_BASE85_FIRST = "[3AK-Za-d]"
_BASE85 = r"[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]"

_PRINTABLE = "(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])"

CODE_TRIGGERS: dict[str, tuple[str, ...]] = {
    "binary": (r"[01]{8}(?:[\s,;_-]{0,2}[01]{8}){4}|[01]{7}(?:[\s,;_-]{1,2}[01]{7}){4}",),
    "decimal": (rf"{_PRINTABLE}(?:[\s,;]{{1,2}}{_PRINTABLE}){{9}}",),
    "base85": (f"(?:{_ASCII85_FIRST}[!#-u]{{4}}){{6}}", f"(?:{_BASE85_FIRST}{_BASE85}{{4}}){{6}}"),
    "uuencode": (r"begin [0-7]{3,4} [^\n]{1,100}\n",),
    "morse": (r"[.-]{1,6}(?:(?: [/|] | {1,3})[.-]{1,6}){11}",),
    "leet": (
        r"(?i)[1!]gn[o0]r[e3]|ign0r|ignor3|[1!]n[s5$]truct|in[5$]truct|pr0mpt|5y[s5$]t[e3]m|[s$]y5t[e3]m|sy[s$]t3m"
        r"|r3v[e3][a4@]l|rev3[a4@]l|reve[4@]l|d[1!]sr[e3]g|disr3g|disreg[4@]rd|p[4@][s5$]{2}w|pr3v[i1!]",
    ),
}
"""Step → patterns for the prefilter, as in `encodings.TRIGGERS`."""

CODE_RUNS = {
    "binary": re.compile(rb"[01]{7,8}(?:[\s,;_-]{0,2}[01]{7,8})+"),
    "decimal": re.compile(rb"[0-9]{1,3}(?:[\s,;]{1,2}[0-9]{1,3})+"),
    "base85": re.compile(rb"<~[!-uz\s]{10,}~>|[!-~]++"),
    # Up to a line too short to stand for anything: 63 bytes are 84 characters behind their number, and some writers add a sum.
    "uuencode": re.compile(rb"begin [0-7]{3,4} [^\n]{1,100}\n(?:[ -`]{5,86}\r?\n)*+(?:[ -`]{5,86})?"),
}
"""Step → where a run of the code stands, if `may_be_code`."""

MIN_BASE85_BYTES = 25
"""Shortest run of base 85 without its marks: twenty bytes."""

_BITS = re.compile(rb"[01]+")
_NUMBERS = re.compile(rb"[0-9]+")
_PLAIN_RUN = re.compile(rb'"?[A-Za-z0-9+/=_.:-]*"?')
_MORSE_RUN = re.compile(r"[.-]{1,6}(?:(?: [/|] | {1,3})[.-]{1,6}){11,}")
_MORSE_WORD = re.compile(r" ?[/|] ?| {2,3}")
_MORSE_SIGNS = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
    " ----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. .-.-.- --..-- .--.-. -..-. -....- ---..."
)
_MORSE = dict(zip(_MORSE_SIGNS.split(), "abcdefghijklmnopqrstuvwxyz0123456789.,@/-:", strict=True))
_LEET = str.maketrans("0134578@$!", "oieastbasi")

MAX_BASE85_BYTES = 2 * 1024
"""Longest run of base 85 that is decoded; at up to 300 ns a byte."""


def may_be_code(step: str, run: bytes) -> bool:
    """False for runs that are no code at the first look: a list of identifiers has thousands."""
    return step != "base85" or run[:2] == b"<~" or (len(run) >= MIN_BASE85_BYTES and not _PLAIN_RUN.fullmatch(run))


def code_bytes(step: str, run: bytes) -> Iterator[bytes]:
    """Yields what a run of a code may stand for."""
    if step == "base85":
        yield from _base85(run)
        return
    if step == "uuencode":
        yield from _uudecoded(run)
        return
    groups = (_BITS if step == "binary" else _NUMBERS).findall(run)
    if step == "binary" and len({len(group) for group in groups}) != 1:
        groups = [b"".join(groups)]
    if step == "binary" and len(groups) == 1:
        groups = [groups[0][place : place + 8] for place in range(0, len(groups[0]) & ~7, 8)]
    numbers = [int(group, 2 if step == "binary" else 10) for group in groups]
    if max(numbers) < 256:
        yield bytes(numbers)


def _base85(run: bytes) -> Iterator[bytes]:
    if len(run) > MAX_BASE85_BYTES or _PLAIN_RUN.fullmatch(run):
        return
    for decode in (base64.a85decode, base64.b85decode):
        try:
            yield decode(run.removeprefix(b"<~").removesuffix(b"~>"))
        except (ValueError, OverflowError):
            continue


def _uudecoded(run: bytes) -> Iterator[bytes]:
    """Yields what the lines behind the first stand for, each as long as it says it is."""
    out: list[bytes] = []
    for line in run.splitlines()[1:]:
        try:
            out.append(binascii.a2b_uu(line[: 1 + ((line[0] - 32 & 63) + 2) // 3 * 4]))
        except binascii.Error:
            break
    if out:
        yield b"".join(out)


def unmorsed(text: str) -> str:
    """Returns `text` with Morse code as letters; signs that are none are left out."""
    return _MORSE_RUN.sub(lambda match: _morse_letters(match[0]), text)


def _morse_letters(run: str) -> str:
    return " ".join("".join(_MORSE.get(sign, "") for sign in word.split()) for word in _MORSE_WORD.split(run))


def unleeted(text: str) -> str:
    """Returns `text` with digits and signs as the letters they are written for."""
    return text.translate(_LEET)
