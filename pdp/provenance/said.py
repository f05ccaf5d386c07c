"""Marks of a user's request: what it names, its words, words in a row, and ids that it calls so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pdp.fold import fold
from pdp.provenance.forms import MENTIONED, is_code, is_weak
from pdp.provenance.rights import level_mark
from pdp.provenance.told import details_in_steps
from pdp.steps import Steps, finish
from pdp.wording.clauses import clauses
from pdp.wording.grammar import BEGGING, COURTESIES, FUNCTION_WORDS
from pdp.wording.levels import levels_said
from pdp.wording.marks import host_marks, identifiers, mark_parts, opened, pieces, spellings, words
from pdp.wording.own import Own, own_words
from pdp.wording.sums import stated_in_steps
from pdp.wording.things import THINGS

MAX_REQUEST_MARKS = 3_000
"""Marks kept of a request of 16 KiB; more do not occur in prose of that length."""

_ID_WORDS = frozenset(
    {"id", "ids", "no", "nr", "number", "num", "ref", "reference", "key", "code", "ticket", "order", "version"}
)
"""After one of these a short number is an id that the user names, not a number that happens to be there."""

_AROUND = ".,;:!?)'\"` "
"""What stands around an id in a sentence."""


def request_marks(text: str) -> list[str]:
    """Returns the marks of a user's request: what it names, its words, words in a row, and ids that it calls so."""
    return finish(marks_in_steps(text, own_words(text)))


def marks_in_steps(text: str, own: Own) -> Steps[list[str]]:
    """Does what `request_marks` does, in steps. `own`: what of the request names whom and what its user means."""
    found: dict[str, None] = {}
    named: set[str] = set()
    spelt: set[str] = set()
    for piece in pieces(own.named):
        named |= identifiers(piece)
        yield
    for piece in pieces(own.worded):
        spelt |= spellings(piece)
        yield
    found.update(dict.fromkeys(sorted(host_marks(named))))
    for mark in sorted(named):
        found[mark] = None
        if mark[0] == "u":
            host, rest = mark_parts(mark)
            if not rest:
                found["h:" + host] = None
    for inner in opened(own.named):
        found.update(dict.fromkeys(sorted(identifiers(inner))))
        yield
    if own.named != text:
        for piece in pieces(text):
            found.update(dict.fromkeys(MENTIONED + mark for mark in sorted(identifiers(piece) - named)))
            yield
    # What a bound may leave out comes last: of words there are more than a request of that length has in prose.
    found.update(dict.fromkeys((yield from stated_in_steps(text))))
    yield
    found.update(dict.fromkeys(map(level_mark, sorted(levels_said(fold(own.worded))))))
    yield
    found.update(dict.fromkeys(sorted((yield from details_in_steps(text)))))
    said, opening, ends = clauses(fold(text))
    found.update(dict.fromkeys(f"c:{said[at]}" for at in _bidding(said, opening, ends)))
    yield
    parts = words(own.worded)
    found.update(dict.fromkeys(_ids(own.named, words(own.named))))
    yield
    found.update(dict.fromkeys(sorted(spelt)))
    found.update(dict.fromkeys("w:" + part for part in parts))
    found.update(dict.fromkeys(f"b:{one} {two}" for one, two in pairwise(parts)))
    if own.worded != text:
        found.update(dict.fromkeys(f"{MENTIONED}w:{part}" for part in words(text)))
    yield
    return list(found)[:MAX_REQUEST_MARKS]


def _bidding(said: Sequence[str], opening: set[int], ends: dict[int, str]) -> list[int]:
    """Returns the places of words that begin a clause and may bid what they say, "please" and "could you" left out: none that
    stands alone, "Cull? Read about colony 5.", and none of a question but a polite one."""
    found = []
    asks = False
    for at in reversed(range(len(said))):
        asks = ends[at] == "?" if at in ends else asks
        if at not in opening:
            continue
        begins, begs = _after_courtesy(said, at)
        if (begs or not asks) and begins < len(said) and begins not in ends and begins + 1 not in opening:
            found.append(begins)
    return sorted(found)


def _after_courtesy(said: Sequence[str], at: int) -> tuple[int, bool]:
    """Returns where a clause begins behind its courtesies, and whether one of them is a polite question."""
    begs = False
    while at + 1 < len(said):
        if said[at] in BEGGING and said[at + 1] == "you":
            at, begs = at + 2, True
        elif said[at] in COURTESIES:
            at += 1
        else:
            break
    return at, begs


def _ids(text: str, parts: list[str]) -> list[str]:
    called = [two for one, two in pairwise(parts) if one in _ID_WORDS or (one in THINGS and is_code(two))]
    for quote in "'\"`#":
        pieces = text.split(quote)
        # Between quotes, and after a number sign.
        called += [piece.split()[0] for piece in pieces[1:] if piece.split() and len(piece.split()[0]) <= 8]
    called += _written_out(fold(text).split())
    return ["i:" + fold(called_so).strip(_AROUND) for called_so in called]


def _written_out(tokens: list[str]) -> Iterator[str]:
    """Yields short codes that a request writes out: `c-7` wherever it stands; `h1` where it ends what is spoken of, "move hive h1
    to", since one before a noun ("all f1 races") or behind a small word ("in q3") may stand there by chance."""
    before = ""
    for token, after in pairwise([*tokens, ""]):
        bare = token.strip(_AROUND)
        if is_code(bare) and is_weak(bare):
            ends = token[-1] != bare[-1] or not after or after in FUNCTION_WORDS
            if "-" in bare or "_" in bare or (before.isalpha() and before not in FUNCTION_WORDS and ends):
                yield bare
        before = token
