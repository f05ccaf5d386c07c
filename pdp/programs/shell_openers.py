"""Substitutions that the grammar takes for plain text and bash runs: found in the bytes of a script. Pure."""

from __future__ import annotations

import re
from collections.abc import Set

from tree_sitter import Node

from pdp.programs.shell_words import NotUnderstood, names

# What begins a substitution to bash, also with joined lines inside. `${name}` alone never runs anything.
_OPENER = re.compile(rb"`|\$(?:\\\n)*(?:[(\[]|\{(?![A-Za-z_][A-Za-z0-9_]*\}))|[<>](?:\\\n)*\(")
_BACKSLASH = ord("\\")
_QUOTED = names("raw_string ansi_c_string")
_EXPANDED = names("string expansion heredoc_body regex")
_SUBSTITUTIONS = names("command_substitution process_substitution")


def check_openers(root: Node, source: bytes, opened: Set[int]) -> None:
    """Refuses a substitution that bash may run and that the walk over `root` did not come by: its offset is not among
    `opened`. Raises NotUnderstood."""
    for match in _OPENER.finditer(source):
        if match.start() not in opened and not _is_inert(root, source, match.start()):
            raise NotUnderstood("expected substitutions where the grammar of bash knows them")


def _is_inert(root: Node, source: bytes, at: int) -> bool:
    """True for an opener that bash takes for text: escaped, in quotes, in a comment, in a quoted here-document."""
    expands = source[at] in b"$`"
    escapes = at
    while escapes and source[escapes - 1] == _BACKSLASH:
        escapes -= 1
    if expands and (at - escapes) % 2:
        return True
    above: list[Node] = []
    node = root.descendant_for_byte_range(at, at + 1)
    while node is not None and node.type not in _SUBSTITUTIONS:
        above.append(node)
        node = node.parent
    kinds = [each.type for each in above]
    if "comment" in kinds:
        return True
    if "heredoc_body" in kinds:
        body = above[kinds.index("heredoc_body")]
        return (not expands and "expansion" not in kinds) or _is_quoted(body, source)
    # In double quotes, also in an expansion there, bash takes single quotes for text.
    if any(kind in _QUOTED for kind in kinds):
        return _EXPANDED.isdisjoint(kinds)
    return not expands and "string" in kinds and "expansion" not in kinds


def _is_quoted(body: Node, source: bytes) -> bool:
    """True for a here-document whose delimiter has a quote, so that bash expands nothing in it."""
    start = body.parent and next((child for child in body.parent.children if child.type == "heredoc_start"), None)
    return start is not None and re.search(rb"[\\'\"]", source[start.start_byte : start.end_byte]) is not None
