"""Cuts a pattern down to a stretch that every match holds, for the prefilter: it only has to tell where to look.

Long and open repetitions cost an automaton memory and time for every byte; behind `postgres://` the rest can wait for RE2.
"""

from __future__ import annotations

import re

from pdp.inspection.gates import literal_chars, parse

MAX_REPEAT = 12
"""Longest repetition that stays as it is."""

MAX_WIDE_REPEAT = 3
"""The same for `.`, `\\S` and `[^…]`, which stand for every character of Unicode."""

MAX_GROUP_CHARS = 48
"""Longest that a group may grow by repeating."""

KEPT_REPEAT = 12
"""How much of the first repetition that is too long stays."""

MIN_STRETCH_CHARS = 2
"""Shortest fixed text of a stretch that is better than the whole pattern."""

MIN_WIDTH = 3
"""Shortest match of a stretch without fixed text that is better than the whole pattern."""

_TOKEN = re.compile(
    r"""(?P<atom>\\[pP](?:\{[^}]*\}|[A-Z])|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\\[()|*+?{])(?P<many>(?:[*+?]|\{\d+(?:,\d*)?\})\??)?""",
    re.DOTALL,
)
_CLOSE = re.compile(r"\)((?:[*+?]|\{\d+(?:,\d*)?\})\??)?")
_PLAIN_GROUP = re.compile(r"\((?:\?:)?(?!\?)")
_FLAGS = re.compile(r"\(\?[a-z]+\)")
_CHARACTERS = re.compile(r"\\[pPX]|\\x\{")


def shortened(pattern: str) -> str:
    """Returns a pattern that matches in every text that `pattern` matches in; `pattern` itself when nothing is gained.

    It is the stretch between repetitions that are too long which holds the longest fixed text.
    """
    head = _head(pattern)
    branches = [_stretch(head, branch) for branch in _branches(pattern[len(head) :])]
    return head + "|".join(branch.removeprefix(head) for branch in branches)


def relaxed(pattern: str) -> str:
    """Returns a pattern that matches in every text that `pattern` matches in: the same without word borders, and with
    long repetitions that are not counted, since counters are what an automaton takes time and memory for."""
    return _TOKEN.sub(_uncounted, pattern)


def alternatives(pattern: str) -> list[str]:
    """Returns the patterns of which one matches wherever `pattern` does: what stands between `|` outside of groups."""
    head = _head(pattern)
    return [head + branch for branch in _branches(pattern[len(head) :])]


def in_bytes(pattern: str) -> str | None:
    """Returns a pattern that matches bytes wherever `pattern` matches UTF-8, whatever the case of ASCII; None when that takes
    characters. To an engine that reads characters, `(?i)s` and `(?i)k` are no fixed text: two letters of others fold to them."""
    if not pattern.isascii() or _CHARACTERS.search(pattern):
        return None
    for token in _TOKEN.finditer(pattern):
        if _is_wide(token["atom"]) and _bounds(token["many"] or "")[1] <= MAX_WIDE_REPEAT and not _is_at_edge(token):
            return None  # a character is up to four bytes
    return _TOKEN.sub(_open_when_wide, pattern)


def _is_at_edge(token: re.Match[str]) -> bool:
    """True for one character at the beginning or the end of a pattern, of which any byte will do."""
    return not token["many"] and (token.start() == 0 or token.end() == len(token.string))


def _open_when_wide(match: re.Match[str]) -> str:
    if not _is_wide(match["atom"]) or _is_at_edge(match):
        return match[0]
    least = _bounds(match["many"] or "")[0]
    return match["atom"] + (f"{{{least},}}" if least > 1 else "+" if least else "*")


def _uncounted(match: re.Match[str]) -> str:
    if match["atom"] == r"\b":
        return ""
    least, most = _bounds(match["many"] or "")
    if most <= (MAX_WIDE_REPEAT if _is_wide(match["atom"]) else MAX_REPEAT):
        return match[0]
    return match["atom"] + ("+" if least else "*")


def _head(pattern: str) -> str:
    flags = _FLAGS.match(pattern)
    return flags[0] if flags else ""


def _is_wide(atom: str) -> bool:
    return atom in (".", r"\S", r"\D", r"\W") or atom.startswith("[^")


def _stretch(head: str, body: str) -> str:
    parts = _parts(body)
    if parts is None:
        return head + body
    stretches = [head]
    for text, is_wide, many in parts:
        if text == r"\b":
            continue  # a condition on both sides of a place makes fixed text dear to find; RE2 sees to it
        least, most = _bounds(many)
        if text == r"\s" or (most <= (MAX_WIDE_REPEAT if is_wide else MAX_REPEAT) and not _is_broad(text, most)):
            stretches[-1] += text + many
        else:
            edge = f"{text}{{{min(least, KEPT_REPEAT)}}}" if least and not text.startswith("(") else ""
            stretches[-1] += edge
            stretches.append(head + edge)
    best = max(stretches, key=_worth)
    literal, least = _worth(best)
    return best if literal >= MIN_STRETCH_CHARS or least >= MIN_WIDTH else head + body


def _is_broad(text: str, most: int) -> bool:
    """True for a group that repeats, and grows long when it does."""
    if most == 1 or not text.startswith("("):
        return False
    try:
        width: int = parse(text).getwidth()[1]
    except (re.error, OverflowError):
        return True
    return width * most > MAX_GROUP_CHARS


def _branches(body: str) -> list[str]:
    """Returns the alternatives of a pattern, split where `|` stands outside of groups."""
    branches = [""]
    place = 0
    while place < len(body):
        if body[place] == "(":
            end = _group_end(body, place) + 1
        else:
            token = _TOKEN.match(body, place)
            end = token.end() if token else place + 1
        if body[place] == "|":
            branches.append("")
        else:
            branches[-1] += body[place:end]
        place = end
    return branches


def _worth(pattern: str) -> tuple[int, int]:
    """Returns the length of the longest fixed text and of the shortest match."""
    try:
        tree = parse(pattern)
    except (re.error, OverflowError):
        return 0, 0
    return literal_chars(tree), tree.getwidth()[0]


def _parts(body: str) -> list[tuple[str, bool, str]] | None:
    """Returns atoms with whether they stand for nearly everything and their repetition, None when `|` stands outside."""
    parts: list[tuple[str, bool, str]] = []
    place = 0
    while place < len(body):
        if body[place] == "(":
            end = _group_end(body, place)
            close = _CLOSE.match(body, end)
            if close is None:
                return None
            inner = body[place : end + 1]
            content = _PLAIN_GROUP.sub("", inner[:-1], count=1)
            if not close[1] and _PLAIN_GROUP.match(inner) and (parts_inside := _parts(content)) is not None:
                parts += parts_inside
                place = close.end()
                continue
            if is_long(inner):
                many = "{0,99}" if close[1] == "?" else close[1] or "{1,99}"
                parts.append((inner, True, many))
            else:
                parts.append((inner, False, close[1] or ""))
            place = close.end()
            continue
        token = _TOKEN.match(body, place)
        if token is None:
            return None
        atom = token["atom"]
        parts.append((atom, _is_wide(atom), token["many"] or ""))
        place = token.end()
    return parts


def is_long(group: str) -> bool:
    """True when a group or a pattern holds a repetition that is too long itself."""
    for token in _TOKEN.finditer(group):
        atom = token["atom"]
        if atom == r"\s":
            continue
        if _bounds(token["many"] or "")[1] > (MAX_WIDE_REPEAT if _is_wide(atom) else MAX_REPEAT):
            return True
    return False


def _group_end(body: str, start: int) -> int:
    """Returns where the group that opens at `start` closes."""
    depth, place = 0, start
    while place < len(body):
        if body[place] == "(":
            depth += 1
        elif body[place] == ")":
            depth -= 1
            if depth == 0:
                return place
        else:
            token = _TOKEN.match(body, place)
            place = token.end("atom") if token else place + 1
            continue
        place += 1
    return place


def _bounds(many: str) -> tuple[int, int]:
    many = many[:-1] if len(many) > 1 and many.endswith("?") else many
    if many in ("", "?"):
        return (1 if many == "" else 0), 1
    if many in ("*", "+"):
        return (1 if many == "+" else 0), 1 << 16
    least, comma, most = many.strip("{}").partition(",")
    return int(least), (int(most) if most else 1 << 16) if comma else int(least)
