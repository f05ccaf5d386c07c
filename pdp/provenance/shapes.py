"""Shapes of ids and paths: who writes out order 47110 means no 47111, nor another file than the one that he names.

A shape is what ids of one kind have in common: the letters before the number, or how long a number without letters is. Pure, in
linear time.
"""

from __future__ import annotations

import re

from pdp.wording.marks import FILE_ENDINGS

PATH_SHAPE = "/"

_NUMBERED = re.compile(r"#?([a-z]{1,8}[-_]?)([0-9]{1,12})")
_NUMBER = re.compile(r"#?([0-9]{5,12})")
"""A shorter number may be a year, a price or a time."""
_TOKEN = re.compile(r"[^\s,;:!?()\"'`<>\[\]]{2,256}")
_AROUND = ".*_"
_MAX_PARTS = 16


def id_shape(text: str) -> str:
    """Returns the shape of a folded id, "" for a value that is none by its form: `ev-301` has that of `ev-7`."""
    number = _NUMBER.fullmatch(text)
    if number is not None:
        return "0" * len(number[1])
    numbered = _NUMBERED.fullmatch(text)
    return numbered[1] if numbered is not None else ""


def written_shapes(folded: str) -> frozenset[str]:
    """Returns the shapes of the ids that a folded request writes out; where it writes out files `PATH_SHAPE` and their paths."""
    found = set()
    for token in _TOKEN.findall(folded):
        bare = token.strip(_AROUND)
        found.add(id_shape(bare))
        name, dot, ending = bare.rpartition(".")
        if dot and name and ending in FILE_ENDINGS and "@" not in bare and "://" not in bare:
            found |= {PATH_SHAPE, PATH_SHAPE + bare.lstrip("./")}
    return frozenset(found - {""})


def is_written(path: str, written: frozenset[str]) -> bool:
    """Tells whether a folded path is one that the request writes out, in another folder's terms: `/srv/drafts/old.txt` and
    "drafts/old.txt"."""
    parts = path.replace("\\", "/").lstrip("./").split("/")
    ends = ("/".join(parts[at:]) for at in range(max(0, len(parts) - _MAX_PARTS), len(parts)))
    return parts[-1] != "" and any(PATH_SHAPE + end in written for end in ends)
