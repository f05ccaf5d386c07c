"""Where whole lines of a request are somebody else's: marked as mail quotes them, between fences or tags, below what says who
wrote them, in a line of a chat, behind a colon that says so. By signs and a few words, in linear time.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from pdp.steps import Steps
from pdp.suggest.words import word_set
from pdp.wording.dictation import PAPERS, WORD, is_dictated, is_to_run
from pdp.wording.grammar import TELLING
from pdp.wording.lexicon import DEEDS
from pdp.wording.wishes import READING_FIRST

_LINE = re.compile(r"[^\n]*\n?")
_LINES_A_STEP = 64
_LINE_CHARS = 300
_INDENT = 3
_MARKS = (">", "\uff1e", "\xbb", "\u203a", "\u276f")
_FENCES = ("```", "~~~", "'''", '"""', "---", "***", "===", "___")
_RULES = frozenset("-*=_")
"""Fences of these signs hold nothing else in their line."""
_TAG = re.compile(r"[<\[]([a-z][a-z0-9_-]{0,31})(?:[ =][^<>\[\]\n]{0,64})?[>\]]", re.IGNORECASE)
"""`<quote>`, `[quote=Eve]`, `<email from="eve">`: what stands until its end tag is not the user's."""
_END_TAG = re.compile(r"[<\[]/([a-z][a-z0-9_-]{0,31})[>\]]", re.IGNORECASE)
_CHAT = re.compile(r"\[[^\]\n]{0,24}\d{1,2}[:.]\d\d[^\]\n]{0,12}\] ?[^:\n]{1,48}:")
"""A line of a chat: `[10:32] Eve: …`."""
_HANDED_ON = re.compile(r"(?:fwd?|wg|re|aw|tr|rv)\s?: ", re.IGNORECASE)
"""The subject of a mail that was handed on or answered."""
_DATED = word_set("am den el il le on op")
_WROTE = re.compile(r"\b(?:wrote|writes|schrieb|schreibt|a \xe9crit|escribi\xf3|ha scritto|schreef)\b")
_TOLD_BY = re.compile(r">[^\n:<>]{0,24}:|:\s*$")
"""The end of a line that says who wrote what follows: "Eve <eve@example.org> wrote:"."""
_NAMED_BY = re.compile(r"[^<>]{1,64}<[^<>\s@]{1,64}@[^<>\s]{1,255}>[^<>]{0,40}:")
"""The same without a day before it."""
_FROM = word_set("from von de")
_HEADS = word_set("an cc date datum fecha gesendet para sent subject betreff to \xe0 objet asunto")
_NO_PLACES = _HEADS - {"an", "para", "to", "\xe0"}
"""Beside these lines `From: Berlin` is no journey."""
_ABOVE = re.compile(
    r"(?:begin )?forwarded message|original(?: message|nachricht)|urspr\xfcngliche nachricht|weitergeleitete nachricht"
    r"|anfang der weitergeleiteten nachricht|d\xe9but du message transf\xe9r\xe9|message (?:transf\xe9r\xe9|d'origine)"
    r"|inicio del mensaje reenviado|mensaje (?:original|reenviado)"
)
"""What mail programs write above a message that they hand on, between dashes or before a colon."""
_COLON = re.compile(r":(?=\s|$)")
_COLONS_A_LINE = 4
_SAYS = word_set(
    "asked asks bat bittet fragt fragte reads replied said sagt sagte says schreibt schrieb states writes wrote antwortete"
)
"""Before a colon, these tell what somebody says: "Eve wrote me: …"."""
_STANDS = word_set("goes hei\xdft is lautet lautete stand steht")
_CAME = word_set(
    "bekam bekommen came folgende folgenden folgender following from got hier here kam received sent that the this von"
)
"""Beside a word for a paper, these tell of one that is there already: "Mail I got: …", "In der Mail steht: …"."""
_POINTING = word_set("here hier the this")
_ONE = word_set("a an another ein eine einen einer")
_HANDING = word_set("answer antworte beantworte forward fwd leite reply respond weiterleiten")
_WORDED = word_set("as mit saying with")
"""Last before the colon, these leave the words to the user: "reply to the mail with: …"."""
_WRITINGS = PAPERS | word_set("brief chat comment kommentar post schreiben sms ticket")
_SPEAKER = word_set("i ich we wir")
_ASKED_WHAT = word_set("qu\xe9 quoi was what")
_PAGE = re.compile(r"(?:https?://)?(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}(?::\d{1,5})?(?:/[^\s@]*)?[.!?]?", re.IGNORECASE)
_CLAUSE_CHARS = 96
_CLAUSE = re.compile(r"[.!?;,\n]\s")
_SALUTATION_WORDS = 4

_Lines = Sequence[tuple[int, int]]


def pasted_blocks(text: str) -> Steps[list[tuple[int, int]]]:
    """Returns where a text is pasted from elsewhere, in order and apart. In steps."""
    blocks: list[tuple[int, int]] = []
    lines = [match.span() for match in _LINE.finditer(text) if match.group()]
    ends = _ends_of_tags(text)
    at = 0
    while at < len(lines):
        if at % _LINES_A_STEP == _LINES_A_STEP - 1:
            yield
        start = lines[at][0]
        set_apart = _fenced(text, lines, at) or _tagged(text, start, ends)
        block = set_apart or next((found for read in _READERS if (found := read(text, lines, at)) is not None), None)
        if block is not None and not (set_apart and (is_to_run(text, start) or is_dictated(text, start))):
            blocks.append(block)
        at += 1
        while block is not None and at < len(lines) and lines[at][0] < block[1]:
            at += 1
            if at % _LINES_A_STEP == _LINES_A_STEP - 1:
                yield
    return blocks


def _marked(text: str, lines: _Lines, at: int) -> tuple[int, int] | None:
    """Lines behind `>` or what stands for it."""
    last = at
    while last < len(lines) and _is_marked(text[slice(*lines[last])]):
        last += 1
    return None if last == at else (lines[at][0], lines[last - 1][1])


def _is_marked(line: str) -> bool:
    bare = line.lstrip(" \t")
    bar = bare.startswith("|") and bare.count("|") == 1  # two are a table
    return (bar or bare.startswith(_MARKS)) and len(line) - len(bare) <= _INDENT


def _fenced(text: str, lines: _Lines, at: int) -> tuple[int, int] | None:
    start = lines[at][0]
    opening = text[slice(*lines[at])].strip()
    if not opening.startswith(_FENCES):
        return None
    fence = opening[:3]
    if fence[0] in _RULES and (
        opening.strip(fence[0]) or not text[max(0, start - _LINE_CHARS) : start].rstrip().endswith(":")
    ):
        return None  # a line between two parts of a text
    closing = (place for place in range(at + 1, len(lines)) if text[slice(*lines[place])].strip().startswith(fence))
    last = next(closing, None)
    return None if last is None else (start, lines[last][1])


def _ends_of_tags(text: str) -> dict[str, list[int]]:
    ends: dict[str, list[int]] = {}
    for match in _END_TAG.finditer(text):
        ends.setdefault(match[1].lower(), []).append(match.end())
    return ends


def _tagged(text: str, start: int, ends: dict[str, list[int]]) -> tuple[int, int] | None:
    opening = _TAG.match(text, start)
    if opening is None:
        return None
    places = ends.get(opening[1].lower(), [])
    place = bisect_left(places, opening.end())
    return None if place == len(places) else (start, places[place])


def _below(text: str, lines: _Lines, at: int) -> tuple[int, int] | None:
    """What follows the lines that say who wrote it: to the end, but where it is marked line by line."""
    start = lines[at][0]
    above = _lines_above([text[slice(*line)] for line in lines[at : at + 2]])
    if not above:
        return None
    last = at + above - 1
    further = next((place for place in range(last + 1, len(lines)) if text[slice(*lines[place])].strip()), last)
    if further > last and _is_marked(text[slice(*lines[further])]):
        return start, lines[last][1]
    return start, len(text)


def _lines_above(lines: Sequence[str]) -> int:
    """Returns how many of the next two lines say who wrote what follows, 0 for none. Mail programs break the line behind the name
    of whoever wrote."""
    first = lines[0].strip()
    if _is_above(first) or (len(lines) > 1 and _are_heads(lines[0], lines[1])):
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
        return all(word not in DEEDS and word not in READING_FIRST for word in WORD.findall(line.partition("<")[0]))
    title = line.strip("-_=*: \t")
    return title != line and _ABOVE.fullmatch(title) is not None


def _are_heads(line: str, follower: str) -> bool:
    """ "From: Eve" above or below "Sent: Monday"; "From: Berlin" above "To: Rome" is a journey."""
    one, _, rest = (part.strip().lower() for part in line[:_LINE_CHARS].partition(":"))
    other, _, further = (part.strip().lower() for part in follower[:_LINE_CHARS].partition(":"))
    if other in _FROM:
        one, other, rest = other, one, further
    return one in _FROM and (other in _NO_PLACES or (other in _HEADS and "@" in rest))


def _of_a_chat(text: str, lines: _Lines, at: int) -> tuple[int, int] | None:
    """`[10:32] Eve: …`, and what was handed on: `FW: …`, with all below where an empty line follows."""
    start, end = lines[at]
    if _CHAT.match(text, start, end):
        return start, end
    if _HANDED_ON.match(text, start, end):
        return start, _end_behind(text, lines, at + 1) if _is_empty(text, lines, at + 1) else end
    return None


def _behind_a_colon(text: str, lines: _Lines, at: int) -> tuple[int, int] | None:
    """What somebody said, behind the colon that tells so: the rest of its line, else the paragraph below it, else all below."""
    start, end = lines[at]
    for number, colon in enumerate(_COLON.finditer(text, start, end)):
        if number == _COLONS_A_LINE:
            break
        begin = colon.end()
        if _says(text, start, colon.start()):
            rest = text[begin:end].strip()
            if _is_page_of(text[start : colon.start()], rest):
                return None
            is_begun = bool(rest) and not (rest.endswith((",", "!")) and len(rest.split()) <= _SALUTATION_WORDS)
            return begin, end if is_begun else _end_behind(text, lines, at + 1)
    return None


def _is_page_of(before: str, rest: str) -> bool:
    """ "What does the review say: news.example/review": there stands where it is, not what it says."""
    words = WORD.findall(before[-_CLAUSE_CHARS:].lower())
    return not _ASKED_WHAT.isdisjoint(words) and _PAGE.fullmatch(rest) is not None


def _says(text: str, start: int, colon: int) -> bool:
    before = text[max(start, colon - _CLAUSE_CHARS) : colon]
    clause = before[max((match.end() for match in _CLAUSE.finditer(before)), default=0) :]
    words = WORD.findall(clause.lower())
    says = [at for at, word in enumerate(words) if word in _SAYS]
    if any(not _SPEAKER.isdisjoint(words[max(0, at - 2) : at]) for at in says):
        return False
    papers = [at for at, word in enumerate(words) if word in _WRITINGS]
    if any(not _ONE.isdisjoint(words[max(0, at - 2) : at]) for at in papers):
        return False  # one that is yet to be written
    if says:
        return True
    if not papers or (_CAME | _STANDS).isdisjoint(words):
        return False
    if words[-1] in _WORDED:
        return False
    return not _HANDING.isdisjoint(words) or not any(_is_deed(words, at) for at in range(len(words)))


def _is_deed(words: Sequence[str], at: int) -> bool:
    """Tells "mail Bob this" from "mail I got"."""
    word = words[at]
    if word in _WRITINGS and (at or not (_CAME - _POINTING | _STANDS | _SPEAKER).isdisjoint(words[1:2])):
        return False
    return word in DEEDS or word in TELLING


def _is_empty(text: str, lines: _Lines, at: int) -> bool:
    return at < len(lines) and not text[slice(*lines[at])].strip()


def _end_behind(text: str, lines: _Lines, at: int) -> int:
    """Returns where what begins in a line ends: with its paragraph, with the text where an empty line or a salutation comes
    first."""
    if at >= len(lines) or _is_empty(text, lines, at):
        return len(text)
    while at + 1 < len(lines) and not _is_empty(text, lines, at + 1):
        at += 1
    return len(text) if text[slice(*lines[at])].rstrip().endswith(",") else lines[at][1]


_READERS = (_marked, _below, _of_a_chat, _behind_a_colon)
