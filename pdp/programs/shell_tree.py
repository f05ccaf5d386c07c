"""The walk over the parse tree of one shell script: statements, redirections, words. Pure.

An allow-list: a node, a mark or an operator that is not named here is not understood. What a command does is told in
`commands`; here stands which commands run, with which words and which input. `shell_openers` then looks at the
bytes for substitutions that the grammar has no node for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from pdp.programs.command_options import NO_INPUT, SOME_INPUT, Input, Runner
from pdp.programs.shell_tests import WORDS, words_of_test
from pdp.programs.shell_words import UNCERTAIN, NotUnderstood, Word, is_plain_name, names, read_heredoc, read_word
from writ.action import Verb

MAX_DEPTH = 48
"""Deepest nesting of nodes and of scripts inside scripts: past it the walker could run out of stack."""

_PLAIN = names(
    """program list compound_statement subshell if_statement elif_clause else_clause while_statement do_group
    case_statement case_item negated_command"""
)
_VARIABLES = names("variable_assignment variable_assignments declaration_command unset_command")
_EXPANSION_PARTS = names("variable_name special_variable_name word string raw_string regex number")
_EXPANSION_MARKS = names("${ } :- - :+ + :? ? # ## % %% :")
_WRITING = names("> >> >| &> &>> <> >&")

_NAMED = re.compile(rb"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
# `{name}>file` sets a variable, and the subscript of `{name[…]}>file` is arithmetic.
_NAMED_DESCRIPTOR = re.compile(rb"(?:\]|(?<!\$)\{[A-Za-z0-9_]*)\}\Z")
# Bash reads it as arithmetic where it can, in which single quotes do not quote.
_ARITHMETIC = re.compile(r"\$?\((?:\\\n)*\(")
_SUBSTITUTIONS = names("command_substitution process_substitution")


class Tree:
    """Walks one script; hands its commands, files and what is not understood to `runner`.

    `opened` gets the offsets of the substitutions that it came by.
    """

    __slots__ = ("_runner", "_source", "opened")

    def __init__(self, source: bytes, runner: Runner) -> None:
        self._source = source
        self._runner = runner
        self.opened: set[int] = set()

    def walk(self, node: Node, given: Input) -> None:
        """Walks a statement whose commands read `given`. Raises NotUnderstood."""
        self._runner.depth += 1
        try:
            if self._runner.depth > MAX_DEPTH:
                raise NotUnderstood("expected fewer levels of commands")
            self._statement(node, given)
        finally:
            self._runner.depth -= 1

    def _text(self, node: Node) -> str:
        return self._source[node.start_byte : node.end_byte].decode("utf-8")

    def _statement(self, node: Node, given: Input) -> None:
        kind = node.type
        if kind == "command":
            self._command(node, [], given)
        elif kind == "pipeline":
            for child in node.named_children:
                self._each([child], given)
                given = SOME_INPUT
        elif kind == "redirected_statement":
            self._redirected(node, given)
        elif kind in _PLAIN:
            if kind == "compound_statement" and node.children[0].type != "{":
                raise NotUnderstood("expected no arithmetic command")
            if kind == "subshell" and _ARITHMETIC.match(self._text(node)):
                raise NotUnderstood("expected a blank between two brackets")
            self._each(node.named_children, given)
        elif kind == "for_statement":
            if node.children[0].type != "for" or not is_plain_name(self._text(node.children[1])):
                raise NotUnderstood("expected a plain for loop over a lower-case name")
            self._each(node.named_children[1:], given)
        elif kind == "function_definition":
            self._runner.unknown("expected no functions, which may hide a command")
            self._each([child for child in node.named_children if child.type != "word"], given)
        elif kind in _VARIABLES:
            self._variables(node)
        elif kind == "test_command":
            for child in words_of_test(node):
                self._expansions(child)
        elif kind in WORDS:
            self._word(node)
        elif kind == "extglob_pattern":
            if re.search(r"[$`]", self._text(node)):
                raise NotUnderstood("expected a literal pattern")
        elif kind != "comment":
            raise NotUnderstood(f"expected plain commands, got {_name(node)}")

    def _each(self, nodes: Sequence[Node], given: Input) -> None:
        """Walks each node on its own: what is not understood in one hides nothing of the next."""
        for child in nodes:
            try:
                self.walk(child, given)
            except NotUnderstood as error:
                self._runner.unknown(str(error))

    def _command(self, node: Node, extra: list[Word], given: Input) -> None:
        words: list[Word] = []
        for child in node.children:
            kind = child.type
            if kind == "variable_assignment":
                self._variables(child)
            elif kind == "command_name":
                words.append(self._word(child.children[0]))
            elif kind == "herestring_redirect":
                given = self._herestring(child, given)
            elif kind == "file_redirect":
                given = self._redirect(child, given, words)
            else:
                words.append(self._word(child))
        self._runner.run([*words, *extra], given)

    def _redirected(self, node: Node, given: Input) -> None:
        body: Node | None = None
        later: list[Node] = []
        extra: list[Word] = []
        for child in node.named_children:
            if child.type == "heredoc_redirect":
                given = self._heredoc(child, given, extra, later)
            elif child.type == "file_redirect":
                given = self._redirect(child, given, extra)
            elif child.type == "herestring_redirect":
                given = self._herestring(child, given)
            elif body is None:
                body = child
            else:
                raise NotUnderstood("expected one command before its redirections")
        if body is None:
            self._runner.run(extra, given)
        elif body.type == "command":
            self._command(body, extra, given)
        elif extra:
            raise NotUnderstood("expected no words after a redirection")
        else:
            self._each([body], SOME_INPUT if given.given else given)
        self._each(later, SOME_INPUT)

    def _herestring(self, node: Node, given: Input) -> Input:
        self._check_descriptor(node)
        text = self._word(node.named_children[-1]).literal
        return _one_input(node, given, None if text is None else text + "\n")

    def _heredoc(self, node: Node, given: Input, extra: list[Word], later: list[Node]) -> Input:
        """Returns the input that a here-document gives; `later` gets what stands after it on its line."""
        self._check_descriptor(node)
        start = body = end = None
        for child in node.named_children:
            kind = child.type
            if kind == "heredoc_start":
                start = child
            elif kind == "heredoc_body":
                body = child
                self._expansions(child)
            elif kind == "heredoc_end":
                end = child
            elif kind == "file_redirect":
                given = self._redirect(child, given, extra)
            elif kind in WORDS:
                extra.append(self._word(child))
            elif kind != "file_descriptor":
                later.append(child)
        mark = next(child.type for child in node.children if child.type != "file_descriptor")
        if start is None or end is None or mark not in ("<<", "<<-"):
            raise NotUnderstood("expected a here-document with its end")
        first = body.start_byte if body is not None else end.start_byte
        text = self._source[first : end.start_byte].decode("utf-8")
        text_or_none = read_heredoc(self._text(start), text, self._text(end), strips_tabs=mark == "<<-")
        return _one_input(node, given, text_or_none)

    def _redirect(self, node: Node, given: Input, extra: list[Word]) -> Input:
        """Adds the file of a redirection; returns the input after it. `extra` gets the words that follow its file."""
        self._check_descriptor(node)
        mark = next(child.type for child in node.children if child.type != "file_descriptor")
        targets = [child for child in node.named_children if child.type != "file_descriptor"]
        extra += [self._word(child) for child in targets[1:]]
        if mark in (">&", "<&", ">&-", "<&-") and (
            not targets or re.fullmatch(r"[0-9]{1,3}-?|-", self._text(targets[0]))
        ):
            return given if mark[0] == ">" else SOME_INPUT
        if not targets or (mark != "<" and mark not in _WRITING):
            raise NotUnderstood("expected redirections that are known")
        word = self._word(targets[0])
        if targets[0].type != "process_substitution":
            self._runner.files(Verb.READ if mark == "<" else Verb.UPDATE, [word])
        return SOME_INPUT if mark in ("<", "<>") else given

    def _check_descriptor(self, node: Node) -> None:
        number = next((self._text(child) for child in node.children if child.type == "file_descriptor"), "0")
        before = self._source[max(0, node.start_byte - 32) : node.start_byte]
        if not number.isdigit() or _NAMED_DESCRIPTOR.search(before):
            raise NotUnderstood("expected a number before a redirection")

    def _variables(self, node: Node) -> None:
        """Walks what variables are set to, then refuses those that change what a command does."""
        plain = True
        for child in node.children:
            if child.type == "variable_assignment":
                self._variables(child)
            elif child.type == "variable_name":
                plain = plain and is_plain_name(self._text(child))
            elif child.is_named:
                if node.type != "variable_assignment":
                    raise NotUnderstood("expected a declaration without options")
                self._word(child)
        if not plain:
            raise NotUnderstood("expected variables that change no other command")

    def _word(self, node: Node) -> Word:
        """Returns the word, and walks the commands that its substitutions run."""
        kind = node.type
        if kind not in WORDS:
            raise NotUnderstood(f"expected plain words, got {_name(node)}")
        if kind not in ("word", "raw_string", "number"):
            self._expansions(node)
        return UNCERTAIN if kind in ("brace_expression", "arithmetic_expansion") else read_word(self._text(node))

    def _expansions(self, node: Node) -> None:
        kind = node.type
        if kind in _SUBSTITUTIONS:
            self._substitution(node)
        elif kind == "arithmetic_expansion":
            # Bash runs the substitutions in the value of a variable that it reads as a number.
            if not re.fullmatch(r"\$\(\([0-9 +*/%()-]*\)\)", self._text(node)):
                raise NotUnderstood("expected arithmetic of literal numbers")
            self.opened.add(node.start_byte)
        elif kind in ("simple_expansion", "expansion") and re.match(r"\$\{?[\s|]", self._text(node)):
            raise NotUnderstood("expected a name behind `$`")
        elif kind == "expansion" and not _is_plain_expansion(node):
            raise NotUnderstood("expected plain expansions")
        else:
            if kind == "expansion":
                self.opened.add(node.start_byte)
            for child in node.children:
                self._expansions(child)

    def _substitution(self, node: Node) -> None:
        if _ARITHMETIC.match(self._text(node)):
            raise NotUnderstood("expected a blank between two brackets")
        # The next backtick ends it, wherever that stands: in quotes, in a comment, in what seems another substitution.
        if node.children[0].type == "`" and re.search(r"[\\`]", self._text(node)[1:-1]):
            raise NotUnderstood("expected no escapes and no backticks inside backticks")
        self.opened |= {node.start_byte, node.end_byte - 1}
        given = SOME_INPUT if node.children[0].type == ">(" else NO_INPUT
        extra: list[Word] = []
        for child in node.named_children:
            if child.type == "file_redirect":
                self._redirect(child, given, extra)
            else:
                self._each([child], given)
        if extra:
            raise NotUnderstood("expected no words after a redirection")


def _is_plain_expansion(node: Node) -> bool:
    """False for an expansion that may run what a variable holds, as an offset does, or that bash may end earlier."""
    offsets = False
    for child in node.children:
        if child.type not in (_EXPANSION_PARTS if child.is_named else _EXPANSION_MARKS):
            return False
        if offsets and child.is_named and child.type != "number":
            return False
        if child.type in ("word", "regex") and b"}" in _NAMED.sub(b"", child.text or b"}"):
            return False
        offsets = offsets or child.type == ":"
    return True


def _name(node: Node) -> str:
    return f"`{node.type.replace('_', ' ')}`"


def _one_input(node: Node, given: Input, text: str | None) -> Input:
    """Returns the text as the input, unless it goes to another descriptor or is not the only one."""
    if given.given or any(child.type == "file_descriptor" for child in node.children):
        return SOME_INPUT
    return Input(given=True, text=text)
