"""Shapes of ids and paths: who writes out order 47110 means no 47111, nor another file than the one that he names.

A shape is what ids of one kind have in common: the letters before the number, how long a number without letters or a code of both
is, the parts of a longer one. Pure, in linear time.
"""

from __future__ import annotations

import re

from pdp.hosts import is_given_out
from pdp.suggest.words import word_set
from pdp.wording.marks import FILE_ENDINGS

PATH_SHAPE = "/"

WRITTEN_ID = "="
"""Stands before an id that a request writes out."""

_NUMBERED = re.compile(r"#?([a-z]{1,8}[-_]?)([0-9]{1,12})")
_NUMBER = re.compile(r"#?([0-9]{5,12})")
"""A shorter number may be a year, a price or a time."""
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_PARTED = re.compile(r"#?(?=[a-z0-9_-]*[0-9])([a-z]{1,12})[0-9]{0,12}((?:[-_][a-z0-9]{1,32}){1,7})")
_MIXED = re.compile(r"#?(?![0-9]+[a-z]+$)(?=[a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{5,64}")
"""Neither a word nor a number, nor a number with its unit."""
_ENDING = re.compile(r"[a-z][a-z0-9]{0,7}")
_ENDINGS = FILE_ENDINGS | word_set(
    "7z avi bak bin bmp bz2 cpp crt dat db diff dmg env exe hpp ipynb iso jar jsx key lock old parquet patch pem rar sqlite svg"
    " tmp tsx wav webp xz"
)
_TOKEN = re.compile(r"[^\s,;:!?()\"'`<>\[\]]{2,256}")
_AROUND = ".*_"
_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n")
_UNSURE = re.compile(
    r"\bnot (?:[\w%]{1,12} ){0,2}(?:sure|certain)\b|\b(?:unsure|guess|guessing|if i (?:remember|recall)"
    r"|i (?:may|might|could) be wrong|(?:may|might|could) also be"
    r"|nicht (?:\w{1,12} )?sicher|sch\xe4tze|wenn ich mich recht erinnere)\b"
)
"""Who is not sure of an id leaves open which it is: "I guess it is 47110, but I'm not 100% sure"."""
_MAX_PARTS = 16


def id_shape(text: str) -> str:
    """Returns the shape of a folded id, "" for a value that is none by its form: `ev-301` has that of `ev-7`, `inv-2026-118`
    that of `inv-2025-3`."""
    number = _NUMBER.fullmatch(text)
    if number is not None:
        return "0" * len(number[1])
    numbered = _NUMBERED.fullmatch(text)
    if numbered is not None:
        return numbered[1]
    if _UUID.fullmatch(text) is not None:
        return "uuid"
    parted = _PARTED.fullmatch(text)
    if parted is not None:
        return parted[1] + re.sub(r"[a-z0-9]+", "0", parted[2])
    return f"x{len(text)}" if _MIXED.fullmatch(text) is not None else ""


def written_shapes(folded: str) -> frozenset[str]:
    """Returns the shapes of the ids that a folded request writes out as somebody who is sure of them, and these behind
    `WRITTEN_ID`; where it writes out files `PATH_SHAPE` and their paths."""
    found = set()
    sure = " ".join(sentence for sentence in _SENTENCE_END.split(folded) if not _UNSURE.search(sentence))
    for token in _TOKEN.findall(sure):
        bare = token.strip(_AROUND).replace("\\", "/")
        shape = id_shape(bare)
        if shape:
            found |= {shape, WRITTEN_ID + bare.lstrip("#")}
        if _is_file(bare):
            found |= {PATH_SHAPE, PATH_SHAPE + bare.lstrip("./")}
    return frozenset(found - {""})


def _is_file(token: str) -> bool:
    """Tells whether a folded token names a file: by an ending that files have, or in a folder by any."""
    name, _, ending = token.rpartition(".")
    if not name or "@" in token or "://" in token or "/" in ending:
        return False
    first, slash, _ = name.partition("/")
    in_folder = bool(slash) and not ("." in first.lstrip(".") and is_given_out(first.rpartition(".")[2]))
    return ending in _ENDINGS or (in_folder and _ENDING.fullmatch(ending) is not None)


def is_written(path: str, written: frozenset[str]) -> bool:
    """Tells whether a folded path is one that the request writes out, in another folder's terms: `/srv/drafts/old.txt` and
    "drafts/old.txt"."""
    parts = path.replace("\\", "/").lstrip("./").split("/")
    ends = ("/".join(parts[at:]) for at in range(max(0, len(parts) - _MAX_PARTS), len(parts)))
    return parts[-1] != "" and any(PATH_SHAPE + end in written for end in ends)
