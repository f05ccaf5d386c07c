"""Shell scripts as effects: every command of lists, pipes, substitutions, here-documents and redirections. Pure.

The parse tree is tree-sitter's (bash grammar); an error or a node that the walker does not name is UNKNOWN with a
finding, and so is what hides what it does: expansions where a command stands, `eval`, functions, aliases, input to a
shell. Both branches of every condition count. Does not know what scripts and programs on disk do: those are EXECUTE.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from pdp.programs.command_options import NO_INPUT, Input, Runner
from pdp.programs.commands import run_command
from pdp.programs.model import MAX_PROGRAM_BYTES, ColumnUse, CommandEffect, Effect, FileEffect, HttpEffect, Program
from pdp.programs.shell_openers import check_openers
from pdp.programs.shell_tree import MAX_DEPTH, Tree
from pdp.programs.shell_words import NotUnderstood, Word, check_gaps
from writ.action import Finding, Verb

MAX_EFFECTS = 512
"""Most effects of one script: no honest one comes near, and each costs the mapper time."""

_LANGUAGE = Language(tree_sitter_bash.language())
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u0085\u00a0\u2028\u2029]")
_ENDS_A_WORD = re.compile(r"[A-Za-z0-9_./\"'}]\Z")
_GRAVE = (Verb.SEND, Verb.ADMIN, Verb.DELETE, Verb.UNKNOWN)
_STREAMS = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/stdin", "/dev/tty"})


def parse_shell(text: str, sql_clients: Mapping[str, str]) -> Program:
    """Returns the effects of a script in order of appearance. Never raises.

    The keys of `sql_clients` are the SQL clients (psql, mysql, sqlite3) whose SQL counts; each speaks its own dialect.
    """
    script = _Script(sql_clients)
    script.script(text)
    return Program(
        effects=tuple(script.effects),
        findings=tuple(dict.fromkeys(script.findings)),
        columns=tuple(dict.fromkeys(script.columns)),
    )


class _Script:
    """Collects the effects and findings of one script and of those inside it."""

    __slots__ = ("columns", "depth", "effects", "findings", "moved", "sql_clients")

    def __init__(self, sql_clients: Mapping[str, str]) -> None:
        self.sql_clients = sql_clients
        self.effects: list[Effect] = []
        self.findings: list[Finding] = []
        self.columns: list[ColumnUse] = []
        self.depth = 0
        self.moved = False

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
        self.columns += program.columns

    def unknown(self, message: str) -> None:
        self.findings.append(_finding(message))
        self.add(CommandEffect(verb=Verb.UNKNOWN, program=""))

    def move(self) -> None:
        self.moved = True

    def files(self, verb: Verb, words: Sequence[Word], *, everything: bool = False) -> None:
        paths: list[str] = []
        certain = True
        for word in words:
            text = word.text
            if text is not None and text.startswith(("/dev/tcp", "/dev/udp", "/dev/fd", "/proc/")):
                self.unknown("expected files, got a device or a process")
            elif text not in _STREAMS:
                certain = certain and self._is_certain(text)
                everything = everything or word.glob
                paths.append(_plain_path(text or ""))
        if not paths:
            return
        # One name that is not certain leaves the others without meaning as a bound.
        self.add(FileEffect(verb=verb, paths=tuple(paths) if certain else (), everything=everything or not certain))

    def _is_certain(self, path: str | None) -> bool:
        """False for a name that only the run tells, or that a link or a change of directory leads elsewhere."""
        return (
            path is not None and path != "" and ".." not in path.split("/") and (path.startswith("/") or not self.moved)
        )

    def script(self, text: str) -> None:
        try:
            tree, data = _parse(text)
            walker = Tree(data, self)
            walker.walk(tree, NO_INPUT)
            check_openers(tree, data, walker.opened)
        except NotUnderstood as error:
            self.unknown(str(error))
        except RecursionError:
            self.unknown("expected fewer levels of nesting")

    def elsewhere(self, program: str, run: Callable[[Runner], None], *, is_sure: bool = True) -> None:
        there = _Script(self.sql_clients)
        there.depth = self.depth
        run(there)
        self.add(CommandEffect(verb=Verb.EXECUTE, program=program))
        verbs = {_verb(effect) for effect in there.effects}
        if is_sure:
            self.findings += there.findings
        else:
            verbs.discard(Verb.UNKNOWN)
        for verb in _GRAVE:
            if verb in verbs:
                self.add(CommandEffect(verb=verb, program="" if verb is Verb.UNKNOWN else program))

    def run(self, words: Sequence[Word], given: Input) -> None:
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                self.unknown("expected fewer levels of commands")
            else:
                run_command(words, given, self)
        except NotUnderstood as error:
            self.unknown(str(error))
        finally:
            self.depth -= 1


def _parse(text: str) -> tuple[Node, bytes]:
    """Returns the root and the bytes of a script. Raises NotUnderstood."""
    if len(text) > MAX_PROGRAM_BYTES or _CONTROL.search(text):
        raise NotUnderstood(f"expected a script of at most {MAX_PROGRAM_BYTES} bytes without control characters")
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotUnderstood("expected a script in UTF-8") from error
    if len(data) > MAX_PROGRAM_BYTES:
        raise NotUnderstood(f"expected a script of at most {MAX_PROGRAM_BYTES} bytes, got {len(data)}")
    if may_end_in_a_break(text):
        data += b"\n"
    root = Parser(_LANGUAGE).parse(data).root_node
    if root.has_error:
        raise NotUnderstood("expected a script that is correct bash")
    check_gaps(root, data)
    return root, data


def may_end_in_a_break(text: str) -> bool:
    """True when a line break behind the script changes nothing of it: no backslash and no here-document may stand there.

    Three commands in a pipe cost the parser 4 µs before a line break, and 50 at the end of the text.
    """
    return _ENDS_A_WORD.search(text) is not None and "\\" not in text and "<<" not in text


def _verb(effect: Effect) -> Verb:
    if not isinstance(effect, HttpEffect):
        return effect.verb
    return Verb.DELETE if effect.method == "DELETE" else Verb.SEND if effect.sends_body else Verb.READ


def _plain_path(text: str) -> str:
    """Returns the path without `./` and doubled slashes, which lead nowhere else."""
    parts = [part for part in text.split("/") if part not in ("", ".")]
    return ("/" if text.startswith("/") else "") + "/".join(parts) if parts else text


def _finding(message: str) -> Finding:
    return Finding(code="SHELL_NOT_UNDERSTOOD", pointer="", message=message)
