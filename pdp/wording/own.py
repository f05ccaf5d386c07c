"""What of a request names whom and what its user means: neither what he quotes, nor what he refuses or leaves out.

"Pay FR14…, not GB82…", "delete all drafts except old.txt", "never write to Eve": these name GB82…, old.txt and Eve so that
nothing reaches them (`pdp.wording.refusals`). In linear time; which deeds are refused, `pdp.wording.mood` tells.
"""

from __future__ import annotations

import re

from pdp.fold import fold
from pdp.steps import Steps, finish
from pdp.wording.marks import identifiers
from pdp.wording.naming import TOKENS_A_STEP
from pdp.wording.quotations import quoted_spans, without
from pdp.wording.refusals import AROUND, Refusals, parts_of
from pdp.wording.things import singular
from writ.frozen import frozen

_TOKEN = re.compile(
    r"[\"'(\[<]?\b[A-Z]{2}[0-9]{2}[ -][A-Z0-9]{4}(?:[ -](?=[A-Z]{0,3}[0-9])[A-Z0-9]{4}){1,6}"
    r"(?:[ -](?=[A-Z]{0,2}[0-9])[A-Z0-9]{1,3})?(?![A-Za-z0-9])\S*|\S+"
)
"""A word, or an account in groups (ISO 13616); "NOT" behind one is none of it."""

_BARE = re.compile(r"[^\s<>()\"']+")
_ADDRESS = re.compile(r"@|://|www\.|[A-Z]{2}[0-9]{2}[A-Z0-9]{11}")
_WORD = re.compile(r"[^\W_]+")

_PARTS_A_STEP = 16


@frozen
class Own:
    """A request with blanks for what its user does not mean, so that all else keeps its place. `named`: without what he quotes,
    and without the addresses, numbers, ids and paths that he refuses. `worded`: the same with what he quotes, but for addresses.
    `whom`: without all the words of a refusal. `put_out`: the names that he refuses and does not name elsewhere, in their
    singular (`pdp.wording.things`); `left_out`: the folded addresses, numbers, ids and paths, as they stand and as marks."""

    named: str
    worded: str
    whom: str
    put_out: frozenset[str]
    left_out: frozenset[str]


def own_words(text: str) -> Own:
    """Reads a request (untrusted in form, at most some 16 KiB)."""
    return finish(own_words_in_steps(text))


def own_words_in_steps(text: str) -> Steps[Own]:
    """Does what `own_words` does, in steps."""
    quoted = yield from quoted_spans(text)
    own = without(text, quoted)
    yield
    tokens = list(_TOKEN.finditer(own))
    words: list[str] = []
    for start in range(0, len(tokens), TOKENS_A_STEP):
        words += [fold(token.group().strip(AROUND)) for token in tokens[start : start + TOKENS_A_STEP]]
        yield
    refusals = Refusals([token.group() for token in tokens], words)
    for at, part in enumerate(parts_of(own, tokens, words)):
        if at % _PARTS_A_STEP == _PARTS_A_STEP - 1:
            yield
        refusals.take(part)
    yield
    left_out = refusals.left_out()
    out = left_out | refusals.sources()
    spans = [_bare_span(tokens[at]) for at in sorted(out)]
    whom = without(own, [_bare_span(tokens[at]) for at in sorted(refusals.nobody())])
    yield
    put_out = refusals.names()
    kept = {singular(word) for word in _WORD.findall(fold(whom))} if put_out else set()
    addressed = [
        (start + match.start(), start + match.end())
        for start, stop in quoted
        for match in _BARE.finditer(text[start:stop])
        if _ADDRESS.search(match.group())
    ]
    yield
    named = without(own, spans)
    yield
    refused = {words[at] for at in left_out}
    if refused:
        shown = ((" " if at - 1 in left_out else "\n") + tokens[at].group() for at in sorted(left_out))
        refused |= identifiers("".join(shown))  # each group of a number by itself, and together
        refused -= {word for at, word in enumerate(words) if at not in out} | identifiers(named)
    return Own(
        named=named,
        worded=without(text, sorted([*spans, *addressed])),
        whom=whom,
        put_out=frozenset(put_out - kept),
        left_out=frozenset(refused),
    )


def _bare_span(token: re.Match[str]) -> tuple[int, int]:
    """Returns where a word stands without the signs around it, which end sentences."""
    start = token.end() - len(token.group().lstrip(AROUND))
    return start, max(start, token.start() + len(token.group().rstrip(AROUND)))
