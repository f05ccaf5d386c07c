"""Shell scripts as effects: every command of lists, pipes, substitutions, here-documents and redirections. Pure.

The parse tree is tree-sitter's (bash grammar); an error or a node that the walker does not name is UNKNOWN with a
finding, and so is what hides what it does: expansions where a command stands, `eval`, functions, aliases, input to a
shell. Both branches of every condition count. Does not know what scripts and programs on disk do: those are EXECUTE.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from pdp.programs.command_options import NO_INPUT, SOME_INPUT, Input
from pdp.programs.commands import is_plain_name, run_command
from pdp.programs.model import MAX_PROGRAM_BYTES, CommandEffect, Effect, FileEffect, Program
from pdp.programs.shell_words import UNCERTAIN, NotUnderstood, Word, check_gaps, read_heredoc, read_word
from writ.action import Finding, Verb

MAX_DEPTH = 48
"""Deepest nesting of nodes and of scripts inside scripts: past it the walker could run out of stack."""

MAX_EFFECTS = 512
"""Most effects of one script: no honest one comes near, and each costs the mapper time."""

_LANGUAGE = Language(tree_sitter_bash.language())
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u0085\u00a0\u2028\u2029]")

_PLAIN = frozenset(
    """program list compound_statement subshell if_statement elif_clause else_clause while_statement do_group
    case_statement case_item negated_command""".split()
)
_WORDS = frozenset(
    """word string raw_string ansi_c_string concatenation number simple_expansion expansion command_substitution
    process_substitution brace_expression translated_string""".split()
)
_EXPANSION_PARTS = frozenset("variable_name special_variable_name word string raw_string regex number".split())
_EXPANSION_MARKS = frozenset("${ } :- - :+ + :? ? # ## % %% :".split())
_TEST_PARTS = frozenset("unary_expression binary_expression parenthesized_expression negated_expression".split())
_TEST_MARKS = frozenset("[ ] [[ ]] ! == = != =~ < > && || ( ) -a -o".split())
_TEST_ARITHMETIC = frozenset("-eq -ne -lt -le -gt -ge -v -R".split())
_READING = frozenset({"<"})
_WRITING = frozenset({">", ">>", ">|", "&>", "&>>", "<>"})
_STREAMS = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/stdin", "/dev/tty"})


def parse_shell(text: str, sql_clients: Mapping[str, str]) -> Program:
    """Returns the effects of a script in order of appearance. Never raises.

    `sql_clients` holds the names of the SQL clients (psql, mysql, sqlite3) whose SQL counts; each has its own dialect.
    """
    walk = _Walk(sql_clients)
    walk.script(text)
    return Program(effects=tuple(walk.effects), findings=tuple(dict.fromkeys(walk.findings)))


class _Walk:
    """Walks one script and those inside it; collects effects and findings."""

    __slots__ = ("_depth", "_moved", "_source", "effects", "findings", "sql_clients")

    def __init__(self, sql_clients: Mapping[str, str]) -> None:
        self.sql_clients = sql_clients
        self.effects: list[Effect] = []
        self.findings: list[Finding] = []
        self._source = b""
        self._depth = 0
        self._moved = False

    def add(self, effect: Effect) -> None:
        if len(self.effects) < MAX_EFFECTS:
            self.effects.append(effect)
        elif len(self.effects) == MAX_EFFECTS:
            self.effects.append(CommandEffect(verb=Verb.UNKNOWN, program=""))
            self.findings.append(_finding(f"expected at most {MAX_EFFECTS} effects"))

    def include(self, program: Program) -> None:
        for effect in program.effects:
            self.add(effect)
        self.findings += program.findings

    def unknown(self, message: str) -> None:
        self.findings.append(_finding(message))
        self.add(CommandEffect(verb=Verb.UNKNOWN, program=""))

    def move(self) -> None:
        """The directory changes: from here on a relative name may be anywhere."""
        self._moved = True

    def files(self, verb: Verb, words: Sequence[Word], *, everything: bool = False) -> None:
        paths: list[str] = []
        for word in words:
            text = word.text
            if text in _STREAMS:
                continue
            if text is None or (self._moved and not text.startswith("/")):
                everything = True
            elif text.startswith(("/dev/tcp", "/dev/udp", "/dev/fd", "/proc/")):
                self.unknown("expected files, got a device or a process")
            else:
                everything = everything or word.glob
                paths.append(_plain_path(text))
        if paths or everything:
            # One name that is not certain leaves the others without meaning as a bound.
            certain = all(word.text is not None for word in words) and not self._moved
            self.add(FileEffect(verb=verb, paths=tuple(paths) if certain else (), everything=everything))

    def script(self, text: str) -> None:
        outer = self._source
        try:
            data = text.encode("utf-8")
            if len(data) > MAX_PROGRAM_BYTES:
                raise NotUnderstood(f"expected a script of at most {MAX_PROGRAM_BYTES} bytes")
            if _CONTROL.search(text):
                raise NotUnderstood("expected a script without control characters")
            root = Parser(_LANGUAGE).parse(data).root_node
            if root.has_error:
                raise NotUnderstood("expected a script that is correct bash")
            check_gaps(root, data)
            self._source = data
            self._node(root, NO_INPUT)
        except NotUnderstood as error:
            self.unknown(str(error))
        except UnicodeError:
            self.unknown("expected a script in UTF-8")
        finally:
            self._source = outer

    def run(self, words: Sequence[Word], given: Input) -> None:
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                raise NotUnderstood("expected fewer levels of commands")
            run_command(words, given, self)
        except NotUnderstood as error:
            self.unknown(str(error))
        finally:
            self._depth -= 1

    def _text(self, node: Node) -> str:
        return self._source[node.start_byte : node.end_byte].decode("utf-8")

    def _node(self, node: Node, given: Input) -> None:
        """Walks a statement whose commands read `given`."""
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                raise NotUnderstood("expected fewer levels of commands")
            self._statement(node, given)
        finally:
            self._depth -= 1

    def _statement(self, node: Node, given: Input) -> None:
        kind = node.type
        if kind == "command":
            self._command(node, [], given)
        elif kind == "pipeline":
            for child in node.named_children:
                self._node(child, given)
                given = SOME_INPUT
        elif kind == "redirected_statement":
            self._redirected(node, given)
        elif kind in _PLAIN:
            if kind == "compound_statement" and node.children[0].type != "{":
                raise NotUnderstood("expected no arithmetic command")
            self._children(node.named_children, given)
        elif kind == "for_statement":
            if node.children[0].type != "for" or not is_plain_name(self._text(node.children[1])):
                raise NotUnderstood("expected a plain for loop over a lower-case name")
            self._children(node.named_children[1:], given)
        elif kind in ("variable_assignment", "variable_assignments", "declaration_command", "unset_command"):
            self._assignments(node)
        elif kind == "test_command":
            self._test(node)
        elif kind in _WORDS:
            self._word(node)
        elif kind != "comment":
            raise NotUnderstood(f"expected plain commands, got a {kind.replace('_', ' ')}")

    def _children(self, nodes: Sequence[Node], given: Input) -> None:
        for child in nodes:
            self._node(child, given)

    def _command(self, node: Node, extra: list[Word], given: Input) -> None:
        words: list[Word] = []
        for child in node.children:
            if child.type == "variable_assignment":
                self._assignments(child)
            elif child.type == "command_name":
                words.append(self._word(child.children[0]))
            elif child.type == "herestring_redirect":
                text = self._word(child.named_children[-1]).literal
                given = Input(given=True, text=None if text is None else text + "\n")
            elif child.type == "file_redirect":
                given = self._redirect(child, given)
            else:
                words.append(self._word(child))
        self.run([*words, *extra], given)

    def _redirected(self, node: Node, given: Input) -> None:
        body: Node | None = None
        later: list[Node] = []
        extra: list[Word] = []
        for child in node.named_children:
            if child.type == "heredoc_redirect":
                given = self._heredoc(child, given, extra, later)
            elif child.type == "file_redirect":
                given = self._redirect(child, given)
            elif child.type == "herestring_redirect":
                text = self._word(child.named_children[-1]).literal
                given = Input(given=True, text=None if text is None else text + "\n")
            elif body is None:
                body = child
            else:
                raise NotUnderstood("expected one command before its redirections")
        if body is None:
            pass
        elif body.type == "command":
            self._command(body, extra, given)
        elif extra:
            raise NotUnderstood("expected no words after a redirection")
        else:
            self._node(body, SOME_INPUT if given.given else given)
        self._children(later, SOME_INPUT)

    def _heredoc(self, node: Node, given: Input, extra: list[Word], later: list[Node]) -> Input:
        """Returns the input that a here-document gives; `later` gets what stands after it on its line."""
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
                self._redirect(child, given)
            elif kind in _WORDS:
                extra.append(self._word(child))
            else:
                later.append(child)
        if start is None or end is None or node.children[0].type not in ("<<", "<<-"):
            raise NotUnderstood("expected a here-document with its end")
        first = body.start_byte if body is not None else end.start_byte
        text = self._source[first : end.start_byte].decode("utf-8")
        strips = node.children[0].type == "<<-"
        return Input(given=True, text=read_heredoc(self._text(start), text, self._text(end), strips_tabs=strips))

    def _redirect(self, node: Node, given: Input) -> Input:
        mark = next(child.type for child in node.children if child.type != "file_descriptor")
        target = node.named_children[-1]
        if mark in (">&", "<&", ">&-", "<&-"):
            if target.type == "file_descriptor" or re.fullmatch(r"[0-9]{1,3}-?|-", self._text(target)):
                return given
            if mark != ">&":
                raise NotUnderstood("expected a literal file descriptor")
        elif mark not in _READING and mark not in _WRITING:
            raise NotUnderstood("expected redirections that are known")
        word = self._word(target)
        if target.type == "process_substitution":
            return SOME_INPUT if mark in _READING else given
        self.files(Verb.READ if mark in _READING else Verb.UPDATE, [word])
        return SOME_INPUT if mark in _READING or mark == "<>" else given

    def _assignments(self, node: Node) -> None:
        for child in node.children:
            if child.type == "variable_assignment":
                self._assignments(child)
            elif child.type == "variable_name":
                if not is_plain_name(self._text(child)):
                    raise NotUnderstood("expected variables that change no other command")
            elif child.is_named:
                if node.type != "variable_assignment":
                    raise NotUnderstood("expected a declaration without options")
                self._word(child)

    def _word(self, node: Node) -> Word:
        """Returns the word, and walks the commands that its substitutions run."""
        if node.type not in _WORDS:
            raise NotUnderstood(f"expected plain words, got a {node.type.replace('_', ' ')}")
        if node.type not in ("word", "raw_string", "number"):
            self._expansions(node)
        return read_word(self._text(node)) if node.type != "brace_expression" else UNCERTAIN

    def _expansions(self, node: Node) -> None:
        kind = node.type
        if kind in ("command_substitution", "process_substitution"):
            if node.children[0].type == "`" and "\\" in self._text(node):
                raise NotUnderstood("expected no escapes inside backticks")
            given = SOME_INPUT if node.children[0].type == ">(" else NO_INPUT
            for child in node.named_children:
                if child.type == "file_redirect":
                    self._redirect(child, given)
                else:
                    self._node(child, given)
        elif kind == "arithmetic_expansion":
            # Bash runs the substitutions in the value of a variable that it reads as a number.
            if not re.fullmatch(r"\$\(\([0-9 +*/%()-]*\)\)", self._text(node)):
                raise NotUnderstood("expected arithmetic of literal numbers")
        elif kind == "expansion" and any(
            child.type not in (_EXPANSION_PARTS if child.is_named else _EXPANSION_MARKS) for child in node.children
        ):
            raise NotUnderstood("expected plain expansions")
        else:
            for child in node.children:
                self._expansions(child)

    def _test(self, node: Node) -> None:
        for child in node.children:
            kind = child.type
            if kind in _TEST_PARTS:
                self._test(child)
            elif kind == "test_operator":
                if self._text(child) in _TEST_ARITHMETIC:
                    raise NotUnderstood("expected tests of files and texts")
            elif kind in _WORDS:
                self._expansions(child)
            elif kind != "regex" and kind not in _TEST_MARKS:
                raise NotUnderstood("expected tests of files and texts")


def _plain_path(text: str) -> str:
    """Returns the path without `./` and doubled slashes; `..` stays, since links decide where it leads."""
    parts = [part for part in text.split("/") if part not in ("", ".")]
    return ("/" if text.startswith("/") else "") + posixpath.join("", *parts) if parts else text


def _finding(message: str) -> Finding:
    return Finding(code="SHELL_NOT_UNDERSTOOD", pointer="", message=message)
