"""What README tells people to type, and what it says comes out: read from its fenced blocks.

A `sh` block holds commands; a `console` block holds `$ command` lines, each followed by its output.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(?P<kind>[a-z]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command line, and the output that is shown under it ("" for none)."""

    line: str
    output: str = ""


def commands(readme: Path) -> list[Command]:
    """Returns every command of every fenced block, in order."""
    found: list[Command] = []
    for block in _BLOCK.finditer(readme.read_text(encoding="utf-8")):
        text = block["text"]
        if block["kind"] == "sh":
            lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
            found += [Command(line=line) for line in lines if line]
        elif block["kind"] == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                line, _, output = part.partition("\n")
                found.append(Command(line=line, output=output))
    return found


def as_pattern(shown: str) -> re.Pattern[str]:
    """Returns what an output must match to be what is shown: all of it, but times, scores, revisions, identifiers and places
    in the log, which change without the command doing another thing, and whatever `…` leaves out."""
    pattern = re.escape(shown.strip())
    for varies, stands_for in (
        (r"\d+\\\.\d\\ ms", r"\d+\.\d ms"),
        (r"score\\ \d+", r"score \d+"),
        (r"bundle\\ \\ \\ \\ [0-9a-f]{64}", "bundle    [0-9a-f]{64}"),
        (r"[0-9A-HJKMNP-TV-Z]{26}", "[0-9A-HJKMNP-TV-Z]{26}"),
        (r"epoch\\ \d+\\ sequence\\ \d+", r"epoch \d+ sequence \d+"),
    ):
        pattern = re.sub(varies, stands_for.replace("\\", r"\\"), pattern)
    return re.compile(re.sub(r"(\\ )?…(\\ )?", ".*", pattern))
