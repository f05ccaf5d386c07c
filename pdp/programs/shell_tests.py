"""Tests of a shell script, `[ … ]` and `[[ … ]]`: what in them may run a command. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from pdp.programs.shell_words import NotUnderstood, names

WORDS = names(
    """word string raw_string ansi_c_string concatenation number simple_expansion expansion command_substitution
    process_substitution brace_expression translated_string arithmetic_expansion"""
)
"""Nodes that stand for one word."""

_UNQUOTED = names("simple_expansion expansion command_substitution concatenation")
_PARTS = names("unary_expression binary_expression parenthesized_expression negated_expression")
_MARKS = names("[ ] [[ ]] ! == = != =~ < > && || ( ) -a -o")
_NUMBERS = names("-eq -ne -lt -le -gt -ge")
_VARIABLES = names("-v -R")


def words_of_test(node: Node) -> Iterator[Node]:
    """Yields the words of a test. Raises NotUnderstood for a test that may run what a variable holds."""
    # Without quotes a word in `[` may become an operator; in `[[` a number is arithmetic, which runs substitutions.
    brackets = node.children[0].type == "["
    pending = [node]
    while pending:
        for child in pending.pop().children:
            kind = child.type
            if kind in _PARTS:
                pending.append(child)
            elif kind == "test_operator":
                text = (child.text or b"").decode("utf-8")
                if text in _VARIABLES or (text in _NUMBERS and not brackets):
                    raise NotUnderstood("expected tests of files and texts")
            elif kind in WORDS and not (brackets and kind in _UNQUOTED):
                yield child
            elif kind == "regex" and b"$" not in (child.text or b"$") and b"`" not in (child.text or b"`"):
                continue
            elif kind not in _MARKS:
                raise NotUnderstood("expected tests of files and texts, with expansions in quotes")
