"""Inspects a document of any length: as a whole when it is short, else part by part, so that each takes a millisecond or two.

A part keeps the name of the member that it stands in, because names tell what values are. Lists and objects are divided between
their members, texts between words. What stands encoded across a cut is not read, and makes the inspection incomplete.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import orjson

from pdp.catalog_path import escape_pointer
from pdp.documents import document_in
from pdp.inspection.bytes_text import TooMuch, text_of
from pdp.inspection.encodings import bytes_of
from pdp.inspection.model import UNCLASSIFIED, UNJUDGED, Kind, ScanResult
from pdp.inspection.texts import NAME_CHARS
from pdp.steps import Steps
from writ.frozen import frozen

PART_BYTES = 8 * 1024
"""Longest JSON that is inspected at once: a millisecond, three when it is full of what rules look for."""

TEXT_CHARS, OVERLAP_CHARS = 6 * 1024, 256
"""Longest piece of a text, and how much of each is inspected again with the next."""

MAX_PARTS = 512
"""Inspections of one document; 1 MiB of mails takes some hundred and fifty."""

MAX_DIVISIONS = 2_048
"""Lists, objects and texts that are divided; each long mail of a list is one."""

MAX_FOUND = 8_192
"""Findings after which the rest stays uninspected: it holds more of the same."""

ADDRESSING = frozenset({"prompt_injection"})
"""Classes that address a model. A suspicious link in a mail is a matter of its own, and no order."""

Scan = Callable[[bytes, Any], ScanResult]
"""Inspects JSON, given as bytes and parsed (`pdp.scan.Inspector.scan`)."""

MAX_NAME_CHARS = 256
"""Longest name of a member that is told with each part of its value."""

_HEAD_CHARS = 2_048
_MEMBERS_A_STEP = 512

# Blanks, controls, and what takes no room on a screen.
_UNSEEN = re.compile(
    r"[\s\x00-\x1f\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]+"
)
# What may be encoded, when it stands on either side of a cut.
_CODED = re.compile(r"[A-Za-z0-9+/=_\r\n-]{24,}")


@frozen
class Inspected:
    """Data classes and classes of threats, and JSON pointers (RFC 6901) of the values that address a model. `complete` False:
    something was not inspected, and `classes` says `unclassified`."""

    classes: frozenset[str]
    threats: frozenset[str]
    addressing: frozenset[str]
    complete: bool


@frozen
class _Part:
    """A value to inspect: `pointer` is its own. `first` is the index of the first member of a part of a list, `name` the member
    that it stands in. What stands in a document in a string has `fixed`, the pointer of that string."""

    pointer: str
    value: Any
    first: int = 0
    name: str | None = None
    fixed: bool = False

    def place(self, pointer: str) -> str:
        """Returns where a finding of the scanned part stands in the document."""
        if self.fixed:
            return self.pointer
        if self.name is not None:
            pointer = pointer[len(escape_pointer(self.name)) + 1 :]
        if self.first and pointer:
            index, slash, rest = pointer[1:].partition("/")
            pointer = f"/{int(index) + self.first}{slash}{rest}"
        return self.pointer + pointer

    def within(self, key: str | int, value: Any) -> _Part:
        """Returns the part of one member."""
        name = self.name if isinstance(key, int) else key if len(key) <= MAX_NAME_CHARS else None
        if self.fixed:
            return _Part(pointer=self.pointer, value=value, name=name, fixed=True)
        step = escape_pointer(key) if isinstance(key, str) else str(key + self.first)
        return _Part(pointer=f"{self.pointer}/{step}", value=value, name=name)


def inspect_parts(scan: Scan, document: Any) -> Steps[Inspected]:
    """Returns what is in `document`: JSON as `orjson` reads it."""
    classes: set[str] = set()
    threats: set[str] = set()
    addressing: set[str] = set()
    complete = True
    count = 0
    waiting = [_Part(pointer="", value=document)]
    scans = divisions = 0
    while waiting and scans < MAX_PARTS and divisions < MAX_DIVISIONS and count <= MAX_FOUND:
        part = waiting.pop()
        value = part.value if part.name is None else {part.name: part.value}
        raw = orjson.dumps(value)
        parts: list[_Part] = []
        lost = False
        if len(raw) > PART_BYTES:
            divisions += 1
            parts, lost = yield from _divided(part, PART_BYTES)
        if not parts:
            scans += 1
            found = scan(raw, value)
            if found.truncated:
                parts, lost = yield from _divided(part, len(raw) // 2)
                lost = lost or not parts
            count += len(found.findings)
            for finding in found.findings:
                if parts and finding.decoding == (UNJUDGED,):
                    continue  # is judged in the parts
                (classes if finding.kind is Kind.DATA else threats).add(finding.data_class)
                if finding.data_class in ADDRESSING:
                    addressing.add(part.place(finding.pointer))
        waiting += parts
        complete = complete and not lost
        yield
    complete = complete and not waiting
    return Inspected(
        classes=frozenset(classes if complete else classes | {UNCLASSIFIED}),
        threats=frozenset(threats),
        addressing=frozenset(addressing),
        complete=complete,
    )


def _divided(part: _Part, limit: int) -> Steps[tuple[list[_Part], bool]]:
    """Returns the parts of a part, each of at most `limit` bytes or one member, and whether something is lost by that. No parts:
    it cannot be divided."""
    value = part.value
    if type(value) is str:
        document = document_in(value)
        if document is None:
            return (yield from _pieces(part))
        return [replace(part, value=document, first=0, fixed=True)], False
    if type(value) is dict:
        members: Iterator[tuple[str | int, Any]] = iter(value.items())
    elif type(value) is list:
        members = iter(enumerate(value))
    else:
        return [], False
    around = 4 + (len(orjson.dumps(part.name)) if part.name is not None else 0)
    parts: list[_Part] = []
    group: list[tuple[str | int, Any]] = []
    size = around
    for number, (key, inner) in enumerate(members):
        if number % _MEMBERS_A_STEP == _MEMBERS_A_STEP - 1:
            yield
        length = len(orjson.dumps(inner)) + 1 + (len(orjson.dumps(key)) + 1 if type(key) is str else 0)
        if around + length > limit:
            if group:  # what stands behind has another first member
                parts.append(_grouped(part, group))
                group, size = [], around
            member = part.within(key, inner)
            if type(key) is str and (len(key) > NAME_CHARS or not key.isidentifier()):
                parts.append(replace(member, value=key, name=None, fixed=True))
            parts.append(member)
            continue
        if group and size + length > limit:
            parts.append(_grouped(part, group))
            group, size = [], around
        group.append((key, inner))
        size += length
    if group:
        parts.append(_grouped(part, group))
    return parts, False


def _grouped(part: _Part, members: list[tuple[str | int, Any]]) -> _Part:
    if type(part.value) is dict:
        return replace(part, value=dict(members))
    return replace(part, value=[inner for _, inner in members], first=part.first + int(members[0][0]))


def _pieces(part: _Part) -> Steps[tuple[list[_Part], bool]]:
    """Returns the pieces of a text, and whether a cut goes through something encoded that may be text."""
    text: str = part.value
    pieces: list[_Part] = []
    lost = False
    start = 0
    while len(text) - start > TEXT_CHARS:
        cut = start + TEXT_CHARS
        blank = text.rfind(" ", cut - OVERLAP_CHARS, cut)
        cut = cut if blank < 0 else blank
        lost = lost or _cuts_code(text, start, cut)
        pieces.append(replace(part, value=text[start:cut], fixed=True))
        start = _overlap(text, cut)
        lost = lost or start < 0
        start = cut - OVERLAP_CHARS if start < 0 else start
        yield
    if pieces:
        pieces.append(replace(part, value=text[start:], fixed=True))
    return pieces, lost


def _overlap(text: str, cut: int) -> int:
    """Returns where the next piece begins, so that it repeats enough that can be read; -1 where little can for long."""
    back = OVERLAP_CHARS
    while back <= TEXT_CHARS // 2:
        if len(_UNSEEN.sub("", text[cut - back : cut])) * 2 >= OVERLAP_CHARS:
            return cut - back
        back *= 2
    return -1


def _cuts_code(text: str, start: int, cut: int) -> bool:
    after = _CODED.match(text[cut : cut + OVERLAP_CHARS])
    before = _CODED.match(text[start:cut][::-1])
    if after is None or before is None:
        return False
    run = before.group()[::-1].encode()[:_HEAD_CHARS]
    for step in ("base64", "hex", "base32"):
        for data in bytes_of(step, run):
            try:
                if text_of(data, _HEAD_CHARS) is not None:
                    return True
            except TooMuch:
                return True
    return False
