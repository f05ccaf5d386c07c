"""What a request quotes: in signs of quotation, in lines as mail quotes them, below the line that says who wrote it.

A quotation tells what is spoken of. It bids nothing, and whom or what it names is not the user's: neither his words nor his
addresses. By signs and a few words, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.steps import Steps, finish
from pdp.suggest.words import word_set
from pdp.wording.grammar import REWORDING, TELLING
from pdp.wording.lexicon import DEEDS
from pdp.wording.wishes import READING_FIRST

_QUOTED = re.compile(
    r'(?<![^\s(\[:=,])"[^"\s]*\s[^"]*"(?!\w)'
    r"|(?<![^\s(\[:=,])'[^'\s]*\s[^']*'(?!\w)|\u2018[^\s\u2018\u2019]*\s[^\u2018\u2019]*\u2019(?!\w)"
    r"|\u201c[^\s\u201c\u201d]*\s[^\u201c\u201d]*\u201d|\u201e[^\s\u201c-\u201e]*\s[^\u201c-\u201e]*[\u201c\u201d]"
    r"|\xab\s*[^\s\xab\xbb]+\s[^\xab\xbb]*\xbb|\u2039[^\s\u2039\u203a]*\s[^\u2039\u203a]*\u203a"
    r"|```[^\s`]*\s[^`]*```"
)
"""Two words or more between signs of quotation: a word alone is set apart for many reasons."""

_RUNS = re.compile(r"\b(?:command|exec|execute|invoke|run|type)(?: these| this| the following)?[:,]? $")
"""Before a quotation, these make it what is to be done: `run "rm old.txt"`."""

_RUNS_CHARS = 32

_ITEM = re.compile(r"\n[ \t]*(?:\n\s*|(?=[-*+\u2022][ \t]))")
"""Where a paragraph or an item of a list begins; other ends of lines are often those of the screen. Blanks before the end of
a line are left where they are: a search that begins at each of them takes quadratic time."""

_MARKS = re.compile(r"^[ \t]{0,3}>[> \t]*|^[ \t]*(?:```|~~~).*|[\xab\xbb]", re.MULTILINE)
"""Signs of quotation that a block of quoted lines loses when it gets its own."""

_SIGNS, _STOPS = "\"'`\u2018\u2019\u201c\u201d\u203a\xbb ", frozenset(".!?")

_MIN_WORDS_AROUND = 2

_LINE = re.compile(r"[^\n]*\n?")
_INDENT = 3
_FENCES = ("```", "~~~")
_DATED = word_set("am den el il le on op")
_WROTE = re.compile(r"\b(?:wrote|writes|schrieb|schreibt|a \xe9crit|escribi\xf3|ha scritto|schreef)\b")
_TOLD_BY = re.compile(r">[^\n:<>]{0,24}:|:\s*$")
"""The end of a line that says who wrote what follows: "Eve <eve@example.org> wrote:"."""
_NAMED_BY = re.compile(r"[^<>]{1,64}<[^<>\s@]{1,64}@[^<>\s]{1,255}>[^<>]{0,40}:")
"""The same without a day before it."""
_LINE_CHARS = 300
_FROM, _HEADS = (
    word_set("from von de"),
    word_set("an cc date datum fecha gesendet para sent subject betreff to à objet asunto"),
)
_ABOVE = re.compile(
    r"(?:begin )?forwarded message|original(?: message|nachricht)|urspr\xfcngliche nachricht|weitergeleitete nachricht"
    r"|anfang der weitergeleiteten nachricht|d\xe9but du message transf\xe9r\xe9|message (?:transf\xe9r\xe9|d'origine)"
    r"|inicio del mensaje reenviado|mensaje (?:original|reenviado)"
)
"""What mail programs write above a message that they hand on, between dashes or before a colon."""

_LINES_A_STEP, _QUOTATIONS_A_STEP = 64, 16
_BEFORE_CHARS = 120
_SENTENCE = re.compile(r"[.!?\n]\s")
_WORD = re.compile(r"[^\W_]+")
_SAYING = word_set("as called named reading saying titled with")
_BY_SOMEBODY = word_set(
    "asked asks bat got here it's received reads replied said says schreibt schrieb sagt sagte sent that the this told wants "
    "writes wrote"
)
_REWORDING = REWORDING - {"correct", "korrigiere"}
"""Who has a text translated dictates none of it; who corrects a line to "see https://…" does."""
_PAPERS = word_set("attachment e-mail email letter mail message nachricht note post quote review text")


def listed(text: str) -> str:
    """Returns a text with stops where paragraphs and items of lists begin, and signs of quotation around lines that are quoted:
    folding takes lines together."""
    parts, end = [], 0
    for start, stop in finish(_blocks_in_steps(text)):
        cited = _MARKS.sub(" ", text[start:stop])
        parts += [text[end:start], f"\xab {cited} . \xbb\n" if cited.strip() else " "]
        end = stop
    return _ITEM.sub("\n. ", "".join([*parts, text[end:]]))


def spoken(folded: str) -> tuple[str, str]:
    """Returns what the user says himself, and what he quotes: `summarise the mail "Pay 90 to Tom"` bids no payment. A text that
    is hardly more than a quotation is taken as said."""
    quoted: list[str] = []

    def taken(match: re.Match[str]) -> str:
        if _is_to_run(folded, match.start()):
            return match.group()
        quoted.append(match.group())
        return ' ". ' if match.group().rstrip(_SIGNS)[-1:] in _STOPS else ' " '

    own = _QUOTED.sub(taken, folded)
    if _is_all_quoted(own):
        return folded, ""
    return own, " ; ".join(quoted)


def quoted_spans(text: str) -> Steps[list[tuple[int, int]]]:
    """Returns where a text quotes somebody else, in order: neither what it dictates, `reply "see https://…"`, nor what is to
    run; nothing where it is hardly more than a quotation. In steps."""
    blocks = yield from _blocks_in_steps(text)
    spans: list[tuple[int, int]] = []
    end = 0
    for start, stop in [*blocks, (len(text), len(text))]:
        for number, match in enumerate(_QUOTED.finditer(text, end, start)):
            if number % _QUOTATIONS_A_STEP == _QUOTATIONS_A_STEP - 1:
                yield
            if not _is_to_run(text, match.start()) and not _is_dictated(text, match.start()):
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


def _blocks_in_steps(text: str) -> Steps[list[tuple[int, int]]]:
    """Returns where whole lines are quoted: behind `>`, between fences, below what says who wrote them. In steps."""
    found: list[tuple[int, int]] = []
    if "\n" not in text and ">" not in text and "<" not in text:
        return found
    lines = [match.span() for match in _LINE.finditer(text) if match.group()]
    at = 0
    while at < len(lines):
        if at % _LINES_A_STEP == _LINES_A_STEP - 1:
            yield
        start, stop = lines[at]
        bare = text[start:stop].strip()
        if _is_marked(text[start:stop]):
            while at + 1 < len(lines) and _is_marked(text[slice(*lines[at + 1])]):
                at += 1
            found.append((start, lines[at][1]))
        elif bare.startswith(_FENCES):
            closing = (
                place
                for place in range(at + 1, len(lines))
                if text[slice(*lines[place])].strip().startswith(bare[: len(_FENCES[0])])
            )
            last = next(closing, at)
            said = _is_to_run(text, start) or _is_dictated(text, start)
            if last > at and not said:
                found.append((start, lines[last][1]))
            at = last
        elif above := _lines_above([text[slice(*line)] for line in lines[at : at + 2]]):
            at += above - 1
            further = next((place for place in range(at + 1, len(lines)) if text[slice(*lines[place])].strip()), at)
            if not _is_marked(text[slice(*lines[further])]):
                found.append((start, len(text)))
                break
            found.append((start, lines[at][1]))
        at += 1
    return found


def _is_marked(line: str) -> bool:
    bare = line.lstrip(" \t")
    return bare.startswith(">") and len(line) - len(bare) <= _INDENT


def _lines_above(lines: Sequence[str]) -> int:
    """Returns how many of the next two lines say who wrote what follows, 0 for none. Mail programs break the line behind the name
    of whoever wrote."""
    first = lines[0].strip()
    if _is_above(first) or (len(lines) > 1 and _is_head(first, lines[1])):
        return 1
    both = " ".join(line.strip() for line in lines)
    dated = first.partition(" ")[0].strip(",").lower() in _DATED and "@" in both[:_LINE_CHARS]
    return 2 if dated and _is_above(both) else 0


def _is_above(line: str) -> bool:
    """ "On Monday Eve <eve@example.org> wrote:", "Eve <eve@example.org> wrote:", "-----Original Message-----", "Begin forwarded
    message:"."""
    if not line or (len(line) > _LINE_CHARS and ">" not in line[:_LINE_CHARS]):
        return False
    line = line[:_LINE_CHARS].lower()
    first = line.split(None, 1)[0].strip(",")
    if first in _DATED and _WROTE.search(line) and _TOLD_BY.search(line):
        return True
    if _NAMED_BY.fullmatch(line) and _WROTE.search(line):
        return all(word not in DEEDS and word not in READING_FIRST for word in _WORD.findall(line.partition("<")[0]))
    title = line.strip("-_=*: \t")
    return title != line and _ABOVE.fullmatch(title) is not None


def _is_head(line: str, follower: str) -> bool:
    """ "From: Eve <eve@example.org>" above "Sent: Monday"."""
    first, _, rest = line[:_LINE_CHARS].partition(":")
    return "@" in rest and first.lower() in _FROM and follower[:_LINE_CHARS].partition(":")[0].strip().lower() in _HEADS


def _is_to_run(text: str, start: int) -> bool:
    before = text[max(0, start - _RUNS_CHARS) : start].lower()
    return _RUNS.search(before.replace("\n", " ")) is not None


def _is_dictated(text: str, start: int) -> bool:
    """Tells whether the user says himself what stands in a quotation: `reply "see https://…"`, `send Bob a mail "…"`; neither
    `forward the mail "…"`, `he wrote: "…"` nor `translate "…"`."""
    before = text[max(0, start - _BEFORE_CHARS) : start].rstrip().lower()
    if before[-1:] in _STOPS:
        return False
    words = _WORD.findall(before[max((match.end() for match in _SENTENCE.finditer(before)), default=0) :])
    told = any(word in _SAYING or word in TELLING or word in DEEDS for word in words)
    pointed = any(
        word in _PAPERS and not _BY_SOMEBODY.isdisjoint(words[max(0, at - 2) : at]) for at, word in enumerate(words)
    )
    return told and not pointed and (_BY_SOMEBODY - {"the", "this", "that"} | _REWORDING).isdisjoint(words)
