"""Words of a shell command: what one of them stands for when nothing has to be expanded. Pure.

Works on the bytes of a word, apart from the parse tree (POSIX shell 2.2, bash manual 3.1.2 and 3.5), so that a word
that the grammar cut in another way than bash does is refused. Does not expand: a word with an expansion has no text.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from writ.frozen import frozen


class NotUnderstood(Exception):
    """A script, or a part of it, that has no certain reading."""


@frozen
class Word:
    """One word. `text` is None when an expansion makes it; `glob` tells a live `*`, `?`, `[`, or brace in it.

    `whole` tells that an expansion stays one word, as in double quotes. `around` is the text with `*` for each credential
    of the environment, None when anything else expands in it: no script that is understood sets those variables. `start`
    is what stands in a whole word before its first expansion.
    """

    text: str | None
    glob: bool = False
    whole: bool = False
    around: str | None = None
    start: str = ""

    @property
    def literal(self) -> str | None:
        """The text, None when the word may become another one or several."""
        return None if self.glob else self.text


UNCERTAIN = Word(text=None)


def names(text: str) -> frozenset[str]:
    """Returns the names that blanks part."""
    return frozenset(text.split())


_LOWER = re.compile(r"[a-z_][a-z0-9_]*")
_HARMLESS = names(
    """PGPASSWORD LANG LC_ALL TZ NO_COLOR FORCE_COLOR TERM CI DEBIAN_FRONTEND PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE
    PYTHONHASHSEED RUST_BACKTRACE COLUMNS LINES FILE FILES DIR OUT COUNT RESULT RESULTS RESPONSE MSG DATE VAR BRANCH COMMIT
    TAG ID IDS NAME NAMES URL STATUS CODE BODY DATA JSON NOW TODAY TIMESTAMP TOTAL SIZE LINE OUTPUT INPUT START END"""
)
"""Variables in capitals that change no program, apart from what it shows."""

_SPAN = re.compile(r"[^\\'\"$`*?\[\]{}~#\s;&|<>()!]+")
_DOUBLE = re.compile(r'"((?:[^"\\$`]|\\.)*)"', re.DOTALL)
_START = re.compile(r'[$`"\\]')
_DOUBLE_ESCAPE = re.compile(r'\\(?:([$`"\\])|\n)')
_SINGLE = re.compile(r"'([^']*)'")
_ANSI = re.compile(r"\$'((?:[^'\\]|\\['\"\\nt])*)'")
_ANSI_ESCAPES = {"n": "\n", "t": "\t"}
_EXPANDING = re.compile(r"[$`]|<\(|>\(")
_CREDENTIAL = re.compile(
    r"\$(\{)?(?!PGPASSWORD)(?:[A-Z][A-Z0-9_]*)?(?:TOKEN|KEY|SECRET|PASSWORD|JWT)(?(1)\}|(?![A-Za-z0-9_]))"
)
"""In capitals, which a script may set in no other name of these than PGPASSWORD (`is_plain_name`)."""
_CONTINUATION = re.compile(rb"(?:[ \t\n]|(?<=[ \t])\\\n)*")
_BEFORE_COMMENT = frozenset(b" \t\n;&|()")
_BLANK = ord(" ")
_OPAQUE = frozenset({"string", "raw_string", "ansi_c_string", "heredoc_body", "comment"})
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})


def is_plain_name(name: str) -> bool:
    """True for a variable that no shell and no program gives a meaning: lower case, or one that only tells a language."""
    return name in _HARMLESS or bool(_LOWER.fullmatch(name) and not name.endswith("_proxy"))


def read_word(source: str) -> Word:
    """Returns what the source of one word stands for. Raises NotUnderstood when it is not one word to bash."""
    if source == "{}" or _SPAN.fullmatch(source):
        return Word(text=source)
    parts: list[str] = []
    glob = False
    position = 0
    while position < len(source):
        if match := _SPAN.match(source, position):
            parts.append(match[0])
        elif match := _SINGLE.match(source, position):
            parts.append(match[1])
        elif match := _DOUBLE.match(source, position):
            parts.append(_DOUBLE_ESCAPE.sub(lambda escape: escape[1] or "", match[1]))
        elif match := _ANSI.match(source, position):
            parts.append(re.sub(r"\\(.)", lambda escape: _ANSI_ESCAPES.get(escape[1], escape[1]), match[1]))
        elif _EXPANDING.match(source, position) or source[position] == '"':
            whole = source[0] == source[-1] == '"' and source.count('"') == 2 and "@" not in source
            if not whole:
                return UNCERTAIN
            return Word(text=None, whole=True, around=_around(source), start=_START.split(source[1:], maxsplit=1)[0])
        else:
            character = source[position]
            if character == "\\" and position + 1 < len(source) and source[position + 1] != "\n":
                parts.append(source[position + 1])
                position += 2
                continue
            if character == "~" and position == 0:
                return UNCERTAIN
            if character in "\\ \t\r\n\v\f;&|<>()'" or (character == "#" and position == 0):
                raise NotUnderstood("expected a word that every shell cuts alike")
            glob = glob or character in "*?[{"
            parts.append(character)
            position += 1
            continue
        position = match.end()
    return Word(text="".join(parts), glob=glob)


def _around(source: str) -> str | None:
    match = _DOUBLE.fullmatch(_CREDENTIAL.sub("*", source))
    return match and _DOUBLE_ESCAPE.sub(lambda escape: escape[1] or "", match[1])


def read_heredoc(start: str, body: str, end: str, *, strips_tabs: bool) -> str | None:
    """Returns the text of a here-document, None when it has expansions. Raises NotUnderstood when its end is unsure."""
    delimiter = read_word(start).literal
    if strips_tabs:
        body = re.sub(r"^\t+", "", body, flags=re.MULTILINE)
        end = end.lstrip("\t")
    lines = body.split("\n")
    if delimiter == start:  # bash joins lines before it looks for the end
        joined = body.replace("\\\n", "")
        lines += re.sub(r"^\t+", "", joined, flags=re.MULTILINE).split("\n")
    if not delimiter or end.strip("\n") != delimiter or delimiter in lines:
        raise NotUnderstood("expected a here-document that ends at its delimiter")
    if delimiter == start and re.search(r"[$`\\]", body):
        return None
    return body


def check_gaps(root: Node, source: bytes) -> None:
    """Refuses bytes between the tokens that are no blanks, comments inside words, and lines joined inside a word.

    Raises NotUnderstood.
    """
    end = root.start_byte
    pending = [root]
    while pending:
        node = pending.pop()
        kind = node.type
        opaque = kind in _OPAQUE
        if not opaque and (children := node.children):
            pending += children[::-1]
            continue
        start = node.start_byte
        if kind == "comment" or start > end + 1 or (start > end and source[end] != _BLANK):
            _check_gap(source, end, node)
        end = max(end, node.end_byte)
        if opaque:
            for inner in _inner(node):
                check_gaps(inner, source)
    if source[end : root.end_byte].strip(b" \t\n"):
        raise NotUnderstood("expected nothing but blanks between words")


def _check_gap(source: bytes, end: int, node: Node) -> None:
    start = node.start_byte
    if start > end:
        match = _CONTINUATION.match(source, end, start)
        if match is None or match.end() != start:
            raise NotUnderstood("expected nothing but blanks between words")
    if node.type == "comment" and start and source[start - 1] not in _BEFORE_COMMENT:
        raise NotUnderstood("expected a comment to begin after a blank")


def _inner(node: Node) -> list[Node]:
    """Returns the outermost substitutions below a node."""
    found: list[Node] = []
    pending = list(node.children)
    while pending:
        child = pending.pop()
        if child.type in _SUBSTITUTIONS:
            found.append(child)
        else:
            pending.extend(child.children)
    return found
