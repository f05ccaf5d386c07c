"""Rewrites texts by cuts, and draws again the tokens that inspection takes for something.

1. A value has one token in a call, wherever it stands and whatever stands beside it.
2. A token in which something is found is drawn again everywhere, `MAX_TOKEN_TRIES` draws in all.
3. Where that does not help, the places in which something was found are redacted; the others keep the last token.

For one call; not for several threads. What was drawn again in one call may have another token in the next, in which it was not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pdp.inspection.model import Finding
from pdp.transform.plan import MASK, REMOVALS, TOKENIZE, Cut
from pdp.transform.values import masked, redacted, tokenized
from writ.frozen import frozen

MAX_TOKEN_TRIES = 4
"""Draws of one token: one card number in ten passes its check, one in ten thousand four times."""

_Value = tuple[str, str]
"""What a token stands for: the text and its class."""


@frozen
class _Token:
    """Where a token stands in the text that was written, and for what. `cut_start` is where that stood before."""

    start: int
    end: int
    cut_start: int
    value: _Value


class Tokens:
    """The tokens of one call. `key` (32 bytes) and `context` make them: equal for equal values of one organisation."""

    def __init__(self, key: bytes, context: str) -> None:
        self._key = key
        self._context = context
        self._draws: Counter[_Value] = Counter()
        self._redacted: set[tuple[str, int]] = set()
        self._written: dict[str, list[_Token]] = {}

    def rewritten(self, pointer: str, text: str, cuts: Sequence[Cut]) -> str:
        """Returns the text at `pointer` with every cut carried out, and remembers where its tokens stand."""
        out, at, length = [], 0, 0
        tokens = self._written[pointer] = []
        for start, end, cut in _merged(cuts, len(text)):
            value = (text[start:end], cut.data_class)
            is_token = cut.kind == TOKENIZE and (pointer, start) not in self._redacted
            new = self._token(value) if is_token else _removed(text[start:end], cut)
            length += start - at
            if is_token:
                tokens.append(_Token(start=length, end=length + len(new), cut_start=start, value=value))
            length += len(new)
            out += [text[at:start], new]
            at = end
        return "".join([*out, text[at:]])

    def draw_again(self, findings: Iterable[Finding]) -> bool:
        """Has the tokens of the last writing that `findings` touch drawn again, or redacted. False when one touches none."""
        stubborn: dict[_Value, set[tuple[str, int]]] = {}
        for finding in findings:
            touched = self._touched(finding)
            if not touched:
                return False
            for token in touched:
                stubborn.setdefault(token.value, set()).add((finding.pointer, token.cut_start))
        for value, places in stubborn.items():
            if self._draws[value] + 1 < MAX_TOKEN_TRIES:
                self._draws[value] += 1
            else:
                self._redacted |= places
        return True

    def _touched(self, finding: Finding) -> list[_Token]:
        """Returns the tokens that a finding lies on; all of its text when it lies beside them, for they are what changed."""
        if "name" in finding.decoding:  # counts characters of the name
            return []
        tokens = self._written.get(finding.pointer, [])
        return [one for one in tokens if one.start < finding.source_end and finding.source_start < one.end] or tokens

    def _token(self, value: _Value) -> str:
        text, data_class = value
        return tokenized(text, self._key, f"{self._draws[value]}:{data_class}:{self._context}".encode(), data_class)


def _removed(text: str, cut: Cut) -> str:
    return masked(text, cut.keep_last) if cut.kind == MASK else redacted(cut.data_class)


def _merged(cuts: Sequence[Cut], length: int) -> list[tuple[int, int, Cut]]:
    """Returns stretches in order; where cuts overlap, one stretch with the strongest of them."""
    out: list[tuple[int, int, Cut]] = []
    for start, end, cut in sorted(
        ((max(cut.start, 0), length if cut.end < 0 else min(cut.end, length), cut) for cut in cuts),
        key=lambda entry: entry[:2],
    ):
        if out and start < out[-1][1]:
            first, last, other = out.pop()
            # Of two masks the one that shows less.
            stronger = min(other, cut, key=lambda one: (REMOVALS.index(one.kind), one.keep_last))
            out.append((first, max(last, end), stronger))
        else:
            out.append((start, end, cut))
    return out
