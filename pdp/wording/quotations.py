"""What a request quotes: in signs of quotation, and in whole lines that are pasted (`pdp.wording.pasted`).

A quotation tells what is spoken of. It bids nothing, and whom or what it names is not the user's: neither his words nor his
addresses. By signs and a few words, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.steps import Steps, finish
from pdp.wording.dictation import STOPS, is_dictated, is_to_run
from pdp.wording.pasted import pasted_blocks
from pdp.wording.wishes import READING_FIRST

_QUOTED = re.compile(
    r'(?<![^\s(\[:=,])"[^"\s]*\s[^"]*"(?!\w)'
    r"|(?<![^\s(\[:=,])'[^'\s]*\s[^']*'(?!\w)|\u2018[^\s\u2018\u2019]*\s[^\u2018\u2019]*\u2019(?!\w)"
    r"|\u201c[^\s\u201c\u201d]*\s[^\u201c\u201d]*\u201d|\u201e[^\s\u201c-\u201e]*\s[^\u201c-\u201e]*[\u201c\u201d]"
    r"|\xab\s*[^\s\xab\xbb]+\s[^\xab\xbb]*\xbb|\u2039[^\s\u2039\u203a]*\s[^\u2039\u203a]*\u203a"
    r"|\u201a[^\s\u2018-\u201a]*\s[^\u2018-\u201a]*[\u2018\u2019](?!\w)|```[^\s`]*\s[^`]*```"
)
"""Two words or more between signs of quotation: a word alone is set apart for many reasons."""

_ITEM = re.compile(r"\n[ \t]*(?:\n\s*|(?=[-*+\u2022][ \t]))")
"""Where a paragraph or an item of a list begins; other ends of lines are often those of the screen. Blanks before the end of
a line are left where they are: a search that begins at each of them takes quadratic time."""

_MARKS = re.compile(r"^[ \t]{0,3}[>\uff1e\u203a\u276f|][> \t]*|^[ \t]*(?:```|~~~).*|[\xab\xbb]", re.MULTILINE)
"""Signs of quotation that a block of quoted lines loses when it gets its own."""

_SIGNS = "\"'`\u2018\u2019\u201c\u201d\u203a\xbb "

_MIN_WORDS_AROUND = 2

_QUOTATIONS_A_STEP = 16


def listed(text: str) -> str:
    """Returns a text with stops where paragraphs and items of lists begin, and signs of quotation around lines that are quoted:
    folding takes lines together."""
    parts, end = [], 0
    for start, stop in finish(pasted_blocks(text)):
        cited = _MARKS.sub(" ", text[start:stop])
        parts += [text[end:start], f"\xab {cited} . \xbb\n" if cited.strip() else " "]
        end = stop
    return _ITEM.sub("\n. ", "".join([*parts, text[end:]]))


def spoken(folded: str) -> tuple[str, str]:
    """Returns what the user says himself, and what he quotes: `summarise the mail "Pay 90 to Tom"` bids no payment. A text that
    is hardly more than a quotation is taken as said."""
    quoted: list[str] = []

    def taken(match: re.Match[str]) -> str:
        if is_to_run(folded, match.start()):
            return match.group()
        quoted.append(match.group())
        return ' ". ' if match.group().rstrip(_SIGNS)[-1:] in STOPS else ' " '

    own = _QUOTED.sub(taken, folded)
    if _is_all_quoted(own):
        return folded, ""
    return own, " ; ".join(quoted)


def quoted_spans(text: str) -> Steps[list[tuple[int, int]]]:
    """Returns where a text quotes somebody else, in order: neither what it dictates, `reply "see https://…"`, nor what is to
    run; nothing where it is hardly more than a quotation. In steps."""
    blocks = yield from pasted_blocks(text)
    spans: list[tuple[int, int]] = []
    end = 0
    for start, stop in [*blocks, (len(text), len(text))]:
        for number, match in enumerate(_QUOTED.finditer(text, end, start)):
            if number % _QUOTATIONS_A_STEP == _QUOTATIONS_A_STEP - 1:
                yield
            if not is_to_run(text, match.start()) and not is_dictated(text, match.start()):
                spans.append(match.span())
        if len(spans) % _QUOTATIONS_A_STEP == 0:
            yield
        spans.append((start, stop))
        end = stop
    yield
    return [] if _is_all_quoted(without(text, spans)) else spans[:-1]


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Returns a text with blanks where the given spans are, which stand in order: what is left keeps its place."""
    parts, end = [], 0
    for start, stop in spans:
        parts += [text[end:start], _blank(text[start:stop])]
        end = stop
    return "".join([*parts, text[end:]])


def _blank(text: str) -> str:
    """Ends of lines stay, which end sentences."""
    return "\n".join(" " * len(line) for line in text.split("\n"))


def _is_all_quoted(own: str) -> bool:
    around = re.findall(r"\w+", own)
    return not around or (len(around) < _MIN_WORDS_AROUND and around[0].lower() not in READING_FIRST)
