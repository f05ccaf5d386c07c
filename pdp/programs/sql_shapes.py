"""Cuts SQL into its shape and its literals, and tells which literals cannot steer what the statement is taken for.

A shape is all text that is no literal, exactly as it stands. Its lexer knows less than any database: a comment, an escape,
a prefix before a quote, an operator that is not on the list or a letter beyond ASCII, and there is no shape. A literal is
free where it is the whole right side of a comparison, an item of IN or VALUES, or a bound of BETWEEN, LIMIT or OFFSET:
there neither sqlglot nor the walker look at more of it than its kind, so long as `kind_of` gives it one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.programs.sql_functions import word_set
from pdp.programs.sql_predicates import MAX_LIMIT_DIGITS, is_number_and_more, is_odd_number

MAX_LITERALS = 32
"""Most literals of a shape: a statement with more is a bulk load, seldom seen again with as many."""

INTEGER, DECIMAL, TEXT, NUMBER_AND_TEXT = "i", "d", "s", "n"
"""Kinds of literals; the last is a text that begins like a number, which MySQL compares as one (`'7abc'`, `'2026-01-31'`).
No literal is spelled like one, so that a kind may stand where else the literal itself does."""

_LITERAL = re.compile(r"('(?:[^']++|'')*+'|(?<![\w.])[0-9]++(?:\.[0-9]++)?(?![\w.]))", re.ASCII)
# None of these characters is part of what `check_text` looks for, but two dashes in a row. Neither end is a blank.
_PLAIN_TEXT = re.compile(r"'[A-Za-z0-9_](?:[A-Za-z0-9_ .,:;@/+()=!?%]++|-(?!-)|'')*+(?<! )'", re.ASCII)
_PLAIN_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}", re.ASCII)
_UNSURE = re.compile(r"[^ -~\n\t]|[\\$#]|--|/\*|\*/", re.ASCII)

_TOKEN = re.compile(
    r"(?P<blank>[ \n\t]+)|(?P<word>[A-Za-z_][A-Za-z_0-9]*)|(?P<mark>[(),.;])|(?P<operator>[-+*/<>=!|%:]+)"
    r"|(?<![\w\"`\]])(?P<name>\"[A-Za-z_]\w*\"|`[A-Za-z_]\w*`|\[[A-Za-z_][\w ]*\])(?![\w\"`\[])",
    re.ASCII,
)
_COMPARISONS = frozenset({"=", "<", ">", "<=", ">=", "<>", "!="})
_OPERATORS = _COMPARISONS | {"+", "-", "*", "/", "%", "||", "::", "->", "->>"}
_STATEMENTS = word_set("select insert update delete with")
_BEHIND = word_set(
    """) , ; and or order group limit offset having returning where from union except intersect when then else end join
    left right inner on for"""
) | {""}
_BEHIND_BOUND = frozenset({"", ";", ")", "limit", "offset"})

_LITERAL_HERE, _NAME_HERE = "?", '"'
"""What stands for a literal and for a quoted name among the words."""


def cut(text: str) -> tuple[tuple[str, ...], list[str]]:
    """Returns the text between the literals, in order, always one piece more than literals, and the literals."""
    parts = _LITERAL.split(text)
    return tuple(parts[::2]), parts[1::2]


def kind_of(literal: str) -> str:
    """Returns the kind of a literal whose value cannot matter in a free place, else "".

    A value matters that has several spellings or that a database compares with others than itself: `0`, `007`, `' 7'`,
    `'1e3'`; or that has anything in it that begins a comment or an escape elsewhere.
    """
    if literal[0] != "'":
        if literal.isdigit():
            return INTEGER if literal[0] != "0" and len(literal) <= MAX_LIMIT_DIGITS else ""
        return DECIMAL if _PLAIN_DECIMAL.fullmatch(literal) else ""
    if not _PLAIN_TEXT.fullmatch(literal):
        return ""
    if literal[1].isalpha():
        return TEXT
    if is_odd_number(literal[1:-1]):
        return ""
    return NUMBER_AND_TEXT if is_number_and_more(literal[1:-1]) else TEXT


def value_of(literal: str) -> str:
    """Returns what a literal with a kind stands for."""
    return literal[1:-1].replace("''", "'") if literal[0] == "'" else literal


def is_plain(text: str) -> bool:
    """False for a text with anything in it, be it in a literal, that begins a comment or an escape in some database."""
    return not _UNSURE.search(text)


def free_places(pieces: Sequence[str]) -> tuple[bool, ...]:
    """Returns which literals between these pieces are free; none are as soon as anything in a piece is not plain."""
    words = _words(pieces)
    if not words or words[0] not in _STATEMENTS or ";" in words[:-1]:
        return (False,) * (len(pieces) - 1)
    return tuple(_free(words))


def _words(pieces: Sequence[str]) -> list[str]:
    """Returns words in lower case, marks and operators; `?` is a literal and `"` a quoted name. Empty when in doubt."""
    words: list[str] = []
    for index, piece in enumerate(pieces):
        if index:
            words.append(_LITERAL_HERE)
            # A prefix (`E'…'`), a unit (`7day`) or another literal that touches.
            if _touches(pieces[index - 1][-1:]) or _touches(piece[:1]) or (not piece and index + 1 < len(pieces)):
                return []
        end = 0
        while end < len(piece):
            found = _TOKEN.match(piece, end)
            if found is None or (found.lastgroup == "operator" and found[0] not in _OPERATORS):
                return []
            end = found.end()
            if found.lastgroup != "blank":
                words.append(_NAME_HERE if found.lastgroup == "name" else found[0].lower())
    return words


def _touches(character: str) -> bool:
    return character.isalnum() or character in ("_", '"', "`", "]", "[", ".")


def _free(words: Sequence[str]) -> list[bool]:
    free: list[bool] = []
    open_brackets: list[str] = []
    closed = ""  # the bracket that was closed last
    padded = ("", "", "", *words, "")
    for index, word in enumerate(words):
        third, second, first, _, behind = padded[index : index + 5]
        if word == "(":
            is_row = first == "values" or (first == "," and second == ")" and closed == "row")
            is_list = first == "in" and behind == _LITERAL_HERE
            open_brackets.append("row" if is_row else "list" if is_list else "other")
        elif word == ")":
            closed = open_brackets.pop() if open_brackets else ""
        elif word == _LITERAL_HERE:
            is_item = open_brackets[-1:] in (["row"], ["list"]) and first in ("(", ",") and behind in (")", ",")
            free.append(is_item or _is_operand(third, second, first, behind))
    return free


def _is_operand(third: str, second: str, first: str, behind: str) -> bool:
    if first in _COMPARISONS:
        return behind in _BEHIND and (second == _NAME_HERE or second == ")" or second[:1].isidentifier())
    if first == "between":
        return behind == "and"
    if first == "and":
        return third == "between" and second == _LITERAL_HERE and behind in _BEHIND
    return first in ("limit", "offset") and behind in _BEHIND_BOUND
